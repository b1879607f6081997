//! The engine: the one of this machine, or one of our own.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use tempfile::TempDir;

use super::debian;
use crate::{fault::Fault, invocation::Invocation, repository::Repository};

const START_PATIENCE: Duration = Duration::from_mins(1);
/// It ends its containers first.
const STOP_PATIENCE: Duration = Duration::from_secs(40);
const POLL: Duration = Duration::from_millis(100);
const NOT_ROOT: &str = "no container engine answers, and only root can start one";
const REPAIR: &str = "start the system's engine, or run this as root where an engine may be started; \
                      `cargo xtask test --skip docker` tests everything else";
/// Every change leaves layers behind; beyond this it is quicker to begin anew than to look for them.
const MOST_KEPT_GIB: u64 = 20;

/// An engine that answers.
pub(super) struct Engine {
    host: String,
    own: Option<OwnEngine>,
}

/// One that was started here, and ends with us. Its images stay for the next time.
struct OwnEngine {
    child: Child,
    /// Its socket and what runs; short, because a socket's path may not be long.
    place: TempDir,
    /// Two engines on the same data would break it.
    _alone: File,
}

/// Where the data of an engine of ours is kept.
pub(super) struct Data {
    folder: PathBuf,
    /// What an earlier call has kept is not wanted.
    fresh: bool,
}

impl Data {
    /// In `folder`, or among the user's caches: another checkout has use for it, too.
    ///
    /// Errors: the folder has no usable path.
    pub(super) fn new(repository: &Repository, folder: Option<&Path>, fresh: bool) -> Result<Self, Fault> {
        let named = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty());
        let cache = named("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(Path::new(&named("HOME")?).join(".cache")));
        let usual = || match cache {
            Some(cache) => cache.join("perf-runner/engine"),
            None => repository.root().join(".perf/engine"),
        };
        let folder = folder.map_or_else(usual, Path::to_owned);
        let folder = std::path::absolute(&folder)
            .map_err(Fault::because(format!("{} is no usable path", folder.display())))?;
        Ok(Self { folder, fresh })
    }

    /// Takes the folder for this process, and empties it when it is unwanted or has grown too large.
    fn prepare(&self) -> Result<File, Fault> {
        let folder = &self.folder;
        fs::create_dir_all(folder).map_err(Fault::because(format!("cannot make {}", folder.display())))?;
        let path = folder.with_extension("lock");
        let lock = File::create(&path).map_err(Fault::because(format!("cannot write {}", path.display())))?;
        lock.try_lock().map_err(|_| {
            Fault::new(format!("another engine works with {}", folder.display()))
                .repair("wait for its end, or name another folder with --data")
        })?;
        if self.fresh || kept_gib(folder)? >= MOST_KEPT_GIB {
            println!("emptying {}", folder.display());
            fs::remove_dir_all(folder)
                .map_err(Fault::because(format!("cannot empty {}", folder.display())))?;
        }
        Ok(lock)
    }
}

fn kept_gib(folder: &Path) -> Result<u64, Fault> {
    let path = folder.display().to_string();
    let told = Invocation::new(folder, "du", ["--summarize", "--block-size=1G", &path]).output()?;
    Ok(told.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or_default())
}

impl Engine {
    /// The engine that `DOCKER_HOST` or the usual socket leads to; else one of our
    /// own, installed when it is missing.
    ///
    /// Errors: it cannot be installed or started, with the repair.
    pub(super) fn find_or_start(repository: &Repository, data: &Data) -> Result<Self, Fault> {
        let host = usual_host();
        if answers(repository, &host) {
            println!("an engine answers at {host}");
            return Ok(Self { host, own: None });
        }
        install(repository)?;
        let own = OwnEngine::start(data)?;
        let host = own.host();
        let begin = Instant::now();
        while !answers(repository, &host) {
            if begin.elapsed() > START_PATIENCE {
                return Err(own.silent());
            }
            sleep(POLL);
        }
        println!("started an engine at {host}, with its data in {}", data.folder.display());
        let engine = Self { host, own: Some(own) };
        engine.sweep(repository)?;
        Ok(engine)
    }

    /// Removes what an earlier call has left running or stored: the engine is ours, and so is all that.
    fn sweep(&self, repository: &Repository) -> Result<(), Fault> {
        let docker = |words: &[&str]| {
            Invocation::new(repository.root(), "docker", words).variable("DOCKER_HOST", &self.host)
        };
        for (kind, all) in [("container", Some("--all")), ("volume", None)] {
            let words: Vec<&str> = [kind, "ls", "--quiet"].into_iter().chain(all).collect();
            let left = docker(&words).output()?;
            if !left.trim().is_empty() {
                let words: Vec<&str> =
                    [kind, "rm", "--force"].into_iter().chain(left.split_whitespace()).collect();
                docker(&words).output()?;
            }
        }
        docker(&["network", "prune", "--force"]).output().map(drop)
    }

    /// What `DOCKER_HOST` is to be.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether it was started here and may be ended.
    pub(super) fn is_ours(&self) -> bool {
        self.own.is_some()
    }

    /// Ends it now, if it is ours, as a crash or an administrator would.
    pub(super) fn end(&self) {
        if let Some(own) = &self.own {
            own.signal(Signal::SIGTERM);
        }
    }
}

impl OwnEngine {
    fn start(data: &Data) -> Result<Self, Fault> {
        let cannot = |what: &str| Fault::because(format!("cannot {what} for the engine"));
        let alone = data.prepare()?;
        let place =
            tempfile::Builder::new().prefix("xtask-docker-").tempdir().map_err(cannot("make a folder"))?;
        let log = File::create(place.path().join("dockerd.log")).map_err(cannot("write dockerd.log"))?;
        let errors = log.try_clone().map_err(cannot("write dockerd.log"))?;
        let inside = |name: &str| place.path().join(name).display().to_string();
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "--", "dockerd"])
            .args(["--data-root", &data.folder.display().to_string()])
            .args(["--exec-root", &inside("exec"), "--pidfile", &inside("dockerd.pid")])
            .args(["--host", &format!("unix://{}", inside("docker.sock"))])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(cannot("run setpriv"))?;
        Ok(Self { child, place, _alone: alone })
    }

    fn host(&self) -> String {
        format!("unix://{}", self.place.path().join("docker.sock").display())
    }

    fn silent(&self) -> Fault {
        let log = fs::read_to_string(self.place.path().join("dockerd.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(10)..].join("\n");
        Fault::new(format!("a container engine cannot be started here; its last lines:\n{last}"))
            .repair(REPAIR)
    }

    fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // It may have ended by itself in between.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
        let begin = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if begin.elapsed() > STOP_PATIENCE {
                self.signal(Signal::SIGKILL);
            }
            sleep(POLL);
        }
    }
}

/// Where `DOCKER_HOST` leads to, or the system's engine.
fn usual_host() -> String {
    let named = std::env::var("DOCKER_HOST").unwrap_or_default();
    if named.is_empty() { "unix:///var/run/docker.sock".to_owned() } else { named }
}

fn answers(repository: &Repository, host: &str) -> bool {
    Invocation::new(repository.root(), "docker", ["version", "--format", "{{.Server.Version}}"])
        .variable("DOCKER_HOST", host)
        .outcome()
        .is_ok_and(|outcome| outcome.status.success())
}

/// What stands in the way of an engine as far as can be told without starting one, in one line; none
/// when one answers, or may be started here.
pub(crate) fn lack(repository: &Repository) -> Option<String> {
    if answers(repository, &usual_host()) {
        println!("docker: an engine answers at {}", usual_host());
        return None;
    }
    if !geteuid().is_root() {
        return Some(format!("docker: {NOT_ROOT}; {REPAIR}"));
    }
    println!("docker: no engine answers; one is started for the stage docker");
    None
}

/// Whatever of it this machine lacks.
fn install(repository: &Repository) -> Result<(), Fault> {
    if !geteuid().is_root() {
        return Err(Fault::new(NOT_ROOT).repair(REPAIR));
    }
    let is_there =
        |program: &str| Invocation::new(repository.root(), program, ["--version"]).outcome().is_ok();
    let wanted = [("dockerd", "docker.io"), ("debootstrap", "debootstrap")];
    let missing: Vec<&str> =
        wanted.into_iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    debian::install(repository, &missing)
}
