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

/// Wherever it is run: the test's own first processor will do.
#[test]
fn a_program_stays_on_the_processors_that_it_is_given() {
    let allowed = |status: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        line.unwrap().trim().to_owned()
    };
    let own = allowed(&fs::read_to_string("/proc/self/status").unwrap());
    let first = own.split(['-', ',']).next().unwrap().to_owned();
    let parent = std::process::id().to_string();
    let launched = |cpus: &str| {
        let words = ["launch", "--death-signal", "kill", "--parent", &parent, "--cpus", cpus, "--"];
        Command::new(RUNNER).args(words).args(["cat", "/proc/self/status"]).output().unwrap()
    };
    let output = launched(&first);
    assert_eq!(allowed(&String::from_utf8_lossy(&output.stdout)), first, "{output:?}");
    let refused = launched("1023");
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("the processors [1023] cannot be used"),
        "{refused:?}"
    );
}
