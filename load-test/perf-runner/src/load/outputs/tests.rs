use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::{
    model::{FailureKind, PhaseLoad, PlannedPhase},
    sample,
};

fn run() -> PlannedRun {
    let load = PhaseLoad::Iterations { vus: 1, per_vu: 5, max_duration_ms: 1_000 };
    sample::load::planned(vec![PlannedPhase { name: "p1".to_owned(), load, start_ms: 0, settle_ms: 0 }])
}

fn trend() -> Value {
    json!({ "count": 5, "min": 1, "avg": 2.5, "med": 2, "p(90)": 4, "p(95)": 4, "p(99)": 4, "max": 4.5 })
}

fn whole() -> Value {
    json!({ "format": 2, "run": "a-run", "elapsed_ms": 80.5, "phases": { "p1": {
        "iterations": 5, "attempts": 5, "acknowledged": 3, "failed": 1,
        "failed_by_kind": { "unavailable": 1 }, "unknown": 1,
        "updates_acknowledged": 0, "updates_failed": 0, "updates_unknown": 0, "dropped": 0, "connections_opened": 1,
        "sent_bytes": 2_000, "received_bytes": 500, "first_call_ms": 1.5, "last_call_ms": 51.5,
        "request": trend(), "acknowledged_duration": trend(),
    } } })
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(summary: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(GeneratorSummary::FILE), summary).unwrap();
        Self(folder)
    }

    fn job(&self) -> GeneratorJob {
        GeneratorJob {
            folder: self.0.path().to_owned(),
            script: PathBuf::new(),
            arguments: Vec::new(),
            variables: Vec::new(),
            deadline_ms: 1,
            phases: Vec::new(),
            streams: false,
        }
    }

    fn read(&self) -> Result<LoadResult, Fault> {
        read(&self.job(), &end(Some(0), None), &run())
    }
}

fn end(code: Option<i32>, signal: Option<i32>) -> GeneratorEnd {
    let log_tail = vec!["the last words".to_owned()];
    GeneratorEnd { code, signal, overdue: false, interrupted: false, log_tail }
}

/// The refusal of a summary that was changed.
fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let mut summary = whole();
    change(&mut summary);
    Folder::with(&summary.to_string()).read().unwrap_err().to_string()
}

#[test]
fn a_whole_summary_becomes_numbers() {
    let folder = Folder::with(&whole().to_string());
    let lines =
        "{\"entity_id\":\"car-1\",\"failed\":\"unavailable\"}\n{\"entity_id\":\"car-2\",\"failed\":null}\n";
    fs::write(folder.0.path().join(Unacknowledged::FILE), lines).unwrap();
    let load = folder.read().unwrap();
    let phase = &load.phases[0];
    assert_eq!((phase.iterations, phase.acknowledged, phase.unknown, phase.unaccounted()), (5, 3, 1, 0));
    assert_eq!(phase.failed[&FailureKind("unavailable".to_owned())], 1);
    assert_eq!(phase.iteration.as_ref().unwrap().mean_ms.to_string(), "2.5");
    assert_eq!(load.phase_ms["p1"].to_string(), "50");
    assert!(load.unacknowledged_complete);
    assert_eq!(load.unacknowledged[1], Unacknowledged { entity_id: "car-2".to_owned(), failed: None });
}

#[test]
fn every_field_is_required_and_named_when_it_is_missing() {
    let names: Vec<String> = whole()["phases"]["p1"].as_object().unwrap().keys().cloned().collect();
    for name in names {
        let text = refusal(|summary| {
            summary["phases"]["p1"].as_object_mut().unwrap().remove(&name);
        });
        assert!(text.contains("summary.json"), "{text}");
        assert!(text.contains(&format!("phases.p1: missing field `{name}`")), "{text}");
    }
}

#[test]
fn what_is_not_a_number_is_named() {
    let text = refusal(|summary| summary["phases"]["p1"]["acknowledged_duration"]["p(99)"] = Value::Null);
    assert!(text.contains("phases.p1.acknowledged_duration.p(99): invalid type: null"), "{text}");
    let text = refusal(|summary| summary["phases"]["p1"]["iterations"] = json!(-1));
    assert!(text.contains("phases.p1.iterations: invalid value"), "{text}");
}

#[test]
fn what_is_not_known_is_refused() {
    let text = refusal(|summary| summary["phases"]["p1"]["surprise"] = json!(1));
    assert!(text.contains("unknown field `surprise`"), "{text}");
    let text = refusal(|summary| summary["phases"]["p2"] = summary["phases"]["p1"].clone());
    assert!(text.contains("a phase p2, which was not planned"), "{text}");
    let text = refusal(|summary| summary["phases"] = json!({}));
    assert!(text.contains("no numbers of phase p1"), "{text}");
    let text = refusal(|summary| summary["run"] = json!("another"));
    assert!(text.contains("belongs to the test run another"), "{text}");
    let text = refusal(|summary| summary["format"] = json!(1));
    assert!(text.contains("has format 1, not 2"), "{text}");
    let text = refusal(|summary| summary["phases"]["p1"]["failed"] = json!(2));
    assert!(text.contains("counts 2 failed events in phase p1, but 1 by kind"), "{text}");
}

#[test]
fn an_empty_or_truncated_summary_is_refused_by_name() {
    let text = Folder::with("").read().unwrap_err().to_string();
    assert!(text.contains("summary.json is empty"), "{text}");
    let whole = whole().to_string();
    for length in 1..whole.len() {
        let text = Folder::with(&whole[..length]).read().unwrap_err().to_string();
        assert!(text.contains("summary.json"), "{text}");
    }
    let text = Folder::with(&format!("{whole}{whole}")).read().unwrap_err().to_string();
    assert!(text.contains("something after its summary"), "{text}");
}

#[test]
fn a_generator_that_was_killed_gives_no_numbers_but_its_last_words() {
    let folder = Folder(tempfile::tempdir().unwrap());
    let fault = read(&folder.job(), &end(None, Some(9)), &run()).unwrap_err();
    assert!(fault.to_string().contains("it was ended by SIGKILL, and it wrote no summary"), "{fault}");
    assert_eq!(fault.log_tail, ["the last words"]);
}

#[test]
fn calls_cut_short_are_unknown_and_leave_the_books_open() {
    let mut summary = whole();
    summary["phases"]["p1"]["attempts"] = json!(7);
    let load = Folder::with(&summary.to_string()).read().unwrap();
    assert_eq!((load.phases[0].unknown, load.phases[0].unaccounted()), (3, -2));
    assert!(!load.unacknowledged_complete);
}

#[test]
fn a_line_that_names_no_event_is_refused_with_its_number() {
    let folder = Folder::with(&whole().to_string());
    fs::write(
        folder.0.path().join(Unacknowledged::FILE),
        "{\"entity_id\":\"car-1\",\"failed\":null}\n{\"entity_id\":\n",
    )
    .unwrap();
    let text = folder.read().unwrap_err().to_string();
    assert!(text.contains("unacknowledged.jsonl does not name an event in line 2"), "{text}");
}

#[test]
fn no_more_than_the_limit_is_named() {
    let folder = Folder::with(&whole().to_string());
    let line = "{\"entity_id\":\"car-1\",\"failed\":null}\n";
    fs::write(folder.0.path().join(Unacknowledged::FILE), line.repeat(Unacknowledged::LIMIT + 1)).unwrap();
    let load = folder.read().unwrap();
    assert_eq!(load.unacknowledged.len(), Unacknowledged::LIMIT);
    assert!(!load.unacknowledged_complete);
}
