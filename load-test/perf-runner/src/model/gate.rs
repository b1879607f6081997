use serde::{Deserialize, Serialize};

use super::{Interval, PayloadSize};

/// What a gate says. Only the first one passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateVerdict {
    /// What was measured is not surely beyond the limit.
    Held,
    /// What it is about was not measured, or must not be used: this breaks as well.
    Unknown,
    /// What was measured is surely beyond the limit.
    Broken,
}

impl GateVerdict {
    /// Whether the gate lets the campaign pass.
    pub fn passes(self) -> bool {
        self == Self::Held
    }
}

/// Which number was held against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedBy {
    /// The lower end of the 95 % interval: the limit must not be exceeded.
    LowerEnd,
    /// The upper end of the 95 % interval: the limit must be reached.
    UpperEnd,
    /// The value: there is no interval.
    Value,
}

/// A gate held against a campaign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateResult {
    /// The gate as it was typed, without spaces at its ends.
    pub gate: String,
    /// The worst of its places.
    pub verdict: GateVerdict,
    /// What it was held against, worst first; never empty.
    pub places: Vec<GatePlace>,
}

/// One thing that a gate is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GatePlace {
    /// How large the events were.
    pub payload: PayloadSize,
    /// The API; of a ratio, the first one is held against the second.
    pub apis: Vec<String>,
    /// The load in words; none where it is about what an API sustains.
    pub load: Option<String>,
    /// What is said of it.
    pub verdict: GateVerdict,
    /// What was measured, in milliseconds, events per second, calls, percent of them, or
    /// as a ratio; null when it was not or must not be used.
    pub value: Option<f64>,
    /// Its 95 % interval; null where there is none.
    pub interval: Option<Interval>,
    /// Which number was held against the limit; null when there was none.
    pub judged_by: Option<JudgedBy>,
    /// One sentence.
    pub text: String,
}
