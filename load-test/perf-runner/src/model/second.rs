use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FailureKind, Histogram};

/// One second of one phase as the generator's stream tells it, with everything
/// that ended in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondNumbers {
    /// The phase's name.
    pub phase: String,
    /// Whole seconds since the generator was released, not since the phase began.
    pub second: u32,
    /// Passes of a VU that came to their end.
    pub iterations: u64,
    /// Calls that were begun.
    pub attempts: u64,
    /// Events answered with success.
    pub acknowledged: u64,
    /// Events answered with a fault, by kind.
    pub failed: BTreeMap<FailureKind, u64>,
    /// Events without an answer.
    pub unknown: u64,
    /// Iterations that should have been started and were not.
    pub dropped: u64,
    /// Connections opened for calls.
    pub connections_opened: u64,
    /// Bytes sent, framing included.
    pub sent_bytes: u64,
    /// Bytes received, framing included.
    pub received_bytes: u64,
    /// VUs that were active, as last seen in the second; null when it was not told.
    pub vus: Option<f64>,
    /// Calls that were acknowledged, on the clock that both wires share; null without any.
    pub ok: Option<Histogram>,
    /// Calls that were refused or had no answer, on the same clock.
    pub not_ok: Option<Histogram>,
    /// All calls on the wire's own clock.
    pub request: Option<Histogram>,
}

/// One second of one phase as it is stored. Null means "not measured".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondFigures {
    /// Whole seconds since the phase began.
    pub second: u32,
    /// Calls begun.
    pub started: Option<u64>,
    /// Events acknowledged.
    pub ok: Option<u64>,
    /// Events answered with a fault or not at all.
    pub failed: Option<u64>,
    /// Median of the acknowledged calls that ended in this second, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
    /// Virtual users.
    pub vus: Option<f64>,
}
