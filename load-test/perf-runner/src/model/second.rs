use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FailureKind, PackedHistogram};

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
    /// How long they took together, think time included, in milliseconds.
    pub iteration_ms: f64,
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
    pub ok: Option<PackedHistogram>,
    /// Calls that were refused or had no answer, on the same clock.
    pub not_ok: Option<PackedHistogram>,
    /// All calls on the wire's own clock.
    pub request: Option<PackedHistogram>,
}

/// A phase's last whole second while it runs, for who watches. The same second is
/// stored, with what came late.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveSecond {
    /// The phase's name.
    pub phase: String,
    /// Whole seconds since the generator was released.
    pub second: u32,
    /// Events answered with success in it.
    pub acknowledged: u64,
    /// Events answered with a fault.
    pub failed: u64,
    /// Events without an answer.
    pub unknown: u64,
    /// Median of the acknowledged calls that ended in it, in milliseconds; null without any.
    pub p50_ms: Option<f64>,
    /// 99th percentile of the same.
    pub p99_ms: Option<f64>,
    /// Virtual users at work; null when it was not told.
    pub vus: Option<f64>,
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
