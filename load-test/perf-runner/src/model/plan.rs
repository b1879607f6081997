use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{Api, CampaignId, Estimate, Mode, PayloadSize, TestRunId};

/// What a campaign will do, in order, decided before anything is started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The campaign it is for.
    pub campaign: CampaignId,
    /// What the campaign is for.
    pub mode: Mode,
    /// The seed of every random choice: the order of APIs and the payloads.
    pub seed: u64,
    /// How many rounds.
    pub rounds: u32,
    /// The pause of a VU after each call, in milliseconds.
    pub think_time_ms: u64,
    /// How long the generator waits for an answer, in milliseconds.
    pub request_timeout_ms: u64,
    /// Pool size of every service.
    pub max_connections: u32,
    /// How long the first phase's load is held before anything counts, in
    /// milliseconds; 0 is not at all.
    #[serde(default)]
    pub warm_up_ms: u64,
    /// Share of the events that merge into entities created before, 0 to 1.
    #[serde(default)]
    pub update_share: f64,
    /// Whether the database alone is driven with the contract's statement first.
    #[serde(default)]
    pub ceiling: bool,
    /// The test runs in the order they will be made.
    pub runs: Vec<PlannedRun>,
    /// APIs that were selected and cannot be measured here, each with the reason.
    pub left_out: Vec<(String, String)>,
    /// What it needs at most; none where nobody worked it out.
    #[serde(default)]
    pub estimate: Option<Estimate>,
}

impl Plan {
    /// The APIs that will be measured, each once, sorted by name.
    pub fn apis(&self) -> Vec<Api> {
        let mut apis: Vec<Api> = self.runs.iter().map(|run| run.api.clone()).collect();
        apis.sort_by(|a, b| a.id.cmp(&b.id));
        apis.dedup_by(|a, b| a.id == b.id);
        apis
    }

    /// The sizes of events that will be sent, each once, smallest first.
    pub fn payloads(&self) -> Vec<PayloadSize> {
        let mut payloads: Vec<PayloadSize> = self.runs.iter().map(|run| run.payload).collect();
        payloads.sort_unstable();
        payloads.dedup();
        payloads
    }

    /// What builds these APIs, each once, sorted: `cargo, go, maven`.
    pub fn build_tools(&self) -> String {
        let tools: BTreeSet<&str> = self.runs.iter().map(|run| run.api.build_tool()).collect();
        tools.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// One test run to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedRun {
    /// Unique name of the test run.
    pub id: TestRunId,
    /// Eight hexadecimal digits that every entity id of the run carries.
    pub tag: String,
    /// Round, from 1.
    pub round: u32,
    /// Position in the round, from 1.
    pub slot: u32,
    /// What is measured.
    pub api: Api,
    /// The second of two equal ones: what is measured is how much two measurements
    /// of the same thing differ.
    #[serde(default)]
    pub again: bool,
    /// How large its events are.
    pub payload: PayloadSize,
    /// Its held loads, in order.
    pub phases: Vec<PlannedPhase>,
    /// Planned time of the load in milliseconds.
    pub planned_ms: u64,
    /// Beyond this the generator is ended and the run is failed, in milliseconds.
    pub deadline_ms: u64,
}

impl PlannedRun {
    /// The folder of its raw files in the campaign's: round, slot, API, payload.
    pub fn folder_name(&self) -> String {
        format!("r{}s{:02}.{}.{}", self.round, self.slot, self.name(), self.payload)
    }

    /// The name under which it is measured: the API's, with `@again` after it for
    /// the second of two equal ones.
    pub fn name(&self) -> String {
        let again = if self.again { "@again" } else { "" };
        format!("{}{again}", self.api.id)
    }
}

/// One held load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedPhase {
    /// `p1`, `p2`, ...; also the generator's scenario.
    pub name: String,
    /// The load.
    pub load: PhaseLoad,
    /// Start after the generator's release, in milliseconds.
    pub start_ms: u64,
    /// How much of its beginning does not count, in milliseconds.
    pub settle_ms: u64,
}

/// How late a busy host may tell the generator that a call's time is up. A call that
/// is cut off instead is begun and never counted as anything.
const SPARE_MS: u64 = 500;

impl PlannedPhase {
    /// How long calls that are under way at a phase's end, and their pauses, may take
    /// from there, in milliseconds.
    pub fn grace_ms(request_timeout_ms: u64, think_time_ms: u64) -> u64 {
        request_timeout_ms + think_time_ms + SPARE_MS
    }
}

/// How a phase loads the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "load")]
pub enum PhaseLoad {
    /// A set number of iterations by each VU.
    Iterations {
        /// Virtual users.
        vus: u32,
        /// Iterations of each.
        per_vu: u32,
        /// The phase ends after this time even if they are not done, in milliseconds.
        max_duration_ms: u64,
    },
    /// A constant number of VUs for a set time, each waiting for its answer: the
    /// closed model.
    Vus {
        /// Virtual users.
        vus: u32,
        /// How long the load is held, settle time included, in milliseconds.
        hold_ms: u64,
    },
    /// A constant number of iterations begun per second, whatever the service does:
    /// the open model.
    Rate {
        /// Iterations begun per second.
        per_s: u32,
        /// How long the load is held, settle time included, in milliseconds.
        hold_ms: u64,
        /// VUs that may be busy at once; what they cannot start is dropped and counted.
        max_vus: u32,
    },
}

/// As sentences and tables say it: `50 VUs`, `500/s offered`.
impl fmt::Display for PhaseLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iterations { vus: 1, .. } | Self::Vus { vus: 1, .. } => f.write_str("1 VU"),
            Self::Iterations { vus, .. } | Self::Vus { vus, .. } => write!(f, "{vus} VUs"),
            Self::Rate { per_s, .. } => write!(f, "{per_s}/s offered"),
        }
    }
}

impl PhaseLoad {
    /// VUs that are held for a time, each waiting for its answer; none for another load.
    pub fn closed_vus(&self) -> Option<u32> {
        match self {
            Self::Vus { vus, .. } => Some(*vus),
            Self::Iterations { .. } | Self::Rate { .. } => None,
        }
    }

    /// VUs it may need at once.
    pub fn max_vus(&self) -> u32 {
        match self {
            Self::Iterations { vus, .. } | Self::Vus { vus, .. } => *vus,
            Self::Rate { max_vus, .. } => *max_vus,
        }
    }

    /// How long it is held, in milliseconds; none for a set number of iterations.
    pub fn hold_ms(&self) -> Option<u64> {
        match self {
            Self::Iterations { .. } => None,
            Self::Vus { hold_ms, .. } | Self::Rate { hold_ms, .. } => Some(*hold_ms),
        }
    }
}
