use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Histogram, Quantiles, SecondFigures, StatementUse, SummaryDifference, Target};

/// Why an event was refused: the contract's fault where the reply named one,
/// else `http_503`, `grpc_14`, ...
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FailureKind(pub String);

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was measured in one phase. Null means "not measured", never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseFigures {
    /// The planned phase's name.
    pub name: String,
    /// Length of the counted window in milliseconds; without the generator's stream,
    /// and so without a window, from the phase's first call to the end of its last.
    pub window_ms: Option<f64>,
    /// Passes of a VU; each is exactly one call.
    pub iterations: u64,
    /// Events answered with success.
    pub acknowledged: u64,
    /// Events answered with a fault, by kind.
    pub failed: BTreeMap<FailureKind, u64>,
    /// Events without an answer: they may or may not be stored.
    pub unknown: u64,
    /// Iterations that the generator should have started and did not.
    pub dropped: Option<u64>,
    /// Acknowledged events per second over that time.
    pub throughput_per_s: Option<f64>,
    /// Bytes sent and received by the generator.
    pub sent_bytes: Option<u64>,
    /// Bytes received by the generator.
    pub received_bytes: Option<u64>,
    /// The wire's own clock: `http_req_duration` or `grpc_req_duration`.
    pub request: Option<Quantiles>,
    /// The clock both wires share: one iteration less the think time.
    pub iteration: Option<Quantiles>,
    /// Connections that VUs opened for calls.
    #[serde(default)]
    pub connections_opened: Option<u64>,
    /// What the window counted; null for a phase that is not held for a time.
    #[serde(default)]
    pub window: Option<WindowFigures>,
    /// The phase second by second, its settle time included; empty when the
    /// generator tells no seconds.
    #[serde(default)]
    pub seconds: Vec<SecondFigures>,
    /// Where the generator's end summary and its stream do not agree; null without a
    /// stream.
    #[serde(default)]
    pub summary_differences: Option<Vec<SummaryDifference>>,
}

/// What counts of a held phase: everything between the end of its settle time and
/// its own end. Null means "not measured".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowFigures {
    /// Its start, in milliseconds since the generator was released.
    pub start_ms: f64,
    /// Its end on the same clock.
    pub end_ms: f64,
    /// Calls begun.
    pub attempts: Option<u64>,
    /// Passes of a VU that ended.
    pub iterations: Option<u64>,
    /// Events answered with success.
    pub acknowledged: Option<u64>,
    /// Events answered with a fault, by kind.
    pub failed: Option<BTreeMap<FailureKind, u64>>,
    /// Events without an answer.
    pub unknown: Option<u64>,
    /// Iterations that should have been started and were not.
    pub dropped: Option<u64>,
    /// Connections opened for calls.
    pub connections_opened: Option<u64>,
    /// Bytes sent by the generator.
    pub sent_bytes: Option<u64>,
    /// Bytes received by the generator.
    pub received_bytes: Option<u64>,
    /// Mean of the VUs over the seconds.
    pub mean_vus: Option<f64>,
    /// Busy VUs by their time: all iterations' durations, think time included, over the window.
    pub time_weighted_vus: Option<f64>,
    /// Acknowledged calls on the clock both wires share.
    pub ok: Option<Histogram>,
    /// Refused and unanswered calls on the same clock.
    pub not_ok: Option<Histogram>,
    /// All calls on the wire's own clock.
    pub request: Option<Histogram>,
    /// Mean of all calls, refused and unanswered included, on the shared clock, in milliseconds.
    pub mean_call_ms: Option<f64>,
    /// Mean time of an iteration in which the client neither waited for an answer
    /// nor paused, in milliseconds: VUs / throughput - mean call - think time.
    pub client_overhead_ms: Option<f64>,
    /// Slope of the throughput in bins of 5 s over the window, as a share of its mean:
    /// 0.05 is 5 % more at the end than at the beginning.
    pub slope: Option<f64>,
    /// What each process used.
    pub resources: BTreeMap<Target, WindowUse>,
    /// What each statement of the services' role used.
    pub statements: Option<Vec<StatementUse>>,
    /// Upserts per acknowledged event.
    pub statements_per_event: Option<f64>,
    /// Rows touched by them per acknowledged event.
    pub rows_per_event: Option<f64>,
    /// Transactions committed per acknowledged event.
    pub transactions_per_event: Option<f64>,
    /// Write-ahead log per acknowledged event, in bytes.
    pub wal_bytes_per_event: Option<f64>,
}

impl WindowFigures {
    /// How long it is, in milliseconds.
    pub fn length_ms(&self) -> f64 {
        self.end_ms - self.start_ms
    }

    /// So many in it, per second; none where it has no length.
    #[allow(clippy::cast_precision_loss)] // Counts of calls stay far below 2^52.
    pub fn per_s(&self, count: u64) -> Option<f64> {
        (self.length_ms() > 0.0).then(|| count as f64 / (self.length_ms() / 1000.0))
    }
}

/// What one target used in a window. Null means "not measured".
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WindowUse {
    /// Length of the time between the samples it is made from, in milliseconds.
    pub sampled_ms: f64,
    /// Processor time, in seconds.
    pub cpu_seconds: Option<f64>,
    /// Processor time per 1,000 acknowledged events, in seconds.
    pub cpu_seconds_per_1000_events: Option<f64>,
    /// Mean of the processors kept busy: `cpu_seconds` over the time.
    pub cpu_cores: Option<f64>,
    /// Largest resident memory, in bytes.
    pub rss_max_bytes: Option<u64>,
    /// Largest number of threads.
    pub threads_max: Option<u64>,
    /// Context switches.
    pub context_switches: Option<u64>,
    /// Bytes received and sent.
    pub network_bytes: Option<u64>,
    /// Bytes read from and written to block devices.
    pub block_bytes: Option<u64>,
    /// Time for which a limit kept it from running, in seconds.
    pub throttled_seconds: Option<f64>,
    /// Largest number of sockets by state.
    pub sockets_max: Option<BTreeMap<String, u64>>,
    /// Waiting time and other counters of the host, as differences.
    pub pressure: Option<BTreeMap<String, f64>>,
}

impl PhaseFigures {
    /// Events answered with a fault, of any kind.
    pub fn failed_total(&self) -> u64 {
        self.failed.values().sum()
    }
}
