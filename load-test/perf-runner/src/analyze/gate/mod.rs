//! Gates: a limit on something measured, which a campaign has to keep.
//!
//! ```text
//! gate       = latency | throughput | errors | ratio ;
//! latency    = ( "p50" | "p95" | "p99" ) , "(" , target , ")" , beyond , number , ( "us" | "ms" | "s" ) ;
//! throughput = "throughput" , "(" , target , ")" , beyond , number , "/s" ;
//! errors     = "errors" , "(" , target , ")" , beyond , number , [ "%" ] ;
//! ratio      = "ratio" , "(" , api , "," , api , ")" , beyond , number ;
//! target     = ( api | "*" ) , [ "@" , load ] ;
//! load       = digits , [ "/s" ] ;
//! api        = name , [ "@again" ] ;
//! name       = ( letter | digit ) , { letter | digit | "-" | "_" | "." } ;
//! beyond     = ">" | "<" ;
//! number     = digits , [ "." , digits ] ;
//! ```
//!
//! Spaces may stand between any two words. A name may leave out `producer-api-`.
//!
//! | Gate | Breaks when |
//! |---|---|
//! | `p99(api@100)>50ms` | the percentile of acknowledged calls with 100 VUs is above 50 ms |
//! | `throughput(api@50)<900/s` | fewer events per second were acknowledged with 50 VUs |
//! | `throughput(api@500/s)<499/s` | the same of a load of 500 calls begun per second |
//! | `throughput(api)<900/s` | what the API sustains at its best usable load is less |
//! | `errors(*)>0` | any call of any API was refused or not answered |
//! | `errors(api@50)>1%` | more than so large a share of its calls were |
//! | `ratio(a,b)<0.95` | what `a` sustains is less than so many times what `b` sustains |
//!
//! Without a load, latencies and errors are held at every load of the plan. Several
//! payload sizes are several places, each of which has to hold.
//!
//! **Which number decides.** Where there is a 95 % interval over the rounds, its end
//! decides and not the estimate: with `>` the lower one, with `<` the upper one. So a
//! gate is broken when the whole interval lies beyond the limit, that is, when it is
//! sure. Without an interval (fewer than three usable rounds; errors, which are
//! counted) the value decides. What decided is said.
//!
//! **Nothing passes in silence.** A place that was not measured, or that a check rules
//! out, is `unknown`, and that breaks the gate as well. Errors are counted over the
//! whole phase, settle time included, and beyond the limit they are too many whatever
//! else is wrong with it.

mod check;
mod evaluate;
mod parse;
mod wording;

use crate::model::{Analysis, GateResult, StoredCampaign};

pub use check::check;
pub use parse::{BadGate, parse};

/// A limit on something measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// As it was typed, without spaces at its ends.
    pub text: String,
    /// What is measured.
    pub subject: Subject,
    /// On which side of the limit it breaks.
    pub beyond: Beyond,
    /// The limit: milliseconds, events per second, calls, percent, or a ratio.
    pub limit: f64,
}

/// What a gate is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A percentile of acknowledged calls, in milliseconds.
    Latency(Percentile, Target),
    /// Acknowledged events per second.
    Throughput(Target),
    /// Calls that were refused or not answered.
    Errors(Amount, Target),
    /// What one API sustains over what another one does.
    Ratio(Word, Word),
}

/// A percentile that gates know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Percentile {
    /// The median.
    P50,
    /// The 95th.
    P95,
    /// The 99th.
    P99,
}

/// How errors are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// One by one.
    Calls,
    /// In percent of all calls.
    Percent,
}

/// Which API at which load.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// None for every API.
    pub api: Option<Word>,
    /// None for every load, or for what the API sustains.
    pub load: Option<Load>,
}

/// A word of the gate with its place in the text, so that it can be pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Where it begins, in characters.
    pub at: usize,
}

/// A load of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// VUs, or calls begun per second.
    pub amount: u32,
    /// Whether it is a rate: the open model.
    pub is_rate: bool,
    /// Where it begins, in characters.
    pub at: usize,
}

/// On which side of its limit a gate breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// More than the limit breaks it.
    Above,
    /// Less than the limit breaks it.
    Below,
}

impl Subject {
    /// The API and load, where it is about one.
    fn target(&self) -> Option<&Target> {
        match self {
            Self::Latency(_, target) | Self::Throughput(target) | Self::Errors(_, target) => Some(target),
            Self::Ratio(..) => None,
        }
    }
}

/// Holds gates against a campaign, in their order. The gates have passed [`check`]
/// for its plan; what the plan does not name is `unknown`.
pub fn judge(gates: &[Gate], stored: &StoredCampaign, analysis: &Analysis) -> Vec<GateResult> {
    gates.iter().map(|gate| evaluate::result(gate, stored, analysis)).collect()
}

#[cfg(test)]
mod tests;
