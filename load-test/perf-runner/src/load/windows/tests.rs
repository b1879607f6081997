use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::PathBuf,
};

use serde_json::{Value, json};

use super::*;
use crate::model::{FailureKind, PhaseLoad};

fn phases() -> Vec<PlannedPhase> {
    let phase = |name: &str| PlannedPhase {
        name: name.to_owned(),
        load: PhaseLoad::Vus { vus: 2, hold_ms: 2_000 },
        start_ms: 0,
        settle_ms: 0,
    };
    vec![phase("p1"), phase("p2")]
}

fn packed(durations_ms: &[f64]) -> Value {
    let mut histogram = Histogram::empty().unwrap();
    for duration in durations_ms {
        histogram.record_ms(*duration);
    }
    json!(PackedHistogram::try_from(&histogram).unwrap())
}

fn counters(acknowledged: u64, unavailable: u64) -> Value {
    let calls = acknowledged + unavailable;
    json!({
        "iterations": calls, "iteration_us": 1_500 * calls, "events_attempted": calls,
        "events_acknowledged": acknowledged, "events_failed": { "unavailable": unavailable },
        "events_unknown": 0, "dropped_iterations": 0, "connections_opened": 1, "sent_bytes": 400 * calls,
        "received_bytes": 100 * calls, "above_range": 0,
    })
}

fn second(second: u32, acknowledged: &[f64], failed: &[f64]) -> Value {
    json!({
        "line": "second", "scenario": "p1", "second": second,
        "counters": counters(acknowledged.len() as u64, failed.len() as u64),
        "histograms": {
            "acknowledged": packed(acknowledged),
            "failed": if failed.is_empty() { Value::Null } else { packed(failed) },
            "unknown": null,
            "request": packed(&[acknowledged, failed].concat()),
        },
    })
}

/// A stream in which a part of second 0 comes late.
fn whole() -> Vec<Value> {
    let mut sums = counters(4, 1);
    sums["connections_opened"] = json!(3);
    vec![
        json!({ "line": "format", "format": 1 }),
        json!({ "line": "start", "unix_us": 1_750_000_000_000_000_i64 }),
        json!({ "line": "vus", "second": 0, "vus": 2 }),
        second(0, &[1.0, 2.0], &[0.1]),
        second(1, &[4.0], &[]),
        second(0, &[3.0], &[]),
        json!({ "line": "end", "lines": 3, "scenarios": { "p1": {
            "counters": sums,
            "samples": { "acknowledged": 4, "failed": 1, "unknown": 0, "request": 5 },
        } } }),
    ]
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join(StreamLine::FILE)
    }

    fn append(&self, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn read(&self) -> Result<Stream, Fault> {
        read(&self.path(), &phases())
    }
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

fn read_lines(lines: &[Value]) -> Result<Stream, Fault> {
    let folder = Folder::new();
    folder.append(&text(lines));
    folder.read()
}

/// What is said of a stream whose line (from 1) was changed.
fn refusal(line: usize, change: impl FnOnce(&mut Value)) -> String {
    let mut lines = whole();
    change(&mut lines[line - 1]);
    read_lines(&lines).unwrap_err().to_string()
}

#[test]
fn parts_of_a_second_add_up() {
    let stream = read_lines(&whole()).unwrap();
    assert_eq!(stream.started_at.unwrap().timestamp(), 1_750_000_000);
    let [first, last] = stream.seconds.as_slice() else { panic!("not two seconds") };
    assert_eq!((first.second, first.acknowledged, first.iterations, first.vus), (0, 3, 4, Some(2.0)));
    assert_eq!(first.failed[&FailureKind("unavailable".to_owned())], 1);
    assert_eq!(first.iteration_ms.to_string(), "6");
    assert_eq!(first.ok.as_ref().unwrap(), &serde_json::from_value(packed(&[1.0, 2.0, 3.0])).unwrap());
    assert_eq!(first.not_ok.as_ref().unwrap().count(), 1);
    assert_eq!((last.second, last.acknowledged, last.vus, &last.not_ok), (1, 1, None, &None));
}

#[test]
fn a_stream_without_its_end_is_refused_wherever_it_is_cut() {
    let whole = text(&whole());
    let folder = Folder::new();
    let ends: Vec<usize> = whole.match_indices('\n').map(|(at, _)| at).collect();
    let around = ends.iter().flat_map(|end| [end - 1, *end, end + 1]).filter(|length| *length < whole.len());
    for length in around.chain((0..whole.len()).step_by(97)) {
        fs::write(folder.path(), &whole[..length]).unwrap();
        let text = folder.read().unwrap_err().to_string();
        assert!(text.contains("windows.jsonl"), "{text}");
    }
    let fault = read_lines(&self::whole()[..5]).unwrap_err();
    assert!(fault.to_string().contains("ends before its last line"), "{fault}");
}

#[test]
fn lines_that_are_not_what_their_totals_say_are_refused() {
    let text = refusal(4, |line| line["counters"]["events_acknowledged"] = json!(1));
    assert!(text.contains("line 7: its totals are not the sums"), "{text}");
    let mut lines = whole();
    lines.remove(4);
    assert!(read_lines(&lines).unwrap_err().to_string().contains("line 6: its totals"));
}

#[test]
fn what_is_not_known_is_refused_by_its_line() {
    let text = refusal(1, |line| line["format"] = json!(2));
    assert!(text.contains("is damaged in line 1: the format is 2, not 1"), "{text}");
    let text = refusal(5, |line| line["scenario"] = json!("p9"));
    assert!(text.contains(r#"line 5: a phase "p9" was not planned"#), "{text}");
    let text = refusal(5, |line| line["surprise"] = json!(1));
    assert!(text.contains("line 5: ") && text.contains("unknown field `surprise`"), "{text}");
    let text = refusal(5, |line| line["histograms"]["request"] = json!("AAAA"));
    assert!(text.contains("line 5: ") && text.contains("not a histogram"), "{text}");
    let text = refusal(5, |line| line["counters"]["events_unknown"] = json!(-1));
    assert!(text.contains("line 5: ") && text.contains("invalid value"), "{text}");
    let text = refusal(3, |line| *line = json!({ "line": "weather" }));
    assert!(text.contains("line 3: ") && text.contains("unknown variant `weather`"), "{text}");
}

#[test]
fn a_missing_field_is_named() {
    for name in whole()[4]["counters"].as_object().unwrap().keys() {
        let text = refusal(5, |line| drop(line["counters"].as_object_mut().unwrap().remove(name)));
        assert!(text.contains(&format!("missing field `{name}`")), "{text}");
    }
    for name in ["acknowledged", "failed", "unknown", "request"] {
        let text = refusal(5, |line| drop(line["histograms"].as_object_mut().unwrap().remove(name)));
        assert!(text.contains(&format!("missing field `{name}`")), "{text}");
    }
}

#[test]
fn sums_that_no_number_holds_are_refused() {
    let text = refusal(4, |line| {
        line["counters"]["events_failed"] = json!({ "a": u64::MAX, "b": u64::MAX });
    });
    assert!(text.contains("line 4: it counts more than a number can hold"), "{text}");
}

#[test]
fn a_line_without_end_is_not_read_into_memory() {
    let folder = Folder::new();
    folder.append(&"1".repeat(3_000_000));
    let text = folder.read().unwrap_err().to_string();
    assert!(text.contains("line 1: it is cut short, or longer than"), "{text}");
}

#[test]
fn who_follows_sees_each_second_once_and_only_whole_lines() {
    let folder = Folder::new();
    let mut tail = Tail::new(folder.0.path());
    assert_eq!(tail.look().unwrap(), []);
    let text = text(&whole());
    let mut seen = Vec::new();
    for part in text.as_bytes().chunks(100) {
        folder.append(str::from_utf8(part).unwrap());
        seen.extend(tail.look().unwrap());
    }
    let numbers: Vec<(u32, u64, u64)> =
        seen.iter().map(|live| (live.second, live.acknowledged, live.failed)).collect();
    assert_eq!(numbers, [(0, 2, 1), (1, 1, 0)]);
    assert_eq!((seen[0].p50_ms, seen[0].vus), (Some(1.0), Some(2.0)));
    assert!(seen[1].p99_ms.unwrap() > 3.9);
}

#[test]
fn who_follows_something_else_is_told() {
    let folder = Folder::new();
    folder.append("who?\n");
    let fault = Tail::new(folder.0.path()).look().unwrap_err();
    assert!(fault.to_string().contains("windows.jsonl is damaged"), "{fault}");
}

/// Output and runner agree on the lines: the schema beside the output takes what
/// the runner's own types write, and what it refuses they refuse.
#[test]
fn the_schema_describes_the_lines() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../k6/windows/lines.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for line in whole() {
        let read: StreamLine = serde_json::from_value(line.clone()).unwrap();
        assert_eq!(json!(read), line);
        assert!(schema.is_valid(&line), "{line}");
        for name in line.as_object().unwrap().keys() {
            let mut without = line.clone();
            without.as_object_mut().unwrap().remove(name);
            assert!(!schema.is_valid(&without), "{without}");
            serde_json::from_value::<StreamLine>(without).unwrap_err();
        }
    }
}
