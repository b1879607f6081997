use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PlannedPhase, Protocol};

/// Everything the generator's scripts need to know for one test run, as they
/// find it in [`LoadPlan::FILE`]. They hold no number of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadPlan {
    /// [`super::GeneratorSummary::FORMAT`], to be given back in the summary.
    pub format: u32,
    /// The test run's id, to be given back in the summary.
    pub run: String,
    /// The wire.
    pub protocol: Protocol,
    /// Eight hexadecimal digits in every entity id.
    pub tag: String,
    /// REST: the URL that events are posted to. gRPC: host and port.
    pub target: String,
    /// gRPC: the full name of the method. REST: empty.
    pub method: String,
    /// How long to wait for an answer, in milliseconds.
    pub request_timeout_ms: u64,
    /// The pause after each call, in milliseconds.
    pub think_time_ms: u64,
    /// Share of the events that merge into entities created before, 0 to 1. A VU's
    /// call `c` is such an event when `floor((c + 1) * share) > floor(c * share)` and
    /// the VU has created an entity before; it repeats that call's id and content.
    pub update_share: f64,
    /// The held loads.
    pub phases: Vec<PlannedPhase>,
    /// The kinds of failure that are counted apart.
    pub failure_kinds: Vec<String>,
    /// What every other failure is counted as.
    pub other_failure: String,
    /// gRPC: the fault that a status code stands for. REST: empty, replies name theirs.
    pub fault_by_status: BTreeMap<u32, String>,
    /// gRPC: the status code and the fault of a reply that names broken fields.
    pub fault_with_details: BTreeMap<u32, String>,
    /// How many events that were not acknowledged each VU may name.
    pub named_per_vu: u64,
    /// Digits of the VU in an entity id.
    pub vu_digits: usize,
    /// Digits of the iteration in an entity id.
    pub iteration_digits: usize,
    /// k6's own options: scenarios, summary statistics, bookkeeping thresholds.
    pub options: serde_json::Value,
}

impl LoadPlan {
    /// Its file in the test run's folder.
    pub const FILE: &'static str = "load-plan.json";
    /// All of the test run's [`super::EventTemplate`]s, as a JSON array: the record of what was sent.
    pub const TEMPLATES_FILE: &'static str = "templates.json";
    /// The part of the templates that the wire's script needs.
    pub const EVENTS_FILE: &'static str = "events.json";
}
