use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{EventTemplate, PayloadSize};

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

impl Ceiling {
    /// One that was measured, in events stored per second.
    pub fn measured(job: &CeilingJob, events_per_s: f64) -> Self {
        Self {
            payload: job.payload,
            concurrency: job.concurrency,
            duration_ms: job.duration_ms,
            events_per_s: Some(events_per_s),
            reason: None,
        }
    }

    /// One that could not be measured, and why.
    pub fn missing(job: &CeilingJob, reason: impl Into<String>) -> Self {
        Self {
            payload: job.payload,
            concurrency: job.concurrency,
            duration_ms: job.duration_ms,
            events_per_s: None,
            reason: Some(reason.into()),
        }
    }
}

/// What is needed to find out what the database alone can do.
#[derive(Debug, Clone, PartialEq)]
pub struct CeilingJob {
    /// How large the events are.
    pub payload: PayloadSize,
    /// What the rows hold: one template of every kind.
    pub templates: Vec<EventTemplate>,
    /// Connections that are busy at once.
    pub concurrency: u32,
    /// How long, in milliseconds.
    pub duration_ms: u64,
    /// Folder of the raw files; it exists.
    pub folder: PathBuf,
}
