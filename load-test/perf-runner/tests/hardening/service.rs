//! A service of the registry as a process of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use perf_runner::{
    model::{Api, Endpoint, Language},
    registry,
    settings::BuildTool,
    wire,
};
use procfs::process::Process;
use producer_testing::{ApplicationDatabase, free_port};
use tempfile::NamedTempFile;
use tokio::time::{sleep, timeout};

use crate::{ASK_AGAIN, until};

/// Fewer open files than the tests make a service hold: to ask for more is its own affair.
const SOFT_LIMIT_OF_FILES: &str = "512";
const KIB: u64 = 1024;

/// Every service of the registry, built as it says.
pub(crate) fn registered() -> &'static [Api] {
    static BUILT: OnceLock<Vec<Api>> = OnceLock::new();
    BUILT.get_or_init(|| {
        let services =
            registry::read(&repository(), BuildTool::Maven).unwrap_or_else(|fault| panic!("{fault}"));
        services.iter().for_each(build);
        services
    })
}

fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn build(api: &Api) {
    let (program, arguments) = api.build.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(repository().join(&api.id)).envs(jdk::variables());
    // Where the start command looks.
    command.env("CARGO_TARGET_DIR", repository().join("target"));
    assert!(command.status().unwrap().success(), "{} is not built", api.id);
}

/// A running service; killed when dropped.
pub(crate) struct Service {
    pub(crate) api: &'static Api,
    pub(crate) endpoint: Endpoint,
    child: Child,
    log: NamedTempFile,
}

impl Service {
    /// Starts it and waits until it is healthy.
    pub(crate) async fn start(api: &'static Api, database_url: &str) -> Self {
        let log = NamedTempFile::new().unwrap();
        let port = free_port();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -Sn {SOFT_LIMIT_OF_FILES}; exec \"$@\""), "sh"]);
        command.args(&api.start).current_dir(repository()).env_clear();
        command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"));
        if api.language == Language::Java {
            command.envs(jdk::variables());
        }
        command.env("DATABASE_URL", database_url).env(api.port_variable(), &port);
        command.stdin(Stdio::null()).stdout(log.reopen().unwrap()).stderr(log.reopen().unwrap());
        let child = command.spawn().unwrap();
        let endpoint = Endpoint { protocol: api.protocol, authority: format!("127.0.0.1:{port}") };
        let mut service = Self { api, endpoint, child, log };
        service.becomes_healthy().await;
        service
    }

    /// Starts each of these, one after the other.
    pub(crate) async fn start_all(
        apis: impl IntoIterator<Item = &'static Api>,
        database: &ApplicationDatabase,
    ) -> Vec<Self> {
        let mut services = Vec::new();
        for api in apis {
            services.push(Self::start(api, &database.producer_url()).await);
        }
        services
    }

    /// Waits until it is healthy; fails when it ends instead.
    pub(crate) async fn becomes_healthy(&mut self) {
        until(&format!("{} is healthy", self.api.id), async || {
            assert!(!self.has_ended(), "{} ended", self.api.id);
            wire::health(&self.endpoint).await.is_ok()
        })
        .await;
    }

    /// Asks it to end, and gives its exit code; none when a signal ended it, or when it has not
    /// ended within `patience`.
    pub(crate) async fn stop(&mut self, patience: Duration) -> Option<i32> {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM).unwrap();
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status.code();
                }
                sleep(ASK_AGAIN).await;
            }
        };
        timeout(patience, ended).await.ok().flatten()
    }

    /// It ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Everything it wrote.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }

    /// The most memory that it ever had in use.
    pub(crate) fn peak_memory_bytes(&self) -> u64 {
        self.process().status().unwrap().vmhwm.unwrap() * KIB
    }

    /// How many files and sockets it holds open.
    pub(crate) fn open_files(&self) -> usize {
        self.process().fd_count().unwrap()
    }

    fn process(&self) -> Process {
        Process::new(self.child.id().cast_signed()).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("log of {}:\n{}", self.api.id, self.log());
        }
        // It may have ended by itself; waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
