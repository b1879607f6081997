//! Held loads from the command line to the report, with a real service, a real
//! k6 and real databases.

use std::process::Output;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{
    rebuilt_report::assert_rebuilt_to_the_byte,
    runner::{Runner, interrupt, signal, stderr},
};

/// Short loads, and nothing before them: the contract's cases have tests of their own.
const QUICK: [&str; 6] = ["full", "--skip-verify", "--warm-up", "0s", "--request-timeout", "1s"];

/// The runs of the one campaign as they were stored.
fn stored_runs(runner: &Runner) -> Vec<Value> {
    let output = runner.run(&["runs", "show", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let stored: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    stored["runs"].as_array().expect("runs").iter().map(|stored| stored["run"].clone()).collect()
}

/// The lines of progress of one kind.
fn events(output: &Output, kind: &str) -> Vec<Value> {
    let lines = stderr(output);
    let events = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    events.filter(|event| event["event"] == kind).collect()
}

fn acknowledged(run: &Value, phase: usize) -> u64 {
    run["phases"][phase]["acknowledged"].as_u64().expect("a count")
}

#[test]
fn phases_are_held_one_after_the_other_and_all_they_stored_is_found() {
    let runner = Runner::new();
    let arguments = ["full", "--phases", "2x3s,4x3s", "--request-timeout", "1s", "--warm-up", "2s"];
    let output = runner.run(&[arguments.as_slice(), &["--skip-verify", "--ceiling", "--strict"]].concat());
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    let runs = stored_runs(&runner);
    let (first, second) = (acknowledged(&runs[0], 0), acknowledged(&runs[0], 1));
    assert!(first > 0 && second > first, "{first} and {second}");
    // What warmed the service up is not among what is stored; what got no answer in time may be.
    let audit = |name: &str| runs[0]["audit"][name].as_u64().expect("a count");
    let sent = first + second;
    assert!((sent..=sent + audit("unknown")).contains(&audit("stored")), "{sent}: {}", runs[0]["audit"]);
    let steps: Vec<&str> =
        runs[0]["steps"].as_array().expect("steps").iter().filter_map(|step| step["name"].as_str()).collect();
    assert_eq!(steps, ["clear", "start", "prove", "clear", "warm-up", "clear", "load", "stop", "audit"]);
    // What was told while the load went on is what is stored.
    let told = events(&output, "phase_ended");
    let phases = runs[0]["phases"].as_array().expect("phases");
    assert_eq!(told.len(), phases.len());
    for (told, phase) in told.iter().zip(phases) {
        assert_eq!(told["phase"], phase["name"]);
        assert_eq!(told["acknowledged"], phase["window"]["acknowledged"], "{told} {}", phase["window"]);
    }
    assert!(
        events(&output, "loading").iter().any(|loading| loading["second"]["acknowledged"].as_u64() > Some(0))
    );
    assert!(events(&output, "used").iter().any(|used| used["cores"]["api"].as_f64().is_some()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("estimated  needed"), "{text}");
    let id = runner.report()["campaign"]["id"].as_str().expect("an id").to_owned();
    assert_rebuilt_to_the_byte(&runner, &id);
}

#[test]
fn a_service_killed_in_the_second_phase_fails_its_run_and_the_campaign_goes_on() {
    let runner = Runner::new();
    // Without a pause every user waits for an answer when the service is gone.
    let loads = ["--phases", "2x2s,4x20s", "--rounds", "2", "--think-time", "0s"];
    let child = runner.start(&[QUICK.as_slice(), &loads].concat());
    runner.wait_for_calls("r1s01", "p2");
    signal(runner.wait_for_child("producer-api-rust-rest"), Signal::SIGKILL);
    // The second round's test run is left in peace, but need not be waited for.
    runner.wait_for_calls("r2s01", "p2");
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let runs = stored_runs(&runner);
    assert_eq!(runs[0]["status"], "failed");
    assert!(runs[0]["failure"].as_str().expect("a reason").contains("ended during its load: signal 9"));
    assert!(acknowledged(&runs[0], 0) > 0 && acknowledged(&runs[0], 1) > 0);
    let unknown = runs[0]["phases"][1]["unknown"].as_u64();
    assert!(unknown > Some(0), "calls were under way: {}", runs[0]["phases"][1]);
    let audit = &runs[0]["audit"];
    assert_eq!(audit["unknown"].as_u64(), unknown);
    assert_eq!(audit["lost"], 0, "what was acknowledged before is stored: {audit}");
    assert_eq!(runs[1]["status"], "interrupted");
    assert!(acknowledged(&runs[1], 0) > 0 && acknowledged(&runs[1], 1) > 0);
    assert_eq!(runs[1]["audit"]["lost"], 0);
}
