//! What becomes of a child when its parent is killed.

use std::{
    fs,
    process::{Command, Stdio},
};

use super::{RUNNER, World, pid_in, runs, until};

#[test]
fn a_launched_program_dies_with_its_parent() {
    let world = World::new();
    let pid_file = world.root().join("pid");
    // The shell stands for the runner, `sleep` for a service.
    let script = format!(
        "{RUNNER} launch --death-signal kill --parent $$ -- sleep 300 & echo $! > {}; wait",
        pid_file.display()
    );
    let mut parent = Command::new("sh").args(["-c", &script]).spawn().unwrap();
    let child = pid_in(&pid_file);
    let command = || fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
    until("the launcher becoming sleep", || command().trim() == "sleep");
    assert!(runs(child));
    parent.kill().unwrap();
    parent.wait().unwrap();
    until("the child's end", || !runs(child));
}

#[test]
fn a_program_whose_parent_is_gone_already_is_not_started() {
    let world = World::new();
    let started = world.root().join("started");
    // Process 1 is surely not the parent of a test's child.
    let output = Command::new(RUNNER)
        .args(["launch", "--death-signal", "kill", "--parent", "1", "--", "touch"])
        .arg(&started)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("(pid 1) is gone"), "{output:?}");
    assert!(!started.exists());
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let parent = std::process::id().to_string();
    let output = Command::new(RUNNER)
        .args(["launch", "--death-signal", "int", "--parent", &parent, "--", "./no-such-program", "--flag"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot run ./no-such-program"), "{output:?}");
}
