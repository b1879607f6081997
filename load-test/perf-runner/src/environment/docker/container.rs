//! One container of ours, from its creation to its removal.

use std::{collections::HashMap, fs::File, io::Write as _, path::Path, pin::pin, time::Duration};

use bollard::{
    errors::Error,
    models::{
        ContainerCreateBody, ContainerInspectResponse, ContainerState, EndpointSettings, HealthConfig,
        HostConfig, HostConfigLogConfig, Mount, NetworkingConfig, PortBinding,
    },
    query_parameters::{
        CreateContainerOptionsBuilder, EventsOptionsBuilder, KillContainerOptionsBuilder, LogsOptionsBuilder,
        RemoveContainerOptionsBuilder,
    },
};
use futures_util::StreamExt as _;
use tokio::time::{sleep, timeout};

use super::{
    Limits,
    engine::Engine,
    labels::{self, Role},
};
use crate::{environment::files, fault::Fault};

/// Between two looks at a container that may have ended.
const POLL: Duration = Duration::from_millis(100);
/// Where published ports are bound: nobody else may reach them.
const LOOPBACK: &str = "127.0.0.1";
/// An engine keeps what a container prints up to here, and then only the end of it.
const LOG_LIMIT: &str = "256m";
/// Exit codes from here on are signals, as shells count them.
const SIGNALLED: i64 = 128;
/// The signal by which the kernel ends what it has no memory for.
pub(super) const SIGKILL: i32 = 9;
/// How long an engine may take to tell why.
const TOLD_WITHIN: Duration = Duration::from_millis(500);

/// What a container is made from.
#[derive(Debug)]
pub(super) struct Specification<'a> {
    pub(super) role: Role,
    /// What a reader calls it: `producer-api-go-rest`, `k6`, `PostgreSQL (metrics)`.
    pub(super) what: String,
    /// The name by which the others reach it.
    pub(super) alias: String,
    pub(super) image: &'a str,
    pub(super) command: Vec<String>,
    pub(super) variables: Vec<(String, String)>,
    pub(super) mounts: Vec<Mount>,
    /// Ports that the runner must reach.
    pub(super) ports: Vec<u16>,
    pub(super) limits: &'a Limits,
    /// None is the image's own.
    pub(super) user: Option<String>,
    pub(super) folder: Option<String>,
    /// Nothing of its image can be written, and it has no privileges.
    pub(super) hardened: bool,
    pub(super) shared_memory_bytes: Option<i64>,
}

/// A container that was made. Whoever has it removes it.
#[derive(Debug, Clone)]
pub(super) struct Container {
    pub(super) engine: Engine,
    pub(super) id: String,
    pub(super) what: String,
    /// The name by which the others reach it.
    pub(super) alias: String,
    role: Role,
}

/// How a container's process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    /// The kernel ended one of its processes for want of memory.
    pub(super) out_of_memory: bool,
}

impl Container {
    /// Makes the container in this network and does not start it.
    ///
    /// # Errors
    /// When the engine refuses, such as for an image or a file that is not there.
    pub(super) async fn create(
        engine: &Engine,
        network: &str,
        specification: Specification<'_>,
    ) -> Result<Self, Fault> {
        let Specification { role, what, alias, .. } = &specification;
        let (role, what, alias) = (*role, what.clone(), alias.clone());
        let name = format!("perf-runner-{}-{alias}-{:08x}", &engine.owner[..8], rand::random::<u32>());
        let options = CreateContainerOptionsBuilder::new().name(&name).build();
        let body = specification.body(engine, network);
        let made = engine.docker.create_container(Some(options), body).await.map_err(|error| {
            Fault::failed(format!("the engine cannot make a container for {what}")).cause(error)
        })?;
        Ok(Self { engine: engine.clone(), id: made.id, what, alias, role })
    }

    /// One that is there already, by its name for the engine.
    pub(super) fn found(engine: &Engine, name: &str, role: Role) -> Self {
        let (id, what, alias) = (name.to_owned(), name.to_owned(), name.to_owned());
        Self { engine: engine.clone(), id, what, alias, role }
    }

    /// Starts its process.
    ///
    /// # Errors
    /// When the engine cannot.
    pub(super) async fn start(&self) -> Result<(), Fault> {
        let started = self
            .engine
            .docker
            .start_container(&self.id, None::<bollard::query_parameters::StartContainerOptions>)
            .await;
        started.map_err(|error| Fault::failed(format!("the engine cannot start {}", self.what)).cause(error))
    }

    /// What the engine knows of it.
    ///
    /// # Errors
    /// When the engine does not answer, or it was removed by somebody else.
    pub(super) async fn inspect(&self) -> Result<ContainerInspectResponse, Fault> {
        let options = None::<bollard::query_parameters::InspectContainerOptions>;
        self.engine.docker.inspect_container(&self.id, options).await.map_err(|error| self.lost(error))
    }

    /// How it is now.
    ///
    /// # Errors
    /// As of [`Self::inspect`].
    pub(super) async fn state(&self) -> Result<ContainerState, Fault> {
        self.inspect().await?.state.ok_or_else(|| self.lost("the engine tells no state"))
    }

    /// Whether it runs, or is about to run again.
    ///
    /// # Errors
    /// As of [`Self::inspect`].
    pub(super) async fn runs(&self) -> Result<bool, Fault> {
        Ok(is_running(&self.state().await?))
    }

    /// Whether the engine tells by now, or in a moment, that the kernel had no memory for it.
    async fn is_told_of_memory(&self) -> bool {
        let filters = HashMap::from([("container", vec![self.id.as_str()]), ("event", vec!["oom"])]);
        let options = EventsOptionsBuilder::new().since("0").filters(&filters).build();
        let mut events = pin!(self.engine.docker.events(Some(options)));
        matches!(timeout(TOLD_WITHIN, events.next()).await, Ok(Some(Ok(_))))
    }

    /// Waits for its end, and for the engine's word on what caused it.
    ///
    /// # Errors
    /// As of [`Self::inspect`].
    pub(super) async fn wait(&self) -> Result<End, Fault> {
        let mut state = self.state().await?;
        while is_running(&state) {
            sleep(POLL).await;
            state = self.state().await?;
        }
        let end = End::of(&state);
        // Some engines learn of the want of memory after the end that it caused, too late for the state.
        let out_of_memory =
            end.out_of_memory || end.signal == Some(SIGKILL) && self.is_told_of_memory().await;
        Ok(End { out_of_memory, ..end })
    }

    /// Its first process as this host numbers it; none where that cannot be seen, as
    /// from inside another container.
    ///
    /// # Errors
    /// As of [`Self::inspect`].
    pub(super) async fn visible_pid(&self) -> Result<Option<u32>, Fault> {
        let pid = self.state().await?.pid.and_then(|pid| u32::try_from(pid).ok());
        // Elsewhere the same number is somebody else.
        let is_its = |pid: &u32| {
            std::fs::read_to_string(format!("/proc/{pid}/cgroup"))
                .is_ok_and(|groups| groups.contains(&self.id))
        };
        Ok(pid.filter(is_its))
    }

    /// The port of the loopback at which one of its ports is found.
    ///
    /// # Errors
    /// When the engine has published none.
    pub(super) async fn published(&self, port: u16) -> Result<u16, Fault> {
        let ports = self.inspect().await?.network_settings.and_then(|settings| settings.ports);
        let bindings = ports.and_then(|mut ports| ports.remove(&format!("{port}/tcp"))).flatten();
        bindings
            .into_iter()
            .flatten()
            .find_map(|binding| binding.host_port?.parse().ok())
            .ok_or_else(|| Fault::failed(format!("the engine has published no port for {}", self.what)))
    }

    /// Sends its first process a signal. One that has ended needs none.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub(super) async fn signal(&self, signal: &str) -> Result<(), Fault> {
        let options = KillContainerOptionsBuilder::new().signal(signal).build();
        match self.engine.docker.kill_container(&self.id, Some(options)).await {
            Err(error) if !is_status(&error, &[404, 409]) => Err(self.lost(error)),
            _ => Ok(()),
        }
    }

    /// The last lines it printed, without control characters; none when they cannot be had.
    pub(super) async fn last_lines(&self, count: usize) -> Vec<String> {
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).tail(&count.to_string()).build();
        let mut printed = self.engine.docker.logs(&self.id, Some(options));
        let mut text = Vec::new();
        while let Some(Ok(piece)) = printed.next().await {
            text.extend_from_slice(&piece.into_bytes());
        }
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<String> = text.lines().map(files::printable).filter(|line| !line.is_empty()).collect();
        lines[lines.len().saturating_sub(count)..].to_vec()
    }

    /// Adds everything it printed to a file.
    ///
    /// # Errors
    /// When the file cannot be written, or the engine does not answer.
    pub(super) async fn save_log(&self, path: &Path) -> Result<(), Fault> {
        let cannot = |error| Fault::failed(format!("cannot write the log {}", path.display())).cause(error);
        let open = || -> std::io::Result<File> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            File::options().create(true).append(true).open(path)
        };
        let mut file = open().map_err(cannot)?;
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).build();
        let mut printed = self.engine.docker.logs(&self.id, Some(options));
        while let Some(piece) = printed.next().await {
            let piece = piece.map_err(|error| self.lost(error))?;
            file.write_all(&piece.into_bytes()).map_err(cannot)?;
        }
        Ok(())
    }

    /// Ends it at once, if it runs, and removes it with the volumes that only it
    /// uses. One that is gone is what we want.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub(super) async fn remove(&self) -> Result<(), Fault> {
        remove(&self.engine, &self.id).await.map_err(|error| self.lost(error))
    }

    pub(super) fn is(&self, role: Role) -> bool {
        self.role == role
    }

    fn lost(&self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
        Fault::failed(format!("the container engine tells nothing of the container of {}", self.what))
            .cause(error)
            .repair("look whether the engine still runs, and whether somebody removed it (`docker ps --all`)")
    }
}

/// Removes a container by its id, whether it runs or not.
///
/// # Errors
/// When the engine does not answer or refuses.
pub(super) async fn remove(engine: &Engine, id: &str) -> Result<(), Error> {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match engine.docker.remove_container(id, Some(options)).await {
        // 409: somebody else is removing it right now.
        Err(error) if !is_status(&error, &[404, 409]) => Err(error),
        _ => Ok(()),
    }
}

fn is_running(state: &ContainerState) -> bool {
    state.running == Some(true) || state.restarting == Some(true)
}

/// Whether the engine answered with one of these statuses.
pub(super) fn is_status(error: &Error, statuses: &[u16]) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code, .. } if statuses.contains(status_code))
}

impl End {
    fn of(state: &ContainerState) -> Self {
        let code = state.exit_code.unwrap_or_default();
        let number = |value: i64| i32::try_from(value).ok();
        let signalled = code > SIGNALLED;
        Self {
            code: if signalled { None } else { number(code) },
            signal: if signalled { number(code - SIGNALLED) } else { None },
            out_of_memory: state.oom_killed == Some(true),
        }
    }
}

impl Specification<'_> {
    fn body(self, engine: &Engine, network: &str) -> ContainerCreateBody {
        let names: Vec<String> = self.ports.iter().map(|port| format!("{port}/tcp")).collect();
        let alias = EndpointSettings { aliases: Some(vec![self.alias]), ..EndpointSettings::default() };
        let network_of = HashMap::from([(network.to_owned(), alias)]);
        let binding = PortBinding { host_ip: Some(LOOPBACK.to_owned()), host_port: Some(String::new()) };
        let memory = i64::try_from(self.limits.memory.bytes).ok();
        let host = HostConfig {
            memory,
            // As much as without swap: none.
            memory_swap: memory,
            nano_cpus: Some(self.limits.nano_cpus(engine.facts.processors)),
            cpuset_cpus: self.limits.cpuset.clone(),
            mounts: Some(self.mounts),
            port_bindings: Some(
                names.iter().map(|name| (name.clone(), Some(vec![binding.clone()]))).collect(),
            ),
            network_mode: Some(network.to_owned()),
            readonly_rootfs: Some(self.hardened),
            cap_drop: self.hardened.then(|| vec!["ALL".to_owned()]),
            security_opt: self.hardened.then(|| vec!["no-new-privileges:true".to_owned()]),
            shm_size: self.shared_memory_bytes,
            log_config: Some(HostConfigLogConfig {
                typ: Some("json-file".to_owned()),
                config: Some(HashMap::from([("max-size".to_owned(), LOG_LIMIT.to_owned())])),
            }),
            ..HostConfig::default()
        };
        ContainerCreateBody {
            image: Some(self.image.to_owned()),
            cmd: (!self.command.is_empty()).then_some(self.command),
            env: Some(self.variables.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            user: self.user,
            working_dir: self.folder,
            exposed_ports: Some(names),
            labels: Some(labels::of(&engine.owner, self.role)),
            // The runner asks by itself; another's questions would be measured, too.
            healthcheck: Some(HealthConfig {
                test: Some(vec!["NONE".to_owned()]),
                ..HealthConfig::default()
            }),
            host_config: Some(host),
            networking_config: Some(NetworkingConfig { endpoints_config: Some(network_of) }),
            ..ContainerCreateBody::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(exit_code: i64, oom_killed: bool) -> ContainerState {
        ContainerState {
            exit_code: Some(exit_code),
            oom_killed: Some(oom_killed),
            ..ContainerState::default()
        }
    }

    #[test]
    fn an_exit_code_beyond_128_is_a_signal() {
        let end = |code, signal, out_of_memory| End { code, signal, out_of_memory };
        assert_eq!(End::of(&state(0, false)), end(Some(0), None, false));
        assert_eq!(End::of(&state(2, false)), end(Some(2), None, false));
        assert_eq!(End::of(&state(137, true)), end(None, Some(9), true));
        assert_eq!(End::of(&state(143, false)), end(None, Some(15), false));
    }
}
