//! k6's own options for a plan: one scenario per phase, and the names under which
//! k6 keeps numbers per phase.

use serde_json::{Map, Value, json};

use crate::model::{PhaseLoad, PlannedPhase, Protocol, TrendSummary};

/// Counters kept per phase.
const COUNTERS: [&str; 12] = [
    "iterations",
    "events_attempted",
    "events_acknowledged",
    "events_failed",
    "events_unknown",
    "updates_acknowledged",
    "updates_failed",
    "updates_unknown",
    "dropped_iterations",
    "connections_opened",
    "data_sent",
    "data_received",
];

/// What the options are made from.
pub(super) struct OptionsOf<'a> {
    pub(super) protocol: Protocol,
    pub(super) phases: &'a [PlannedPhase],
    /// How long a call and its think time may go on after a phase has ended.
    pub(super) grace_ms: u64,
    pub(super) failure_kinds: Vec<&'a str>,
}

/// The options as k6 reads them.
pub(super) fn make(of: &OptionsOf<'_>) -> Value {
    json!({
        "scenarios": scenarios(of),
        "thresholds": bookkeeping(of),
        "summaryTrendStats": TrendSummary::STATISTICS,
        // Every tag is paid for with each sample; the phase is all that is asked for.
        "systemTags": ["scenario"],
        "noConnectionReuse": false,
        "noVUConnectionReuse": false,
        // A call without an answer is the script's to handle, not a warning in a log.
        "throw": true,
        // A redirect is not an answer of the contract, and following one would be a second call.
        "maxRedirects": 0,
    })
}

fn scenarios(of: &OptionsOf<'_>) -> Map<String, Value> {
    of.phases.iter().map(|phase| (phase.name.clone(), scenario(phase, of.grace_ms))).collect()
}

/// One held load; iterations under way at its end may still come to theirs.
fn scenario(phase: &PlannedPhase, grace_ms: u64) -> Value {
    let mut scenario = match &phase.load {
        PhaseLoad::Iterations { vus, per_vu, max_duration_ms } => iterations(*vus, *per_vu, *max_duration_ms),
        PhaseLoad::Vus { vus, hold_ms } => held_vus(*vus, *hold_ms),
        PhaseLoad::Rate { per_s, hold_ms, max_vus } => held_rate(*per_s, *hold_ms, *max_vus),
    };
    scenario.insert("startTime".to_owned(), milliseconds(phase.start_ms));
    scenario.insert("gracefulStop".to_owned(), milliseconds(grace_ms));
    Value::Object(scenario)
}

fn iterations(vus: u32, per_vu: u32, max_duration_ms: u64) -> Map<String, Value> {
    Map::from_iter([
        ("executor".to_owned(), json!("per-vu-iterations")),
        ("vus".to_owned(), json!(vus)),
        ("iterations".to_owned(), json!(per_vu)),
        ("maxDuration".to_owned(), milliseconds(max_duration_ms)),
    ])
}

fn held_vus(vus: u32, hold_ms: u64) -> Map<String, Value> {
    Map::from_iter([
        ("executor".to_owned(), json!("constant-vus")),
        ("vus".to_owned(), json!(vus)),
        ("duration".to_owned(), milliseconds(hold_ms)),
    ])
}

/// All VUs are made before the start: making one under load would cost the
/// generator just when it has none to spare.
fn held_rate(per_s: u32, hold_ms: u64, max_vus: u32) -> Map<String, Value> {
    Map::from_iter([
        ("executor".to_owned(), json!("constant-arrival-rate")),
        ("rate".to_owned(), json!(per_s)),
        ("timeUnit".to_owned(), json!("1s")),
        ("preAllocatedVUs".to_owned(), json!(max_vus)),
        ("maxVUs".to_owned(), json!(max_vus)),
        ("duration".to_owned(), milliseconds(hold_ms)),
    ])
}

fn milliseconds(ms: u64) -> Value {
    json!(format!("{ms}ms"))
}

/// Thresholds that always hold. Naming a metric with a scenario's tag makes k6
/// keep it apart, and a metric with a threshold is in the summary even if it
/// has no sample: k6's own zero, where a metric that does not exist stays absent.
/// Timings have an empty list of thresholds, which does the same: with one to
/// evaluate, k6 would sort all it has of them every two seconds.
fn bookkeeping(of: &OptionsOf<'_>) -> Map<String, Value> {
    let request = match of.protocol {
        Protocol::Rest => "http_req_duration",
        Protocol::Grpc => "grpc_req_duration",
    };
    let mut thresholds = Map::new();
    for phase in of.phases {
        let scenario = format!("scenario:{}", phase.name);
        for counter in COUNTERS {
            thresholds.insert(format!("{counter}{{{scenario}}}"), json!(["count>=0"]));
        }
        for kind in &of.failure_kinds {
            thresholds.insert(format!("events_failed{{{scenario},kind:{kind}}}"), json!(["count>=0"]));
        }
        for trend in [request, "acknowledged_duration"] {
            thresholds.insert(format!("{trend}{{{scenario}}}"), json!([]));
        }
        thresholds.insert(format!("call_clock{{{scenario}}}"), json!(["value>=0"]));
    }
    thresholds
}
