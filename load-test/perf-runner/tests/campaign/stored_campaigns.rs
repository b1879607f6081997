//! What can be done with campaigns that are stored, by the real runner on its own
//! metrics database.

use std::{fs, process::Output};

use postgres_cluster::TemporaryCluster;
use serde_json::Value;

use crate::{
    rebuilt_report::assert_rebuilt_to_the_byte,
    runner::{Runner, interrupt, is_running, stderr, stdout},
};

/// The result of a command that must go well.
fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    stdout(output)
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&done(output)).expect("JSON")
}

/// A runner with one stored campaign, and the campaign's id.
fn measured() -> (Runner, String) {
    let runner = Runner::new();
    done(&runner.run(&["smoke", "--think-time", "0s"]));
    let id = runner.report()["campaign"]["id"].as_str().expect("an id").to_owned();
    (runner, id)
}

fn ids(listed: &Value) -> Vec<&str> {
    listed["campaigns"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_str()).collect()
}

#[test]
fn a_campaign_is_listed_shown_exported_and_removed() {
    let (runner, id) = measured();
    let listed = json(&runner.run(&["runs", "list", "--format", "json"]));
    assert_eq!((listed["schema"].as_str(), ids(&listed)), (Some("perf-runner/runs/1"), vec![id.as_str()]));
    let csv = done(&runner.run(&["runs", "list", "--format", "csv", "--status", "completed"]));
    assert!(csv.starts_with("campaign,mode,status,") && csv.contains(&id), "{csv}");
    let none = done(&runner.run(&["runs", "list", "--mode", "full,saturation"]));
    assert_eq!(none, "no stored campaign is like that\n");

    let shown = done(&runner.run(&["runs", "show"]));
    for words in ["1 VU x 5", "acknowledged", "call, mean", "check: counts agree", "whole test run:"] {
        assert!(shown.contains(words), "{words} is not in: {shown}");
    }
    let long = shown.lines().find(|line| line.chars().count() > 80);
    assert!(long.is_none(), "{long:?}");
    let shown = json(&runner.run(&["runs", "show", &id, "--format", "json"]));
    assert_eq!(shown["schema"], "perf-runner/show/1");
    assert_eq!(shown["runs"][0]["run"]["phases"][0]["acknowledged"], 5);
    let summary = json(&runner.run(&["runs", "summary", "--format", "json"]));
    assert_eq!((summary["campaigns"].as_u64(), summary["completed_runs"].as_u64()), (Some(1), Some(1)));

    assert_rebuilt_to_the_byte(&runner, &id);
    export(&runner, &id);
    clean(&runner, &id);
}

fn export(runner: &Runner, id: &str) {
    let exported = json(&runner.run(&["runs", "export", "--all"]));
    assert_eq!(exported["campaigns"][0]["campaign"]["id"], id);
    assert_eq!(exported["campaigns"][0]["runs"][0]["run"]["audit"]["stored"], 5);
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("tables").to_string_lossy().into_owned();
    done(&runner.run(&["runs", "export", id, "--format", "csv", "--output", &place]));
    let phases = fs::read_to_string(folder.path().join("tables/phases.csv")).expect("a table");
    assert_eq!(phases.lines().count(), 2, "{phases}");
    let checks = done(&runner.run(&["runs", "export", "--format", "csv", "--table", "checks"]));
    assert!(
        checks.starts_with("test_run,phase,check,verdict,") && checks.contains("counts_agree"),
        "{checks}"
    );
    let unknown = runner.run(&["runs", "export", "20260101-000000-smoke-0000"]);
    assert_eq!((unknown.status.code(), stdout(&unknown).as_str()), (Some(2), ""));
}

fn clean(runner: &Runner, id: &str) {
    let asked = runner.run(&["runs", "cleanup"]);
    assert_eq!(asked.status.code(), Some(2), "a rule must be given");
    assert_eq!(done(&runner.run(&["runs", "cleanup", "--older-than", "30d"])), "nothing to remove\n");
    let told = done(&runner.run(&["runs", "cleanup", "--keep", "0"]));
    assert!(told.contains(id) && told.contains("--execute removes them for good"), "{told}");
    assert!(runner.results().join(id).is_dir(), "a dry run removed something");
    let removed = json(&runner.run(&["runs", "cleanup", "--keep", "0", "--execute", "--format", "json"]));
    assert_eq!((&removed["executed"], &removed["campaigns"][0]["campaign"]), (&true.into(), &id.into()));
    assert!(removed["raw_bytes"].as_u64().expect("a size") > 0);
    assert!(!runner.results().join(id).exists());
    assert_eq!(done(&runner.run(&["runs", "list"])), "no campaign has been stored yet\n");
}

#[test]
fn a_metrics_database_is_rebuilt_from_files() {
    let (runner, id) = measured();
    let cluster = TemporaryCluster::start().expect("a cluster");
    let url = cluster.superuser_url();
    let import = || runner.run(&["runs", "import", "--metrics-url", &url, "--format", "json"]);
    let imported = json(&import());
    assert_eq!(
        (&imported["campaigns"][0]["campaign"], &imported["campaigns"][0]["runs"]),
        (&id.as_str().into(), &1.into())
    );
    assert_eq!(json(&import())["campaigns"][0]["result"], "there already");
    // Only the database is left.
    fs::rename(runner.results(), runner.results().with_extension("away")).expect("a folder");
    let shown = json(&runner.run(&["runs", "show", &id, "--metrics-url", &url, "--format", "json"]));
    assert_eq!(shown["runs"][0]["run"]["audit"]["stored"], 5);
}

#[test]
fn while_a_campaign_is_measured_others_may_look_and_not_write() {
    let runner = Runner::new();
    let child = runner.start(&["smoke", "--think-time", "10s"]);
    runner.wait_for_child("k6");
    let pids = runner.pids();
    let listed = json(&runner.run(&["runs", "list", "--format", "json"]));
    assert_eq!(listed["campaigns"][0]["status"], "running");
    let kept = done(&runner.run(&["runs", "cleanup", "--keep", "0"]));
    assert!(kept.contains("nothing to remove") && kept.contains("never came to its end"), "{kept}");
    let refused = runner.run(&["runs", "cleanup", "--keep", "0", "--unfinished", "--execute"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains(&format!("(pid {})", child.id())), "{}", stderr(&refused));
    assert!(pids.iter().all(|pid| is_running(*pid)), "looking ended something");
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let listed = json(&runner.run(&["runs", "list", "--format", "json"]));
    assert_eq!(listed["campaigns"][0]["status"], "interrupted");
}
