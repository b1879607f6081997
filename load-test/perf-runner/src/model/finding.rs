use serde::{Deserialize, Serialize};

use super::{Interval, Metric};

/// One thing that may be said of a campaign, with everything it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What kind of statement it is.
    pub claim: Claim,
    /// What is compared; none when it is about no metric.
    pub metric: Option<Metric>,
    /// The APIs it is about; of a ratio, the first is held against the second.
    pub subjects: Vec<String>,
    /// The ratio with its interval.
    pub ratio: Option<Interval>,
    /// The value with its interval, in the metric's unit.
    pub value: Option<Interval>,
    /// Rounds it rests on.
    pub rounds: usize,
    /// How the interval was made; empty without one.
    pub method: String,
    /// Checks that did not pass on what it rests on, by id.
    pub limited_by: Vec<String>,
    /// The sentence.
    pub text: String,
}

/// The kinds of statements there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Nothing may be concluded, and why.
    Nothing,
    /// Values of one or two rounds, side by side.
    ValuesOnly,
    /// What the APIs sustain that no other one is ahead of.
    Sustains,
    /// Two APIs differ.
    Different,
    /// They differ by less than matters.
    Small,
    /// They are equal within 5 %.
    Equal,
    /// The intervals do not tell.
    NotResolved,
    /// The client or the plan's end set the number.
    AtLeast,
    /// The host or the database set the numbers.
    NotSeparated,
    /// What this host calls a difference when there is none.
    NoiseFloor,
    /// What rules a phase out.
    LeftOut,
}
