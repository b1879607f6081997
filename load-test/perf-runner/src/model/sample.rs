use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StatementUse;

/// Whose resources are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The service with its whole process tree.
    Api,
    /// The generator.
    K6,
    /// The application database with all its backends.
    Postgres,
    /// The runner itself.
    Runner,
    /// The host.
    Host,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "api",
            Self::K6 => "k6",
            Self::Postgres => "postgres",
            Self::Runner => "runner",
            Self::Host => "host",
        })
    }
}

/// What one target had used at one moment. Counters count from the target's own
/// beginning: rates are differences of them. Null means "not measured".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceSample {
    /// Whose.
    pub target: Target,
    /// Milliseconds since the generator was released; negative before.
    pub at_ms: f64,
    /// When it was read.
    pub sampled_at: DateTime<Utc>,
    /// Processor time used so far, in seconds; of the host: busy time of all processors.
    pub cpu_seconds: Option<f64>,
    /// Resident memory now, in bytes; of the host: memory in use.
    pub rss_bytes: Option<u64>,
    /// Threads now.
    pub threads: Option<u64>,
    /// Context switches so far.
    pub context_switches: Option<u64>,
    /// Bytes received so far.
    pub network_received_bytes: Option<u64>,
    /// Bytes sent so far.
    pub network_sent_bytes: Option<u64>,
    /// Bytes read from block devices so far.
    pub block_read_bytes: Option<u64>,
    /// Bytes written to block devices so far.
    pub block_written_bytes: Option<u64>,
    /// Time for which a limit kept it from running so far, in seconds.
    pub throttled_seconds: Option<f64>,
    /// Sockets now, by state (`established`, `time_wait`, ...).
    pub sockets: Option<BTreeMap<String, u64>>,
    /// Time for which tasks waited so far, in seconds, by resource and kind
    /// (`cpu_some`, `io_full`, ...), and other counters of the host alone:
    /// `swap_in_pages`, `swap_out_pages`, `oom_kills`, `steal_seconds`,
    /// `io_wait_seconds`, and `load_seconds`, the load average summed over time.
    pub pressure: Option<BTreeMap<String, f64>>,
}

/// What the application database's connections were doing at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivitySample {
    /// Milliseconds since the generator was released.
    pub at_ms: f64,
    /// Connections by state.
    pub connections: BTreeMap<String, u64>,
    /// Waiting connections by event (`Lock:transactionid`, `IO:WALSync`, ...).
    pub waits: BTreeMap<String, u64>,
}

/// Counters of the application database at one moment, from their reset on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabaseCounters {
    /// Milliseconds since the generator was released.
    pub at_ms: f64,
    /// What each statement of the services' role had used so far; null when the
    /// server keeps no statement statistics.
    pub statements: Option<Vec<StatementUse>>,
    /// Transactions committed so far in the application database.
    pub commits: Option<u64>,
    /// Transactions rolled back so far.
    pub rollbacks: Option<u64>,
    /// Write-ahead log written so far, in bytes.
    pub wal_bytes: Option<u64>,
    /// Bytes written by the server so far, as it counts them itself.
    pub written_bytes: Option<u64>,
}

/// A source that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MissingSource {
    /// Whose.
    pub target: Target,
    /// What: `sockets`, `pressure`, ...
    pub source: String,
    /// Why, in words.
    pub reason: String,
}

/// Everything that was sampled while the generator ran.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Samples {
    /// When the generator was released; null when it was never held.
    pub released_at: Option<DateTime<Utc>>,
    /// In the order of time.
    pub resources: Vec<ResourceSample>,
    /// In the order of time.
    pub activity: Vec<ActivitySample>,
    /// At the edges of phases and windows, in the order of time.
    pub database: Vec<DatabaseCounters>,
    /// What could not be read.
    pub missing: Vec<MissingSource>,
    /// The processors each target may use, by their numbers; of the host, all that
    /// the runner may use. A generator that is pinned apart shares none with others.
    #[serde(default)]
    pub processors: BTreeMap<Target, Vec<u32>>,
}

impl Samples {
    /// The same without anything that grows with time.
    #[must_use]
    pub fn without_series(&self) -> Self {
        Self {
            released_at: self.released_at,
            missing: self.missing.clone(),
            processors: self.processors.clone(),
            ..Self::default()
        }
    }

    /// Whether nothing in it grows with time.
    pub fn has_no_series(&self) -> bool {
        self.resources.is_empty() && self.activity.is_empty() && self.database.is_empty()
    }
}
