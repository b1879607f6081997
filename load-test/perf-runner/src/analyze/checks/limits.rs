//! Every limit of every check.

use crate::model::Verdict;

/// Raised whenever a limit or the meaning of a check changes; it stands beside
/// every verdict, so that verdicts of different tables are not mistaken for equal.
pub const VERSION: u32 = 2;

/// A share that is tolerated, as a fraction: 0.01 is 1 %.
#[derive(Debug, Clone, Copy)]
pub struct ShareLimit {
    /// More than this is worth attention.
    pub warn_above: f64,
    /// More than this makes what it is about unusable; infinite for what never does.
    pub invalid_above: f64,
}

/// A number that must be reached.
#[derive(Debug, Clone, Copy)]
pub struct LeastLimit {
    /// Fewer are worth attention.
    pub warn_below: u64,
    /// Fewer make what it is about unusable.
    pub invalid_below: u64,
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
    /// How far throughput times the mean iteration is off the VUs that were there.
    pub little: ShareLimit,
    /// The client's own time in an iteration, of its call and its pause.
    pub client_overhead: ShareLimit,
    /// Throughput, of what so many VUs could do at most.
    pub client_limit: ShareLimit,
    /// Processor time of the generator, of what it may use.
    pub generator_cpu: ShareLimit,
    /// The same with the time in which it waited for a processor.
    pub generator_demand: ShareLimit,
    /// Time for which a limit kept the generator from running.
    pub generator_throttled: ShareLimit,
    /// Processor time of the host, of what there is.
    pub host_cpu: ShareLimit,
    /// Iterations that the open model did not reach, of those that were offered.
    pub offered_missed: ShareLimit,
    /// Connections opened in a phase, for each of its VUs.
    pub connections_per_vu: ShareLimit,
    /// Local ports in use or waiting out their time, of those the host has.
    pub ports: ShareLimit,
    /// Slope of the throughput over the window.
    pub slope: ShareLimit,
    /// How much of a phase's planned time is missing at its end.
    pub cut_short: ShareLimit,
    /// Calls in the window.
    pub requests: LeastLimit,
    /// Throughput, of what the database alone can do.
    pub ceiling: ShareLimit,
    /// Processor time of everything else on the host, of what there is.
    pub other_load: ShareLimit,
    /// Processor time that the hypervisor gave to somebody else, of what there is.
    pub stolen: ShareLimit,
    /// Numbers that the generator's end summary and its stream tell differently.
    pub summary_differences: u64,
    /// Pages swapped in or out.
    pub swapped_pages: u64,
    /// Processes that the kernel ended for want of memory.
    pub oom_kills: u64,
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
    /// Transactions of one event.
    pub transactions_per_event: f64,
    /// Valid rounds of an API: few warn, and fewer permit no claim.
    pub rounds: LeastLimit,
    /// Standard deviation of the logarithm of the throughput from round to round.
    pub noise: ShareLimit,
}

/// The limits in force.
pub const LIMITS: Limits = Limits {
    errors: ShareLimit { warn_above: 0.0, invalid_above: 0.01 },
    unanswered: ShareLimit { warn_above: 0.0, invalid_above: 0.01 },
    dropped: ShareLimit { warn_above: 0.0, invalid_above: 0.01 },
    little: ShareLimit { warn_above: 0.02, invalid_above: 0.05 },
    client_overhead: ShareLimit { warn_above: 0.03, invalid_above: 0.05 },
    client_limit: ShareLimit { warn_above: 0.9, invalid_above: f64::INFINITY },
    generator_cpu: ShareLimit { warn_above: 0.8, invalid_above: 0.95 },
    generator_demand: ShareLimit { warn_above: 0.95, invalid_above: f64::INFINITY },
    generator_throttled: ShareLimit { warn_above: 0.01, invalid_above: 0.01 },
    host_cpu: ShareLimit { warn_above: 0.9, invalid_above: f64::INFINITY },
    offered_missed: ShareLimit { warn_above: 0.01, invalid_above: 0.01 },
    connections_per_vu: ShareLimit { warn_above: 1.1, invalid_above: f64::INFINITY },
    ports: ShareLimit { warn_above: 0.5, invalid_above: 0.5 },
    slope: ShareLimit { warn_above: 0.05, invalid_above: 0.2 },
    cut_short: ShareLimit { warn_above: 0.02, invalid_above: 0.02 },
    requests: LeastLimit { warn_below: 1_000, invalid_below: 1_000 },
    ceiling: ShareLimit { warn_above: 0.9, invalid_above: f64::INFINITY },
    other_load: ShareLimit { warn_above: 0.1, invalid_above: f64::INFINITY },
    stolen: ShareLimit { warn_above: 0.01, invalid_above: f64::INFINITY },
    summary_differences: 0,
    swapped_pages: 0,
    oom_kills: 0,
    lost_events: 0,
    unexpected_rows: 0,
    differing_rows: 0,
    statements_per_event: 1.0,
    rows_per_event: 1.0,
    transactions_per_event: 1.0,
    rounds: LeastLimit { warn_below: 5, invalid_below: 3 },
    noise: ShareLimit { warn_above: 0.03, invalid_above: 0.1 },
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
        let warns = format!("> {} warns", percent(self.warn_above));
        let spoils = format!("> {} is invalid", percent(self.invalid_above));
        match (self.invalid_above.is_finite(), self.warn_above < self.invalid_above) {
            (true, true) => format!("{warns}, {spoils}"),
            (true, false) => spoils,
            (false, _) => warns,
        }
    }
}

impl LeastLimit {
    /// What a count gets.
    pub fn verdict(self, count: u64) -> Verdict {
        if count < self.invalid_below {
            Verdict::Invalid
        } else if count < self.warn_below {
            Verdict::Warn
        } else {
            Verdict::Ok
        }
    }

    /// The limit in words.
    pub fn in_words(self) -> String {
        let spoils = format!("< {} is invalid", self.invalid_below);
        if self.warn_below > self.invalid_below {
            format!("< {} warns, {spoils}", self.warn_below)
        } else {
            spoils
        }
    }
}

/// `12.3 %`, `5 %`.
pub(super) fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() / 10.0;
    format!("{tenths} %")
}
