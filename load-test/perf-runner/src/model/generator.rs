use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{FailureKind, PlannedPhase, Quantiles, Samples, SecondNumbers, SummaryDifference};

/// Everything needed to run the generator once. Paths are the runner's; an
/// environment that runs it elsewhere maps them.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratorJob {
    /// Folder of the test run's raw files: inputs are written, outputs appear here.
    pub folder: PathBuf,
    /// The script: `load-test/k6/rest.js` or `grpc.js`.
    pub script: PathBuf,
    /// Arguments after the program's name.
    pub arguments: Vec<String>,
    /// The whole environment of the generator besides what the system needs.
    pub variables: Vec<(String, String)>,
    /// How long it may take, in milliseconds.
    pub deadline_ms: u64,
    /// The held loads, at whose edges the database's counters are read.
    pub phases: Vec<PlannedPhase>,
    /// Whether the generator writes its stream, which only our own build can.
    pub streams: bool,
}

impl GeneratorJob {
    /// A file of the run's folder.
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }
}

/// How the generator's process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorEnd {
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// It ran past its deadline and was ended.
    pub overdue: bool,
    /// The user interrupted the campaign and it was asked to end its phase.
    pub interrupted: bool,
    /// Its last log lines.
    pub log_tail: Vec<String>,
}

/// One run of the generator: how it ended, and what was sampled meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratorRun {
    /// How its process ended.
    pub end: GeneratorEnd,
    /// What every process used, second by second.
    pub samples: Samples,
}

/// What an exit code of the generator means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitMeaning {
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// In words.
    pub text: String,
    /// Whether what it wrote can be used at all.
    pub usable: bool,
}

/// What the generator counted and timed in one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseNumbers {
    /// The phase's name.
    pub name: String,
    /// Passes of a VU that came to their end; one that was interrupted did not.
    pub iterations: u64,
    /// Calls that were begun; more than `iterations` when some were interrupted.
    pub attempts: u64,
    /// Events answered with success.
    pub acknowledged: u64,
    /// Events answered with a fault, by kind.
    pub failed: BTreeMap<FailureKind, u64>,
    /// Events without an answer: every attempt that was neither acknowledged nor
    /// failed, so also those that an interrupt cut short.
    pub unknown: u64,
    /// How many of them merge into entities created before.
    #[serde(default)]
    pub updates: Updates,
    /// Iterations the generator should have started and did not.
    pub dropped: u64,
    /// Connections that VUs opened for calls.
    pub connections_opened: Option<u64>,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// Bytes received.
    pub received_bytes: u64,
    /// The wire's own clock, over every call that k6 keeps a sample of: REST all of
    /// them, gRPC none that could not connect. None without samples.
    pub request: Option<Quantiles>,
    /// One acknowledged call as the script saw it, from a payload that is ready to
    /// an outcome that is known: an iteration less its think time, and the clock
    /// that both wires share. None when no call was acknowledged.
    pub iteration: Option<Quantiles>,
}

/// Of a phase's events, those that merge into an entity that the same VU has
/// created before. They add no row, whatever becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Updates {
    /// Answered with success.
    pub acknowledged: u64,
    /// Answered with a fault.
    pub failed: u64,
    /// Without an answer.
    pub unknown: u64,
}

impl PhaseNumbers {
    /// Iterations less outcomes: zero when the books balance, negative when calls
    /// were cut short, positive when the script failed between call and count.
    pub fn unaccounted(&self) -> i128 {
        let failed: u64 = self.failed.values().sum();
        i128::from(self.iterations)
            - i128::from(self.acknowledged)
            - i128::from(failed)
            - i128::from(self.unknown)
    }
}

/// One event that was sent and not acknowledged, by name, for the audit: one
/// line of [`Unacknowledged::FILE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unacknowledged {
    /// The entity's id.
    pub entity_id: String,
    /// None: no answer, it may or may not be stored. Some: refused, it must not be.
    pub failed: Option<FailureKind>,
}

impl Unacknowledged {
    /// The file of JSON lines in the test run's folder; absent when every event was acknowledged.
    pub const FILE: &'static str = "unacknowledged.jsonl";
    /// How many of them are named at most.
    pub const LIMIT: usize = 10_000;
}

/// What the generator found out in one test run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadResult {
    /// How it ended.
    pub exit: ExitMeaning,
    /// One entry per planned phase, in order.
    pub phases: Vec<PhaseNumbers>,
    /// Length of each phase as the generator's clock saw it, in milliseconds, by name.
    pub phase_ms: BTreeMap<String, f64>,
    /// Events that were not acknowledged, updates left out, whose ids are stored
    /// whatever became of them; at most 10,000 are named.
    pub unacknowledged: Vec<Unacknowledged>,
    /// Whether `unacknowledged` names all of them.
    pub unacknowledged_complete: bool,
    /// The generator's stream, ordered by second; none with a generator that has none.
    pub seconds: Option<Vec<SecondNumbers>>,
    /// When the generator was released, as its stream tells: when second 0 began.
    pub started_at: Option<DateTime<Utc>>,
    /// Where the end summary and the stream do not agree; none without a stream.
    pub summary_differences: Option<Vec<SummaryDifference>>,
}
