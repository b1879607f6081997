use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Bound, CampaignId, PayloadSize};

/// What must be equal for capacities of two campaigns to be held against each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparable {
    /// Hash over the host's stable facts.
    pub fingerprint: String,
    /// `process`, `docker` or `fake`.
    pub runtime: String,
    /// How large the events were.
    pub payload: PayloadSize,
    /// Pause of a VU after each call, in milliseconds.
    pub think_time_ms: u64,
    /// Pool size of every service.
    pub max_connections: u32,
    /// Share of the events that merged into entities created before.
    pub update_share: f64,
}

/// What an API sustained in one campaign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sustained {
    /// The campaign.
    pub campaign: CampaignId,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// The best valid held load by its mean over the rounds, in events per second.
    pub per_s: f64,
    /// VUs of that load.
    pub vus: u32,
    /// What else than the API set the number.
    pub bound: Option<Bound>,
}

/// An API over comparable campaigns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiHistory {
    /// The API.
    pub api: String,
    /// In how many campaigns it sustained something valid.
    pub campaigns: usize,
    /// In the newest of them.
    pub latest: Sustained,
    /// In the one in which it sustained the most.
    pub best: Sustained,
}

/// Campaigns that may be held against each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryGroup {
    /// What they have in common.
    pub comparable: Comparable,
    /// Their APIs, by name.
    pub apis: Vec<ApiHistory>,
}
