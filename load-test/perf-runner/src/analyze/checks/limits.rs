//! Every limit of every check.

use crate::model::Verdict;

/// Raised whenever a limit or the meaning of a check changes; it stands beside
/// every verdict, so that verdicts of different tables are not mistaken for equal.
pub const VERSION: u32 = 1;

/// A share of events that is tolerated.
#[derive(Debug, Clone, Copy)]
pub struct ShareLimit {
    /// More than this is worth attention.
    pub warn_above: f64,
    /// More than this makes the phase unusable.
    pub invalid_above: f64,
}

/// The table.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Events answered with a fault, of all events.
    pub errors: ShareLimit,
    /// Events without an answer, of all events.
    pub unanswered: ShareLimit,
    /// Iterations that were not started, of those that should have been.
    pub dropped: ShareLimit,
    /// Acknowledged events that are not stored.
    pub lost_events: u64,
    /// Rows that should not be there.
    pub unexpected_rows: u64,
    /// Rows whose content differs from what was sent.
    pub differing_rows: u64,
    /// Upserts of one event, as the contract says.
    pub statements_per_event: f64,
    /// Rows touched by one event that names one entity.
    pub rows_per_event: f64,
}

/// The limits in force.
pub const LIMITS: Limits = Limits {
    errors: ShareLimit { warn_above: 0.0, invalid_above: 0.01 },
    unanswered: ShareLimit { warn_above: 0.0, invalid_above: 0.01 },
    dropped: ShareLimit { warn_above: 0.0, invalid_above: 0.01 },
    lost_events: 0,
    unexpected_rows: 0,
    differing_rows: 0,
    statements_per_event: 1.0,
    rows_per_event: 1.0,
};

impl ShareLimit {
    /// What a share gets.
    pub fn verdict(self, share: f64) -> Verdict {
        if share > self.invalid_above {
            Verdict::Invalid
        } else if share > self.warn_above {
            Verdict::Warn
        } else {
            Verdict::Ok
        }
    }

    /// The limit in words.
    pub fn in_words(self) -> String {
        let percent = |share: f64| format!("{} %", share * 100.0);
        format!("> {} warns, > {} is invalid", percent(self.warn_above), percent(self.invalid_above))
    }
}
