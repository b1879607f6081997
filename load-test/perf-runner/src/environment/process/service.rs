//! One service as a child process.

use std::{
    ffi::OsString,
    fs::File,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::{
    endings::{self, TAIL_LINES},
    files, identity, readiness,
};
use crate::{
    fault::Fault,
    model::{Api, Endpoint, Language, RunningService, ServiceEnd},
};

/// What of the runner's own environment a program needs to run at all.
pub(super) const PASSED_ON: [&str; 5] = ["PATH", "HOME", "LANG", "TZ", "JAVA_HOME"];

/// Everything a service is started with.
pub(super) struct ServiceStart<'a> {
    pub(super) api: &'a Api,
    /// The repository's root: its working folder.
    pub(super) root: &'a Path,
    /// Put before its command line; empty for a service that outlives the runner.
    pub(super) launcher: Vec<OsString>,
    pub(super) port: u16,
    pub(super) database_url: &'a str,
    pub(super) max_connections: u32,
    /// Where its standard output and error go.
    pub(super) log: &'a Path,
}

impl ServiceStart<'_> {
    fn command(&self) -> Result<Command, Fault> {
        let mut words = self.launcher.clone();
        words.extend(self.api.start.iter().map(OsString::from));
        let Some((program, arguments)) = words.split_first() else {
            return Err(Fault::failed(format!("services.toml names no start program for {}", self.api.id)));
        };
        let log = || -> std::io::Result<(File, File)> {
            if let Some(folder) = self.log.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let file = File::options().create(true).append(true).open(self.log)?;
            Ok((file.try_clone()?, file))
        };
        let (output, errors) = log().map_err(|error| {
            Fault::failed(format!("cannot write the log {}", self.log.display())).cause(error)
        })?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.root).env_clear();
        for name in PASSED_ON {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        if self.api.language == Language::Java {
            command.envs(jdk::variables());
        }
        command
            .env("DATABASE_URL", self.database_url)
            .env("DATABASE_MAX_CONNECTIONS", self.max_connections.to_string())
            .env(self.api.port_variable(), self.port.to_string())
            .env("SERVER_ADDRESS", "127.0.0.1")
            .envs([("LOG_LEVEL", "info"), ("RUST_LOG", "info")])
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            // Its own group: Ctrl-C in the terminal is for the runner to pass on.
            .process_group(0)
            .kill_on_drop(!self.launcher.is_empty());
        Ok(command)
    }
}

/// A service that was started.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) api: String,
    pub(super) endpoint: Endpoint,
    pub(super) pid: u32,
    pub(super) log: PathBuf,
    child: Child,
    began: Instant,
}

impl Service {
    /// Starts the process and does not wait for anything.
    ///
    /// # Errors
    /// When it is not built, or cannot be run.
    pub(super) fn spawn(start: &ServiceStart<'_>) -> Result<Self, Fault> {
        let programs = programs(start.api, start.root);
        if let Some(missing) = programs.iter().find(|program| !program.exists()) {
            return Err(Fault::failed(format!(
                "{} is not built: {} is missing",
                start.api.id,
                missing.display()
            ))
            .repair("run again without --skip-build"));
        }
        let mut command = start.command()?;
        let began = Instant::now();
        let cannot = |error| Fault::failed(format!("cannot start {}", start.api.id)).cause(error);
        let child = command.spawn().map_err(cannot)?;
        let pid = child.id().ok_or_else(|| Fault::failed(format!("{} ended at once", start.api.id)))?;
        let authority = format!("127.0.0.1:{}", start.port);
        let endpoint = Endpoint { protocol: start.api.protocol, authority };
        let log = start.log.to_path_buf();
        Ok(Self { api: start.api.id.clone(), endpoint, pid, log, child, began })
    }

    /// Waits for a healthy answer over the service's own wire.
    ///
    /// # Errors
    /// When it exits instead, or does not get ready in time; with its last log lines.
    pub(super) async fn wait_ready(&mut self) -> Result<RunningService, Fault> {
        let ready = tokio::select! {
            // One that has ended is not ready, even if somebody answers in its place.
            biased;
            status = self.child.wait() => {
                let status = status.map_err(|error| self.lost(error))?;
                return Err(self.fault(&format!("exited at its start ({})", words(status))).repair(
                    "its log says why; start it by hand with `perf-runner up` to look closer",
                ));
            }
            ready = readiness::ready(&self.endpoint) => ready,
        };
        ready.map(|()| self.ready()).map_err(|problem| self.fault(&problem))
    }

    fn ready(&self) -> RunningService {
        RunningService {
            endpoint: self.endpoint.clone(),
            generator_endpoint: self.endpoint.clone(),
            pid: Some(self.pid),
            start_up_ms: Some(self.began.elapsed().as_secs_f64() * 1000.0),
            idle_rss_bytes: rss_bytes(self.pid),
        }
    }

    /// Stops it: SIGTERM, then after `patience` SIGKILL to its whole group.
    ///
    /// # Errors
    /// When its end cannot be waited for.
    pub(super) async fn stop(mut self, patience: Duration) -> Result<ServiceEnd, Fault> {
        let early = self.exited()?.is_some() || identity::is_ending(self.pid);
        if !early {
            signal(self.pid, Signal::SIGTERM);
        }
        let waited = timeout(patience, self.child.wait()).await;
        let killed = waited.is_err();
        // Whatever it started itself goes with it.
        signal_group(self.pid, Signal::SIGKILL);
        let status = match waited {
            Ok(status) => status,
            Err(_) => self.child.wait().await,
        };
        let status = status.map_err(|error| self.lost(error))?;
        let mut end =
            ServiceEnd { code: status.code(), signal: status.signal(), early, killed, log_tail: Vec::new() };
        if !end.is_clean() {
            end.log_tail = files::last_lines(&self.log, TAIL_LINES);
        }
        Ok(end)
    }

    /// Waits until the process ends by itself.
    pub(super) async fn ended(&mut self) {
        // What cannot be waited for is told when it is stopped.
        let _ = self.child.wait().await;
    }

    /// Leaves it running. Only for one that was started without the launcher.
    pub(super) fn leave(self) {
        drop(self.child);
    }

    fn exited(&mut self) -> Result<Option<ExitStatus>, Fault> {
        self.child.try_wait().map_err(|error| self.lost(error))
    }

    fn lost(&self, error: std::io::Error) -> Fault {
        Fault::failed(format!("cannot watch {} (pid {})", self.api, self.pid)).cause(error)
    }

    fn fault(&self, problem: &str) -> Fault {
        Fault::failed(format!("{} {problem}", self.api)).log(files::last_lines(&self.log, TAIL_LINES))
    }
}

/// The files that starting the service runs: its binary, or its jar. The first
/// word of the start command and every further one with a slash; `@` marks a file
/// of arguments.
pub(super) fn programs(api: &Api, root: &Path) -> Vec<PathBuf> {
    api.start
        .iter()
        .filter(|word| word.contains('/') && !word.starts_with('-'))
        .map(|word| root.join(word.trim_start_matches('@')))
        .collect()
}

/// `exit code 1`, `signal 9`.
pub(super) fn words(status: ExitStatus) -> String {
    endings::in_words(status.code(), status.signal())
}

fn rss_bytes(pid: u32) -> Option<u64> {
    let status = procfs::process::Process::new(i32::try_from(pid).ok()?).ok()?.status().ok()?;
    status.vmrss.map(|kib| kib * 1024)
}

/// Sends a signal to a child of ours that was not yet waited for.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        // One that is gone already is what we want.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Sends a signal to the process group that a child of ours leads.
pub(super) fn signal_group(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        let _ = killpg(Pid::from_raw(pid), signal);
    }
}
