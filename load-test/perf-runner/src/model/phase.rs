use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::Quantiles;

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
    /// Length of the counted window in milliseconds.
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
    /// Acknowledged events per second over the window.
    pub throughput_per_s: Option<f64>,
    /// Bytes sent and received by the generator.
    pub sent_bytes: Option<u64>,
    /// Bytes received by the generator.
    pub received_bytes: Option<u64>,
    /// The wire's own clock: `http_req_duration` or `grpc_req_duration`.
    pub request: Option<Quantiles>,
    /// The clock both wires share: one iteration less the think time.
    pub iteration: Option<Quantiles>,
}

impl PhaseFigures {
    /// Events answered with a fault, of any kind.
    pub fn failed_total(&self) -> u64 {
        self.failed.values().sum()
    }
}
