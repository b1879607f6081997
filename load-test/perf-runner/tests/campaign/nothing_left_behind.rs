//! Whatever ends the runner, nothing that it started goes on.

use std::process::{Child, Command};

use nix::sys::signal::Signal;

use crate::runner::{Runner, interrupt, is_running, signal, stderr, wait_until};

/// A load that is still going on when the test interferes: five events with a
/// long pause after each.
const LONG: &[&str] = &["smoke", "--think-time", "10s"];

/// Starts a campaign, waits for its load, and gives the runner and all pids.
fn loaded(runner: &Runner) -> (Child, Vec<i32>) {
    let child = runner.start(LONG);
    runner.wait_for_child("k6");
    let pids = runner.pids();
    assert!(pids.len() >= 4, "service, k6 and two PostgreSQL servers run, not {pids:?}");
    (child, pids)
}

fn nothing_runs(pids: &[i32]) {
    wait_until("every child is gone", || pids.iter().all(|pid| !is_running(*pid)));
}

#[test]
fn after_a_normal_end() {
    let runner = Runner::new();
    let mut child = runner.start(&["smoke", "--think-time", "1s"]);
    runner.wait_for_child("k6");
    let pids = runner.pids();
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(pids.iter().all(|pid| !is_running(*pid)), "something of {pids:?} still runs");
    assert!(runner.children().is_empty());
}

#[test]
fn after_a_service_that_dies() {
    let runner = Runner::new();
    let (child, pids) = loaded(&runner);
    let service = runner.wait_for_child("producer-api-rust-rest");
    signal(service, Signal::SIGKILL);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(pids.iter().all(|pid| !is_running(*pid)));
}

#[test]
fn after_one_interrupt_the_results_are_kept() {
    let runner = Runner::new();
    let (child, pids) = loaded(&runner);
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(pids.iter().all(|pid| !is_running(*pid)));
    let report = runner.report().to_string();
    assert!(report.contains("interrupted"), "{report}");
}

#[test]
fn after_sigterm() {
    let runner = Runner::new();
    let (child, pids) = loaded(&runner);
    signal(child.id().cast_signed(), Signal::SIGTERM);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(pids.iter().all(|pid| !is_running(*pid)));
}

#[test]
fn after_two_interrupts() {
    let runner = Runner::new();
    let (child, pids) = loaded(&runner);
    interrupt(&child);
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(pids.iter().all(|pid| !is_running(*pid)));
}

#[test]
fn after_a_kill() {
    let runner = Runner::new();
    let (mut child, pids) = loaded(&runner);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    nothing_runs(&pids);
    // The next start finds nothing in its way.
    let output = runner.run(&["smoke", "--think-time", "0s"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_start_ends_what_a_kill_left_and_nothing_else() {
    let runner = Runner::new();
    let (mut child, pids) = loaded(&runner);
    // A stopped process cannot act on its parent-death signal unless it is SIGKILL;
    // PostgreSQL gets SIGINT, so a stopped server outlives its runner.
    let server = runner.wait_for_child("PostgreSQL (metrics)");
    signal(server, Signal::SIGSTOP);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let mut foreign = Command::new("sleep").arg("600").spawn().expect("sleep runs");
    assert!(is_running(server));
    let output = runner.run(&["smoke", "--think-time", "0s"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    nothing_runs(&pids);
    assert!(is_running(foreign.id().cast_signed()));
    foreign.kill().expect("it runs");
    foreign.wait().expect("it ends");
}
