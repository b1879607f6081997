use serde::{Deserialize, Serialize};

use super::PayloadSize;

/// What the database alone can do on this host: the contract's statement driven by
/// `pgbench`, without any service. Null means "not measured".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// How large the events were whose attributes it stored.
    pub payload: PayloadSize,
    /// Connections that were busy at once: as many as a service's pool has.
    pub concurrency: u32,
    /// How long it was driven, in milliseconds.
    pub duration_ms: u64,
    /// Events stored per second.
    pub events_per_s: Option<f64>,
    /// Why it was not measured.
    pub reason: Option<String>,
}
