//! The real runner in a state folder of its own, on the real repository.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use perf_runner::load::Tail;
use serde_json::Value;
use tempfile::TempDir;

use crate::pinned_k6;

/// The repository this test belongs to.
pub(crate) fn repository() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("the repository")
}

/// A copy of the repository's face: the real contract, statements and scripts,
/// but a registry, a state folder and a results folder of the test's own.
pub(crate) struct Runner {
    folder: TempDir,
}

impl Runner {
    /// A runner whose registry holds the Rust REST service as cargo builds it for tests.
    pub(crate) fn new() -> Self {
        Self::with_registry(&registry("producer-api-rust-rest", &service_program().to_string_lossy()))
    }

    /// A runner whose registry is the repository's.
    pub(crate) fn with_all_services() -> Self {
        let registry = fs::read_to_string(repository().join("load-test/services.toml"));
        Self::with_registry(&registry.expect("the registry"))
    }

    /// A runner with this text as its registry.
    pub(crate) fn with_registry(registry: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("perf-runner-test").tempdir().expect("a folder");
        let root = folder.path().join("repository");
        fs::create_dir_all(root.join("load-test")).expect("folders");
        for shared in ["contract", "postgres", "load-test/k6", "producer-api-rust-rest"] {
            std::os::unix::fs::symlink(repository().join(shared), root.join(shared)).expect("a link");
        }
        fs::write(root.join("load-test/services.toml"), registry).expect("the registry");
        // The server's user must be able to walk down to its cluster.
        open_to_others(folder.path());
        Self { folder }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn results(&self) -> PathBuf {
        self.folder.path().join("results")
    }

    /// The runner with these arguments, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perf-runner"));
        command
            .args(arguments)
            .env("PERF_ROOT", self.root())
            .env("PERF_STATE", self.state())
            .env("PERF_RESULTS", self.results())
            .env("PERF_K6", pinned_k6::k6())
            .env("PERF_PROGRESS", "json")
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the runner starts")
    }

    /// Starts it and lets it run.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the runner starts")
    }

    /// What the lease names as running: name and pid.
    pub(crate) fn children(&self) -> Vec<(String, i32)> {
        let Ok(text) = fs::read_to_string(self.state().join("processes.json")) else { return Vec::new() };
        let Ok(record) = serde_json::from_str::<Value>(&text) else { return Vec::new() };
        let children = record["children"].as_array().cloned().unwrap_or_default();
        children
            .iter()
            .filter_map(|child| {
                let pid = i32::try_from(child["pid"].as_i64()?).ok()?;
                Some((child["name"].as_str()?.to_owned(), pid))
            })
            .collect()
    }

    /// The pids of what the lease names as running.
    pub(crate) fn pids(&self) -> Vec<i32> {
        self.children().into_iter().map(|(_, pid)| pid).collect()
    }

    /// Waits until the child of this name runs, and gives its pid.
    pub(crate) fn wait_for_child(&self, name: &str) -> i32 {
        let mut found = None;
        wait_until(&format!("{name} runs"), || {
            found = self.children().into_iter().find(|(child, _)| child == name).map(|(_, pid)| pid);
            found.is_some()
        });
        found.expect("waited for")
    }

    /// Waits until calls are acknowledged in this phase of the test run whose folder begins so.
    pub(crate) fn wait_for_calls(&self, test_run: &str, phase: &str) {
        let mut tail = None;
        wait_until(&format!("{phase} of {test_run} is under way"), || {
            // The trial's is another folder.
            let Some(folder) = self.raw_files(test_run) else { return false };
            let seconds = tail.get_or_insert_with(|| Tail::new(&folder)).look().expect("a stream");
            seconds.iter().any(|second| second.phase == phase && second.acknowledged > 0)
        });
    }

    /// The folder of a test run's raw files, once there is one.
    fn raw_files(&self, test_run: &str) -> Option<PathBuf> {
        let campaign = find(&self.results(), "campaign.json")?.parent()?.to_path_buf();
        let mut folders = fs::read_dir(campaign).ok()?.flatten().map(|entry| entry.path());
        folders.find(|folder| {
            folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(test_run))
        })
    }

    /// The one report of the one campaign below the results folder.
    pub(crate) fn report(&self) -> Value {
        let path = find(&self.results(), "report.json").expect("a report");
        serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON")
    }
}

/// A registry with one REST service.
pub(crate) fn registry(id: &str, program: &str) -> String {
    format!(
        "[[service]]\nid = {id:?}\nlanguage = \"rust\"\nprotocol = \"rest\"\nport = 8081\nbuild = [\"true\"]\n\
         start = [{program:?}]\nimage = {id:?}\n"
    )
}

/// The Rust REST service, built for tests.
pub(crate) fn service_program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            let built = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--locked", "--package", "producer-api-rust-rest"])
                .current_dir(repository())
                .status()
                .expect("cargo runs");
            assert!(built.success(), "the service does not build");
            Path::new(env!("CARGO_BIN_EXE_perf-runner")).with_file_name("producer-api-rust-rest")
        })
        .clone()
}

fn open_to_others(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("permissions");
}

/// The first file of this name below a folder.
pub(crate) fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name) {
                return Some(found);
            }
        } else if path.file_name().is_some_and(|file| file == name) {
            return Some(path);
        }
    }
    None
}

/// Whether a process of this pid runs (a zombie does not).
pub(crate) fn is_running(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
}

/// Sends a signal to a process that is there.
pub(crate) fn signal(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).expect("the process is there");
}

/// What a user does with Ctrl-C.
pub(crate) fn interrupt(runner: &Child) {
    signal(runner.id().cast_signed(), Signal::SIGINT);
}

/// Waits, with a bound that only a failing test meets.
pub(crate) fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < Duration::from_mins(2), "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
