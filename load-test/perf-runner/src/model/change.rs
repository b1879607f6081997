use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CampaignId, Interval, PairClaim, PayloadSize};

/// What changed from one campaign to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CampaignChanges {
    /// The baseline; null when there is none.
    pub before: Option<ComparedCampaign>,
    /// The campaign that is held against it.
    pub after: ComparedCampaign,
    /// In what their environments or loads differ; without any they may be compared.
    pub differences: Vec<String>,
    /// Every figure of both; empty when they may not be compared.
    pub figures: Vec<Change>,
    /// What only one of them measured, in words.
    pub only_in_one: Vec<String>,
    /// What may be said, the most important first.
    pub findings: Vec<String>,
}

/// One of two campaigns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedCampaign {
    /// Unique name.
    pub id: CampaignId,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// The repository's commit; null when it was none.
    pub commit: Option<String>,
    /// Whether tracked files differed from it.
    pub dirty: bool,
    /// Rounds that were planned.
    pub rounds: u32,
    /// Equal ones mean comparable environments.
    pub fingerprint: String,
}

/// What is held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeMetric {
    /// Acknowledged events per second.
    Throughput,
    /// Median of acknowledged calls, in milliseconds.
    P50,
    /// Their 99th percentile, in milliseconds.
    P99,
    /// Processor time of the service for 1,000 acknowledged events, in seconds.
    Cpu,
    /// Calls that were refused or not answered, in percent of all.
    Errors,
}

impl ChangeMetric {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Throughput, Self::P50, Self::P99, Self::Cpu, Self::Errors];
}

/// One figure of one API at one load, then and now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// How large the events were.
    pub payload: PayloadSize,
    /// The API.
    pub api: String,
    /// The load in words.
    pub load: String,
    /// What is held against each other.
    pub metric: ChangeMetric,
    /// Its mean over the usable rounds then; null when it was not measured.
    pub before: Option<f64>,
    /// The same now.
    pub after: Option<f64>,
    /// Rounds that it could be used in then.
    pub rounds_before: usize,
    /// The same now.
    pub rounds_after: usize,
    /// Now over then, with its interval; null where no interval may be made.
    pub ratio: Option<Interval>,
    /// What may be said; null where nothing may.
    pub claim: Option<PairClaim>,
    /// Why nothing may be said.
    pub why_not: Option<String>,
}
