use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Audit, CampaignId, ExitMeaning, Language, PayloadSize, PhaseFigures, PlannedPhase, PlannedRun, Protocol,
    Samples, ServiceEnd,
};

/// Names a test run everywhere: the campaign's id, round and slot, API, payload.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TestRunId(pub String);

impl fmt::Display for TestRunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a test run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// The whole cycle was made.
    Completed,
    /// A step failed; what is known is kept.
    Failed,
    /// The user ended it early.
    Interrupted,
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        })
    }
}

/// One step of the cycle and how long it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// `clear`, `start`, `prove`, `load`, `stop`, `audit`, ...
    pub name: String,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

/// One API, one payload size, in one round: one full cycle, as it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestRun {
    /// Unique name.
    pub id: TestRunId,
    /// Round, from 1.
    pub round: u32,
    /// Position in the round, from 1.
    pub slot: u32,
    /// Name of the API.
    pub api: String,
    /// Its language.
    pub language: Language,
    /// Its wire.
    pub protocol: Protocol,
    /// How large its events are.
    pub payload: PayloadSize,
    /// Mean bytes of one event on the wire without framing: the JSON body, or
    /// the encoded message.
    pub payload_bytes: Option<f64>,
    /// Hash of what was started.
    pub build_id: Option<String>,
    /// When the cycle began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// The steps that were made, in order.
    pub steps: Vec<Step>,
    /// From the start of the process to the first healthy answer, in milliseconds.
    pub start_up_ms: Option<f64>,
    /// Resident memory when the service became ready, in bytes.
    pub idle_rss_bytes: Option<u64>,
    /// How the generator ended; none when it was never started.
    pub generator: Option<ExitMeaning>,
    /// How the service ended; none when it was never started.
    pub service: Option<ServiceEnd>,
    /// How the test run ended.
    pub status: RunStatus,
    /// Why it failed, in one sentence.
    pub failure: Option<String>,
    /// Folder of its raw files, relative to the results folder.
    pub raw_files: String,
    /// What was planned.
    pub planned: Vec<PlannedPhase>,
    /// What was measured, one entry per phase that was begun.
    pub phases: Vec<PhaseFigures>,
    /// What was sampled while the generator ran; none when it did not.
    #[serde(default)]
    pub samples: Option<Samples>,
    /// The table with its indexes after the load, in bytes; none when it was not asked.
    #[serde(default)]
    pub database_bytes: Option<u64>,
    /// What its raw files hold, in bytes; none when they cannot be read.
    #[serde(default)]
    pub raw_bytes: Option<u64>,
    /// The audit; none when it could not be made.
    pub audit: Option<Audit>,
}

impl TestRun {
    /// A test run at its beginning: nothing is known yet.
    pub fn begin(planned: &PlannedRun, campaign: &CampaignId, now: DateTime<Utc>) -> Self {
        Self {
            id: planned.id.clone(),
            round: planned.round,
            slot: planned.slot,
            api: planned.name(),
            language: planned.api.language,
            protocol: planned.api.protocol,
            payload: planned.payload,
            payload_bytes: None,
            build_id: None,
            started_at: now,
            finished_at: now,
            steps: Vec::new(),
            start_up_ms: None,
            idle_rss_bytes: None,
            generator: None,
            service: None,
            status: RunStatus::Completed,
            failure: None,
            raw_files: format!("{campaign}/{}", planned.folder_name()),
            planned: planned.phases.clone(),
            phases: Vec::new(),
            samples: None,
            database_bytes: None,
            raw_bytes: None,
            audit: None,
        }
    }

    /// Records how it ended. An interrupt explains whatever failed after it.
    pub fn end(&mut self, now: DateTime<Utc>, failure: Option<String>, interrupted: bool) {
        self.finished_at = now;
        self.status = match (&failure, interrupted) {
            (_, true) => RunStatus::Interrupted,
            (Some(_), false) => RunStatus::Failed,
            (None, false) => RunStatus::Completed,
        };
        self.failure = failure;
    }

    /// Its counts, or why it failed, for a line of progress.
    pub fn in_one_line(&self) -> String {
        if let Some(failure) = &self.failure {
            return failure.lines().next().unwrap_or_default().to_owned();
        }
        let sum = |count: fn(&PhaseFigures) -> u64| -> u64 { self.phases.iter().map(count).sum() };
        let stored = self.audit.as_ref().map_or_else(|| "?".to_owned(), |audit| audit.stored.to_string());
        format!(
            "{} acknowledged, {stored} stored, {} failed, {} unknown",
            sum(|phase| phase.acknowledged),
            sum(PhaseFigures::failed_total),
            sum(|phase| phase.unknown),
        )
    }
}
