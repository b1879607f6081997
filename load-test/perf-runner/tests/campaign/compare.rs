//! One campaign held against another, from the command line, on campaigns of the
//! fake runtime.

use std::{fs, process::Output};

use serde_json::Value;

use crate::runner::{Runner, stderr, stdout};

const CAMPAIGN: [&str; 9] = [
    "full",
    "--runtime",
    "fake",
    "--api",
    "producer-api-rust-rest",
    "--phases",
    "20x20s,50x20s",
    "--warm-up",
    "0s",
];

fn campaign(runner: &Runner, more: &[&str]) -> Output {
    let output = runner.run(&[CAMPAIGN.as_slice(), more].concat());
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    output
}

/// The ids of all campaigns, in their alphabetic order.
fn ids(runner: &Runner) -> Vec<String> {
    let folders = fs::read_dir(runner.results()).expect("a folder").flatten();
    let mut ids: Vec<String> =
        folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn two_campaigns_are_compared_and_two_loads_are_not() {
    let runner = Runner::with_all_services();
    campaign(&runner, &["--rounds", "3", "--seed", "7"]);
    let first = ids(&runner).remove(0);
    campaign(&runner, &["--rounds", "3", "--seed", "8"]);
    let compared = runner.run(&["runs", "compare", &first]);
    assert_eq!(compared.status.code(), Some(0), "{}", stderr(&compared));
    let text = stdout(&compared);
    assert!(text.starts_with(&format!("before {first}, ")) && text.contains("\nafter 2"), "{text}");
    assert!(text.contains("Of 8 figures held against"), "{text}");
    assert!(text.contains("producer-api-rust-rest, default payload"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");

    // Every campaign begins like that.
    let several = runner.run(&["runs", "compare", "2", "--format", "json"]);
    assert_eq!(several.status.code(), Some(2), "{}", stdout(&several));
    assert!(stderr(&several).contains("2 campaigns begin with \"2\""), "{}", stderr(&several));
    let json = runner.run(&["runs", "compare", &first, "latest", "--format", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["schema"], "perf-runner/compare/1");
    assert_eq!(json["before"]["id"], first.as_str());
    assert_eq!(json["figures"].as_array().map(Vec::len), Some(10));
    assert!(json["figures"][0]["ratio"]["low"].as_f64().is_some(), "{json}");
    let itself = runner.run(&["runs", "compare", "latest", "latest"]);
    assert_eq!(itself.status.code(), Some(2));
    assert!(stderr(&itself).contains("with itself"), "{}", stderr(&itself));

    campaign(&runner, &["--rounds", "3", "--think-time", "50ms"]);
    let refused = runner.run(&["runs", "compare", &first]);
    assert_eq!(refused.status.code(), Some(2), "{}", stdout(&refused));
    for words in ["may not be compared", "think time: 100 ms then, 50 ms now", "--force"] {
        assert!(stderr(&refused).contains(words), "{}", stderr(&refused));
    }
    let forced = runner.run(&["runs", "compare", &first, "--force"]);
    assert_eq!(forced.status.code(), Some(0), "{}", stderr(&forced));
    assert!(stdout(&forced).contains("think time: 100 ms"), "{}", stdout(&forced));
}

#[test]
fn a_baseline_is_in_the_report_and_the_first_night_has_none() {
    let runner = Runner::with_all_services();
    let first = campaign(&runner, &["--seed", "7", "--baseline", "latest"]);
    let told = stdout(&first).replace('\n', " ");
    assert!(told.contains("no earlier completed full campaign"), "{told}");
    let id = ids(&runner).remove(0);
    let second = campaign(&runner, &["--seed", "7", "--baseline", "latest"]);
    let told = stdout(&second).replace('\n', " ");
    assert!(told.contains(&format!("Against {id} there are values only: one round")), "{told}");
    // Both may have been begun in one second.
    let newest = ids(&runner).into_iter().find(|other| *other != id).expect("another campaign");
    let read = |name: &str| fs::read_to_string(runner.results().join(&newest).join(name)).expect("a file");
    let json: Value = serde_json::from_str(&read("report.json")).expect("JSON");
    assert_eq!(json["changes"]["before"]["id"], id.as_str());
    assert!(read("report.md").contains("## Since another campaign"));
    assert!(read("report.html").contains("What changed since another campaign"));
    // A stored one the same way, byte for byte.
    let page = read("report.html");
    let rebuilt = runner.run(&["report", "--campaign", &newest, "--baseline", &id]);
    assert_eq!(rebuilt.status.code(), Some(0), "{}", stderr(&rebuilt));
    assert_eq!(read("report.html"), page);

    let before = ids(&runner);
    let missing = runner.run(&[CAMPAIGN.as_slice(), &["--baseline", "19991231"]].concat());
    assert_eq!(missing.status.code(), Some(2), "{}", stderr(&missing));
    assert!(stderr(&missing).contains("there is no campaign \"19991231\""), "{}", stderr(&missing));
    assert_eq!(ids(&runner), before, "nothing was begun");
}
