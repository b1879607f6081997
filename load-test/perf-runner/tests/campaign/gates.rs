//! Gates from the command line to the exit code, on campaigns of the fake runtime:
//! what breaks, where it is quoted, and what is refused before anything is started.

use std::{fs, path::PathBuf, process::Output};

use serde_json::Value;

use crate::runner::{Runner, stderr, stdout};

/// Two made-up APIs at two loads, the same numbers every time.
const CAMPAIGN: [&str; 11] = [
    "full",
    "--runtime",
    "fake",
    "--api",
    "producer-api-rust-rest,producer-api-go-rest",
    "--phases",
    "20x20s,50x20s",
    "--warm-up",
    "0s",
    "--seed",
    "7",
];

fn campaign(runner: &Runner, more: &[&str]) -> Output {
    runner.run(&[CAMPAIGN.as_slice(), more].concat())
}

/// The folder of the campaign whose report this output names.
fn folder(output: &Output) -> PathBuf {
    let text = stdout(output);
    let page = text.lines().find_map(|line| line.strip_prefix("report  ")).expect("a report");
    repository_relative(page).parent().expect("a folder").to_path_buf()
}

fn repository_relative(path: &str) -> PathBuf {
    std::env::current_dir().expect("a folder").join(path)
}

#[test]
fn every_form_breaks_with_code_4_and_is_quoted_wherever_the_campaign_is_told_of() {
    let runner = Runner::with_all_services();
    for gate in [
        "p50(producer-api-rust-rest@20)>1us",
        "p95(*@50)>0.001ms",
        "p99(producer-api-go-rest)>0.000001s",
        "throughput(producer-api-rust-rest@50)<9000/s",
        "throughput(producer-api-rust-rest)<9000/s",
        "errors(*)<1",
        "errors(producer-api-go-rest@20)<1%",
        "ratio(producer-api-rust-rest,producer-api-go-rest)<9.5",
    ] {
        let junit = runner.results().join("gates.xml");
        let output = campaign(&runner, &["--fail-if", gate, "--junit", &junit.to_string_lossy()]);
        assert_eq!(output.status.code(), Some(4), "{gate}: {}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains(&format!("\u{2717} broken: {gate}")), "{}", stdout(&output));
        let read = |name: &str| fs::read_to_string(folder(&output).join(name)).expect("a file");
        assert!(read("report.md").contains(&format!("**broken** `{gate}`")), "{gate}");
        let json: Value = serde_json::from_str(&read("report.json")).expect("JSON");
        assert_eq!(
            (&json["gates"][0]["gate"], &json["gates"][0]["mark"]["word"]),
            (&gate.into(), &"broken".into())
        );
        let (before, after) = gate.split_once(['<', '>']).expect("a sign");
        let page = read("report.html");
        assert!(page.contains(before) && page.contains(after) && page.contains("broken"), "{gate}");
        let junit = fs::read_to_string(junit).expect("a file");
        assert!(
            junit.contains("<testsuite name=\"gates\" tests=\"1\"") && junit.contains("<failure"),
            "{junit}"
        );
    }
}

#[test]
fn gates_that_hold_change_nothing_and_one_that_cannot_be_judged_breaks() {
    let runner = Runner::with_all_services();
    let held =
        ["--fail-if", "p99(*)>9s", "--fail-if", "throughput(rust-rest@50)<1/s; ratio(rust-rest,go-rest)<0.1"];
    let output = campaign(&runner, &held);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("\u{2713} held: p99(*)>9s"), "{}", stdout(&output));
    assert!(stdout(&output).contains("held: ratio(rust-rest,go-rest)<0.1"), "{}", stdout(&output));
    // Twelve calls cannot carry a 99th percentile.
    let short = ["--phases", "1x2s", "--fail-if", "p99(rust-rest@1)>9s", "--fail-if", "errors(*)>0"];
    let campaign = [&CAMPAIGN[..5], &CAMPAIGN[7..], &short].concat();
    let output = runner.run(&campaign);
    assert_eq!(output.status.code(), Some(4), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("? unknown: p99(rust-rest@1)>9s"), "{}", stdout(&output));
}

#[test]
fn what_is_no_gate_of_the_campaign_is_refused_before_anything_is_started() {
    let runner = Runner::with_all_services();
    for (gate, words) in [
        ("p90(rust-rest@50)>5ms", ["\"p90\"", "p50, p95, p99"]),
        ("p99(producer-api-perl-rest@50)>5ms", ["\"producer-api-perl-rest\"", "producer-api-go-rest"]),
        ("p99(rust-rest@100)>5ms", ["@100", "one of @20, @50"]),
        ("p99(rust-rest@50)>5/s", ["\"/s\" is not its unit", "such as 50ms"]),
    ] {
        let output = campaign(&runner, &["--fail-if", gate]);
        assert_eq!(output.status.code(), Some(2), "{gate}");
        let text = stderr(&output);
        assert!(text.contains("error: --fail-if: ") && text.contains(&format!("\n  {gate}\n  ")), "{text}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        let caret = text.lines().find(|line| line.trim() == "^");
        assert!(caret.is_some(), "{text}");
    }
    let without = campaign(&runner, &["--junit", "gates.xml"]);
    assert_eq!(without.status.code(), Some(2), "{}", stderr(&without));
    let smoke = runner.run(&["smoke", "--runtime", "fake", "--fail-if", "p99(*)>5ms"]);
    assert_eq!(smoke.status.code(), Some(2), "{}", stderr(&smoke));
    assert!(!runner.state().exists() && !runner.results().exists(), "something was started");
}

#[test]
fn a_stored_campaign_can_be_gated_and_one_form_of_its_report_printed() {
    let runner = Runner::with_all_services();
    let output = runner.run(&[
        "smoke",
        "--runtime",
        "fake",
        "--api",
        "producer-api-rust-rest",
        "--fail-if",
        "errors(*)>0",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let report = |more: &[&str]| runner.run(&[["report", "--campaign", "latest"].as_slice(), more].concat());
    let printed = report(&["--format", "md", "--output", "-", "--fail-if", "errors(*)<1"]);
    assert_eq!(printed.status.code(), Some(4), "{}", stderr(&printed));
    assert!(stdout(&printed).starts_with("# "), "{}", stdout(&printed));
    assert!(stdout(&printed).contains("**broken** `errors(*)<1`"), "{}", stdout(&printed));
    let refused = report(&["--output", "-"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("--format md"), "{}", stderr(&refused));
    let refused = report(&["--fail-if", "errors(*@7)>0"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("one of @1"), "{}", stderr(&refused));
}
