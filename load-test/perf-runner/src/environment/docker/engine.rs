//! The container engine: where it is, and what it can do.

use std::path::{Path, PathBuf};

use bollard::{Docker, models::SystemInfoCgroupVersionEnum};
use nix::unistd::geteuid;

use crate::{environment::files, fault::Fault};

/// How long an answer may take, in seconds. Starting a container on a busy disk
/// takes a while; builds and waits are streams and have no such limit.
const PATIENCE_S: u64 = 120;

/// An engine that answers.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    pub(super) docker: Docker,
    /// Marks what is ours.
    pub(super) owner: String,
    pub(super) facts: EngineFacts,
}

/// What is true of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EngineFacts {
    pub(super) version: String,
    /// 1 or 2.
    pub(super) cgroups: u8,
    /// It runs as an ordinary user.
    pub(super) rootless: bool,
    pub(super) processors: u32,
    /// Limits that it cannot keep, in words.
    pub(super) lacks: Vec<&'static str>,
}

impl Engine {
    /// Connects to the engine at `host`, or where engines usually are, for the
    /// runner with this state folder.
    ///
    /// # Errors
    /// When there is none, it does not answer, this user may not speak to it, or
    /// the way to it is one that the runner cannot go; each with the repair.
    pub(super) async fn connect(host: Option<&str>, state: &Path) -> Result<Self, Fault> {
        let host = host.map_or_else(usual_host, |host| Some(host.to_owned())).ok_or_else(none_found)?;
        let docker = open(&host)?;
        let unreachable = |error| no_answer(&host, error);
        let docker = docker.negotiate_version().await.map_err(unreachable)?;
        let info = docker.info().await.map_err(unreachable)?;
        let facts = EngineFacts {
            version: info.server_version.clone().unwrap_or_default(),
            cgroups: match info.cgroup_version {
                Some(SystemInfoCgroupVersionEnum::_2) => 2,
                _ => 1,
            },
            rootless: info.security_options.iter().flatten().any(|option| option.contains("rootless")),
            processors: info.ncpu.and_then(|count| u32::try_from(count).ok()).unwrap_or(1),
            lacks: [
                ("memory", info.memory_limit),
                ("processor time", info.cpu_cfs_quota),
                ("processors", info.cpu_set),
            ]
            .into_iter()
            .filter_map(|(limit, kept)| (kept == Some(false)).then_some(limit))
            .collect(),
        };
        Ok(Self { docker, owner: owner(state)?, facts })
    }

    /// Numbers of containers without limits would be numbers of something else.
    ///
    /// # Errors
    /// When the engine cannot keep one of the limits, naming it.
    pub(super) fn demand_limits(&self) -> Result<(), Fault> {
        if self.facts.lacks.is_empty() {
            return Ok(());
        }
        let what = format!("the container engine cannot limit {}", self.facts.lacks.join(", "));
        Err(Fault::failed(what).repair(
            "an engine without root needs control groups of version 2 that are delegated to its user; \
             use the system's engine otherwise",
        ))
    }

    /// The user whose files a container writes shall be ours, as the engine takes it.
    pub(super) fn own_user(&self) -> String {
        if self.facts.rootless {
            // Inside, root is the user who runs the engine.
            return "0:0".to_owned();
        }
        format!("{}:{}", geteuid(), nix::unistd::getegid())
    }
}

fn open(host: &str) -> Result<Docker, Fault> {
    let cannot = |error| no_answer(host, error);
    let version = bollard::API_DEFAULT_VERSION;
    if let Some(path) = host.strip_prefix("unix://") {
        return Docker::connect_with_unix(path, PATIENCE_S, version).map_err(cannot);
    }
    if host.starts_with("tcp://") || host.starts_with("http://") {
        return Docker::connect_with_http(host, PATIENCE_S, version).map_err(cannot);
    }
    Err(Fault::usage(format!("DOCKER_HOST is {host:?}, and the runner speaks only unix:// and tcp://"))
        .repair("run perf-runner on the machine of the engine"))
}

fn no_answer(host: &str, error: bollard::errors::Error) -> Fault {
    Fault::failed(format!("the container engine at {host} does not answer")).cause(error).repair(
        "start it (`systemctl start docker`), let this user speak to it (the group docker), \
         or name another with DOCKER_HOST",
    )
}

/// The socket of the system's engine, of a user's own, or of Docker Desktop.
fn usual_host() -> Option<String> {
    let below = |variable: &str, rest: &str| Some(PathBuf::from(std::env::var_os(variable)?).join(rest));
    [
        Some(PathBuf::from("/var/run/docker.sock")),
        below("XDG_RUNTIME_DIR", "docker.sock"),
        below("HOME", ".docker/run/docker.sock"),
    ]
    .into_iter()
    .flatten()
    .find(|path| path.exists())
    .map(|path| format!("unix://{}", path.display()))
}

fn none_found() -> Fault {
    Fault::failed("no container engine was found").repair(
        "install and start one (`apt-get install docker.io`), name it with DOCKER_HOST, \
         or use --runtime process",
    )
}

/// The id of a state folder: 16 hexadecimal digits, made at the first use. Another
/// machine that uses the same engine has another.
fn owner(state: &Path) -> Result<String, Fault> {
    let path = state.join("docker-owner");
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let known = known.trim();
    if known.len() == 16 && known.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(known.to_owned());
    }
    let owner = format!("{:016x}", rand::random::<u64>());
    files::write_whole(&path, owner.as_bytes())
        .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))?;
    Ok(owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_that_cannot_be_gone_is_refused_by_its_name() {
        let fault = open("ssh://somewhere").unwrap_err();
        assert!(fault.to_string().contains("ssh://somewhere") && fault.repair.is_some(), "{fault}");
    }

    #[tokio::test]
    async fn an_engine_that_does_not_answer_is_named_with_the_repair() {
        let folder = tempfile::tempdir().unwrap();
        let host = format!("unix://{}/docker.sock", folder.path().display());
        let fault = Engine::connect(Some(&host), folder.path()).await.unwrap_err();
        assert!(fault.to_string().contains(&host) && fault.repair.is_some(), "{fault}");
    }

    #[test]
    fn a_state_folder_has_one_id_and_another_folder_another() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = owner(one.path()).unwrap();
        assert_eq!(owner(one.path()).unwrap(), first);
        assert_ne!(owner(other.path()).unwrap(), first);
        std::fs::write(one.path().join("docker-owner"), "../../x").unwrap();
        assert_ne!(owner(one.path()).unwrap(), "../../x");
    }
}
