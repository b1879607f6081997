use std::{convert::Infallible, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Ceiling, Check, GitState, HostFacts, Plan, RunStatus, Spent, Target, TestRun, Verdict};

/// Names a campaign everywhere: `20261121-104351-smoke-7f3a`. Sorts by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CampaignId(pub String);

impl CampaignId {
    /// Makes an id from the start time, the mode and 16 random bits.
    pub fn new(started: DateTime<Utc>, mode: Mode, random: u16) -> Self {
        Self(format!("{}-{mode}-{random:04x}", started.format("%Y%m%d-%H%M%S")))
    }
}

impl fmt::Display for CampaignId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The campaign a user asks for: `latest` or its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichCampaign {
    /// The one that started last.
    Latest,
    /// That one.
    Id(CampaignId),
}

impl FromStr for WhichCampaign {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "latest" => Self::Latest,
            id => Self::Id(CampaignId(id.to_owned())),
        })
    }
}

/// What a campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One VU, five iterations: proves the path and ranks nothing.
    Smoke,
    /// Four held loads up to 200 VUs.
    Full,
    /// Seven held loads up to 2,000 VUs: at what load does it break?
    Saturation,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smoke => "smoke",
            Self::Full => "full",
            Self::Saturation => "saturation",
        })
    }
}

/// How far a campaign got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum CampaignStatus {
    /// Not finished; also what a killed runner leaves behind.
    Running,
    /// Every planned test run was completed.
    Completed,
    /// At least one test run failed; the others are complete.
    Failed,
    /// Ended early by the user.
    Interrupted,
}

impl CampaignStatus {
    /// What these test runs make of the campaign they belong to.
    pub fn of(runs: &[StoredRun], interrupted: bool) -> Self {
        if interrupted {
            Self::Interrupted
        } else if runs.iter().all(|stored| stored.run.status == RunStatus::Completed) {
            Self::Completed
        } else {
            Self::Failed
        }
    }
}

impl fmt::Display for CampaignStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        })
    }
}

/// One invocation: its plan, its seed and where it ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// Unique name.
    pub id: CampaignId,
    /// What it is for.
    pub mode: Mode,
    /// What was planned, including every test run's id.
    pub plan: Plan,
    /// The repository's commit, if it is a repository.
    pub git: Option<GitState>,
    /// The facts of the host before anything was started.
    pub host: HostFacts,
    /// A short hash over the stable part of `host` and the plan's settings:
    /// equal hashes mean comparable environments.
    pub fingerprint: String,
    /// `process`, `docker` or `fake`.
    pub runtime: String,
    /// Version of the runner.
    pub runner_version: String,
    /// Whether the contract's cases were played before the load.
    pub verified: bool,
    /// What the database alone can do, by payload; empty when it was not asked for.
    #[serde(default)]
    pub ceilings: Vec<Ceiling>,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it ended; null while it runs.
    pub finished_at: Option<DateTime<Utc>>,
    /// How far it got.
    pub status: CampaignStatus,
    /// When it was taken up again after an interruption, in order.
    #[serde(default)]
    pub resumed_at: Vec<DateTime<Utc>>,
}

/// A test run with the verdicts on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredRun {
    /// What happened.
    pub run: TestRun,
    /// What the checks say of it.
    pub checks: Vec<Check>,
}

/// Everything the store knows of one campaign: what a report is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredCampaign {
    /// The campaign.
    pub campaign: Campaign,
    /// Its test runs in the order they were made.
    pub runs: Vec<StoredRun>,
}

impl StoredCampaign {
    /// What it needed, as far as it is known from what is stored.
    pub fn spent(&self) -> Spent {
        let took = self.campaign.finished_at.map(|end| end - self.campaign.started_at);
        let events = |stored: &StoredRun| stored.run.phases.iter().map(|phase| phase.iterations).sum();
        let phases = self.runs.iter().flat_map(|stored| &stored.run.phases);
        let of_k6 = phases.filter_map(|phase| phase.window.as_ref()?.resources.get(&Target::K6));
        Spent {
            total_ms: took.and_then(|took| u64::try_from(took.num_milliseconds()).ok()),
            events: self.runs.iter().map(events).max(),
            generator_bytes: of_k6.filter_map(|used| used.rss_max_bytes).max(),
            database_bytes: self.runs.iter().filter_map(|stored| stored.run.database_bytes).max(),
            // Of the whole folder, which only its owner can look into.
            results_bytes: None,
        }
    }

    /// Whether a check found something that must not be used.
    pub fn has_invalid(&self) -> bool {
        self.runs.iter().flat_map(|stored| &stored.checks).any(|check| check.verdict == Verdict::Invalid)
    }
}
