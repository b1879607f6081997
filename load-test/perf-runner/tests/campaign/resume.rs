//! A campaign that broke off is taken up again, and only as the same campaign.

use std::{fs, io::Write as _, path::PathBuf, process::Output};

use serde_json::Value;

use crate::runner::{Runner, find, is_running, registry, service_program, stderr, stdout, wait_until};

const API: &str = "producer-api-rust-rest";
/// Three test runs of a few seconds.
const SHORT: [&str; 10] =
    ["full", "--phases", "1x2s", "--rounds", "3", "--warm-up", "0s", "--skip-verify", "--think-time", "50ms"];

fn refused(output: &Output, words: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
}

fn show(runner: &Runner) -> Value {
    let output = runner.run(&["runs", "show", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("JSON")
}

/// A runner whose service is a file of the test's own, and that file.
fn with_own_program() -> (Runner, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join(API);
    fs::copy(service_program(), &program).expect("a copy");
    (Runner::with_registry(&registry(API, &program.to_string_lossy())), program, folder)
}

/// Kills the runner during the second test run's load; gives the first one's file.
fn killed_in_the_second_test_run(runner: &Runner) -> PathBuf {
    let mut child = runner.start(&SHORT);
    wait_until("the first test run is stored", || find(&runner.results(), "run.json").is_some());
    runner.wait_for_child("k6");
    let pids = runner.pids();
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    wait_until("every child is gone", || pids.iter().all(|pid| !is_running(*pid)));
    find(&runner.results(), "run.json").expect("the first test run")
}

#[test]
fn a_killed_campaign_is_completed_with_what_is_missing_and_nothing_else() {
    let (runner, program, _folder) = with_own_program();
    let first = killed_in_the_second_test_run(&runner);
    let before = fs::read(&first).expect("a file");

    refused(&runner.run(&["full", "--resume", "--phases", "2x2s"]), &["phases: 1x2s", "2x2s"]);
    refused(&runner.run(&["smoke", "--resume"]), &["no smoke campaign was interrupted"]);
    let whole = fs::metadata(&program).expect("a program").len();
    let mut file = fs::File::options().append(true).open(&program).expect("a program");
    file.write_all(b"another build").expect("written");
    refused(&runner.run(&["full", "--resume"]), &["build of producer-api-rust-rest: "]);
    file.set_len(whole).expect("the old build");
    drop(file);

    // The same command as then, with one word more.
    let again: Vec<&str> = SHORT.into_iter().chain(["--resume"]).collect();
    let output = runner.run(&again);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("2 of 3 test runs are left"), "{}", stderr(&output));
    assert_eq!(fs::read(&first).expect("a file"), before, "what was measured was touched");
    let shown = show(&runner);
    assert_eq!(shown["campaign"]["status"], "completed");
    assert_eq!(shown["campaign"]["resumed_at"].as_array().map(Vec::len), Some(1));
    let runs = shown["runs"].as_array().expect("test runs");
    assert_eq!(runs.len(), 3);
    assert!(runs.iter().all(|run| run["run"]["status"] == "completed"), "{runs:#?}");
    let facts = runner.report()["campaign"]["facts"].to_string();
    assert!(facts.contains("Resumed"), "{facts}");

    refused(&runner.run(&["full", "--resume"]), &["no full campaign was interrupted"]);
    let id = shown["campaign"]["id"].as_str().expect("an id");
    refused(&runner.run(&["full", "--resume", id]), &["nothing is missing"]);
}

/// Changes something in the one campaign's file.
fn change(runner: &Runner, change: impl Fn(&mut Value)) {
    let path = find(&runner.results(), "campaign.json").expect("a campaign");
    let mut file: Value = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    change(&mut file["campaign"]);
    fs::write(path, serde_json::to_vec(&file).expect("JSON")).expect("written");
}

#[test]
fn an_interrupted_campaign_goes_on_where_it_broke_off_on_the_same_host_alone() {
    let runner = Runner::new();
    let fake = ["smoke", "--runtime", "fake"];
    let output = runner.run(&fake);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let resume = ["smoke", "--runtime", "fake", "--resume"];
    refused(&runner.run(&resume), &["no smoke campaign was interrupted"]);
    // As if it had been interrupted before its only test run was stored.
    fs::remove_file(find(&runner.results(), "run.json").expect("a test run")).expect("removed");
    change(&runner, |campaign| campaign["status"] = "interrupted".into());
    refused(&runner.run(&["smoke", "--resume"]), &["runtime: fake then, process now"]);
    change(&runner, |campaign| campaign["host"]["kernel"] = "2.6.32".into());
    refused(&runner.run(&resume), &["kernel: 2.6.32 then"]);
    change(&runner, |campaign| campaign["host"]["generator"] = "another".into());
    refused(&runner.run(&resume), &["generator: another then"]);
    change(&runner, |campaign| campaign["host"]["generator"] = Value::Null);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").expect("a kernel");
    change(&runner, |campaign| campaign["host"]["kernel"] = kernel.trim().into());
    let output = runner.run(&resume);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(runner.report()["runs"].as_array().map(Vec::len), Some(1));
    assert_eq!(runner.report()["campaign"]["status"]["word"], "completed");
}
