//! Checks on the counts of one phase.

use super::{
    Finding, as_value, counted,
    limits::{LIMITS, ShareLimit},
};
use crate::model::{PhaseFigures, Verdict};

type PhaseCheck = fn(Option<&PhaseFigures>) -> Finding;

/// All of them. A phase that was planned and never begun has no figures.
pub(super) const CHECKS: [PhaseCheck; 4] = [counts_agree, errors, unanswered, dropped];

/// Every iteration is one call, and every call has one outcome. A miss is a fault
/// of the measurement, never an opinion on an API.
pub(super) fn counts_agree(figures: Option<&PhaseFigures>) -> Finding {
    let finding = |value, verdict, text| Finding {
        id: "counts_agree",
        value,
        limit: "more iterations than outcomes is invalid, fewer warns".to_owned(),
        verdict,
        text,
    };
    let Some(figures) = figures else { return finding(None, Verdict::Unknown, never_begun()) };
    let (iterations, outcomes) = (figures.iterations, outcomes(figures));
    let text = format!(
        "{} and {}.",
        counted(iterations, "iteration", "iterations"),
        counted(outcomes, "outcome", "outcomes")
    );
    let value = Some(as_value(iterations) - as_value(outcomes));
    match iterations.cmp(&outcomes) {
        std::cmp::Ordering::Equal => finding(value, Verdict::Ok, text),
        std::cmp::Ordering::Less => finding(
            value,
            Verdict::Warn,
            format!("{text} Calls were cut short before their iteration ended."),
        ),
        std::cmp::Ordering::Greater => {
            finding(value, Verdict::Invalid, format!("{text} Calls were made and not counted."))
        }
    }
}

/// Events that were answered with a fault.
pub(super) fn errors(figures: Option<&PhaseFigures>) -> Finding {
    let failed = figures.map(|figures| (figures.failed_total(), outcomes(figures)));
    share("errors", LIMITS.errors, failed, "answered with a fault")
}

/// Events that were never answered: each may or may not be stored.
pub(super) fn unanswered(figures: Option<&PhaseFigures>) -> Finding {
    let unknown = figures.map(|figures| (figures.unknown, outcomes(figures)));
    share("unanswered", LIMITS.unanswered, unknown, "without an answer")
}

fn share(id: &'static str, limit: ShareLimit, of: Option<(u64, u64)>, what: &str) -> Finding {
    let (value, verdict, text) = match of {
        None => (None, Verdict::Unknown, never_begun()),
        Some((_, 0)) => (None, Verdict::Unknown, "No event was sent.".to_owned()),
        Some((count, of)) => {
            let share = as_value(count) / as_value(of);
            let text = format!("{count} of {} {what}.", counted(of, "event", "events"));
            (Some(share), limit.verdict(share), text)
        }
    };
    Finding { id, value, limit: limit.in_words(), verdict, text }
}

/// Iterations that the generator should have started and did not.
pub(super) fn dropped(figures: Option<&PhaseFigures>) -> Finding {
    let (value, verdict, text) = match figures.map(|figures| (figures.dropped, figures.iterations)) {
        None => (None, Verdict::Unknown, never_begun()),
        Some((None, _)) => (None, Verdict::Unknown, "Dropped iterations were not counted.".to_owned()),
        Some((Some(0), _)) => (Some(0.0), Verdict::Ok, "No iteration was dropped.".to_owned()),
        Some((Some(dropped), iterations)) => {
            let planned = dropped.saturating_add(iterations);
            let share = as_value(dropped) / as_value(planned);
            let text = format!("{dropped} of {} dropped.", counted(planned, "iteration", "iterations"));
            (Some(share), LIMITS.dropped.verdict(share), text)
        }
    };
    Finding { id: "dropped_iterations", value, limit: LIMITS.dropped.in_words(), verdict, text }
}

fn outcomes(figures: &PhaseFigures) -> u64 {
    figures.acknowledged.saturating_add(figures.failed_total()).saturating_add(figures.unknown)
}

fn never_begun() -> String {
    "The phase was never begun.".to_owned()
}
