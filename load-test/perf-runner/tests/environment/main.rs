//! The process environment with real processes and a real PostgreSQL.

// Clippy takes only functions marked `#[test]` for tests, and these are shared by them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod build;
mod ceiling;
mod database;
mod generator;
mod given;
mod launch;
#[path = "../load/pinned_k6.rs"]
mod pinned_k6;
mod place;
mod real;
mod sampling;
mod service;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::{Duration, Instant},
};

use perf_runner::{
    environment::process::{ProcessEnvironment, ProcessSettings, launch::Launcher, standing},
    model::{Api, Language, Protocol},
    progress::{Event, Observer},
    settings::{Given, Places},
};
use tempfile::TempDir;

/// The runner itself: what starts everything else.
const RUNNER: &str = env!("CARGO_BIN_EXE_perf-runner");

/// A repository of a test's own.
struct World {
    folder: TempDir,
    settings: ProcessSettings,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // PostgreSQL's user must be able to enter it.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let root = folder.path().to_path_buf();
        let places = Places { state: root.join(".perf"), results: root.join("results"), root };
        let settings = ProcessSettings {
            places,
            given: Given::default(),
            max_connections: 2,
            skip_build: false,
            service_port: None,
            launcher: Launcher::new(PathBuf::from(RUNNER)),
        };
        Self { folder, settings }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn open(&self) -> ProcessEnvironment {
        ProcessEnvironment::open(self.settings.clone(), &Told::default()).unwrap()
    }

    /// Writes an executable shell script below the root.
    fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // By another process: a file that this one has open for writing would be open in what another
        // test starts at that moment, and nobody could run it.
        let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" >\"$0\" && chmod 755 \"$0\"";
        let written = Command::new("sh").args(["-c", write]).arg(&path).arg(body).status().unwrap();
        assert!(written.success());
        path
    }
}

/// What a failing test left up.
impl Drop for World {
    fn drop(&mut self) {
        let _ = standing::down(&self.settings.places.state, &Told::default());
    }
}

/// An API whose service is the program at this path below the root.
fn api(start: &str) -> Api {
    Api {
        id: "producer-api-test".to_owned(),
        language: Language::Rust,
        protocol: Protocol::Rest,
        port: 8081,
        build: vec!["./build.sh".to_owned()],
        start: vec![start.to_owned()],
        image: "producer-api-test".to_owned(),
    }
}

/// Remembers what it was told.
#[derive(Default)]
struct Told(Mutex<Vec<Event>>);

impl Observer for Told {
    fn observe(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Whether a process with this pid still runs.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state follows the name, which is in parentheses; a zombie runs no more.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// What only a failing test waits for.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until something is so, or fails.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for a file that a script writes, while something else goes on.
async fn written(path: &Path) {
    let begin = Instant::now();
    while !path.exists() {
        assert!(begin.elapsed() < PATIENCE, "{} was not written", path.display());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The number in a file that a script wrote, once it is there.
fn pid_in(path: &Path) -> u32 {
    until("a pid file", || fs::read_to_string(path).is_ok_and(|text| text.ends_with('\n')));
    fs::read_to_string(path).unwrap().trim().parse().unwrap()
}
