use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the service does, as its tests decide. What is left out is not done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// How many calls are served at once; others wait in their order. 0 is all.
    pub servers: usize,
    /// Mean time of a service, in milliseconds; 0 answers at once.
    pub mean_ms: f64,
    /// Times are drawn from an exponential distribution, else they are all the same.
    pub exponential: bool,
    /// Of every random choice.
    pub seed: u64,
    /// How much longer a service takes with each second since the first call, as a
    /// share of its time.
    pub slower_each_second: f64,
    /// Every so manieth call is answered with 503 and the contract's fault.
    pub refuse_every: u64,
    /// Every so manieth is answered with 500 at once, without a fault of the contract.
    pub break_every: u64,
    /// Every so manieth never gets an answer.
    pub hang_every: u64,
    /// The connection of every so manieth is closed before an answer.
    pub drop_every: u64,
    /// All calls that come while it lasts wait for its end.
    pub stall: Option<Stall>,
    /// Every answer ends its connection; over REST alone.
    pub close_connections: bool,
    /// What it keeps of what it acknowledges; over REST alone.
    pub storing: Storing,
    /// Memory that it takes and does not give back.
    pub hoard: Option<Hoard>,
    /// It writes down its calls when it is told to stop, and goes on.
    pub ignores_stop: bool,
    /// Where the calls are written down when it is told to stop.
    pub log: PathBuf,
}

/// A pause of the whole service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stall {
    /// At which call it begins, from 1.
    pub at_call: u64,
    /// How long it lasts, in milliseconds.
    pub ms: u64,
}

/// What is kept of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storing {
    /// Nothing.
    #[default]
    Nothing,
    /// What the contract says: one statement in one transaction.
    Whole,
    /// The same, and a transaction of which nothing comes.
    InTwoTransactions,
    /// The same statement twice in one transaction.
    Twice,
    /// The event's row, and one that nobody sent.
    WithAnotherRow,
    /// A row with another content.
    Altered,
}

/// A sudden want of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hoard {
    /// At which call, from 1.
    pub at_call: u64,
    /// How much, in bytes.
    pub bytes: usize,
}

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// 200.
    Acknowledged,
    /// 503 with the fault `unavailable`.
    Refused,
    /// 500 without a fault.
    Broken,
    /// No answer for as long as the caller waits.
    Hung,
    /// The connection is closed.
    Dropped,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            servers: 0,
            mean_ms: 0.0,
            exponential: false,
            seed: 0,
            slower_each_second: 0.0,
            refuse_every: 0,
            break_every: 0,
            hang_every: 0,
            drop_every: 0,
            stall: None,
            close_connections: false,
            storing: Storing::Nothing,
            hoard: None,
            ignores_stop: false,
            log: PathBuf::from("calls.jsonl"),
        }
    }
}

impl Behaviour {
    /// What becomes of the call with this number, from 1.
    pub fn fate(&self, call: u64) -> Fate {
        let is_turn = |every: u64| every > 0 && call.is_multiple_of(every);
        if is_turn(self.hang_every) {
            Fate::Hung
        } else if is_turn(self.drop_every) {
            Fate::Dropped
        } else if is_turn(self.break_every) {
            Fate::Broken
        } else if is_turn(self.refuse_every) {
            Fate::Refused
        } else {
            Fate::Acknowledged
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarer_fate_goes_first() {
        let behaviour = Behaviour { refuse_every: 10, hang_every: 50, ..Behaviour::default() };
        let fates = |fate| (1..=100).filter(|call| behaviour.fate(*call) == fate).count();
        assert_eq!((fates(Fate::Refused), fates(Fate::Hung), fates(Fate::Acknowledged)), (8, 2, 90));
    }
}
