//! Checks on what is stored, after the service has stopped.

use super::{Finding, as_value, counted, limits::LIMITS};
use crate::model::{Audit, Verdict};

type AuditCheck = fn(Option<&Audit>) -> Finding;

/// All of them. A test run whose audit could not be made has none.
pub(super) const CHECKS: [AuditCheck; 6] = [
    stored_against_acknowledged,
    unexpected_rows,
    content,
    statements_per_event,
    rows_per_event,
    transactions_per_event,
];

/// An acknowledged event is durable: losing one is the worst a service can do.
pub(super) fn stored_against_acknowledged(audit: Option<&Audit>) -> Finding {
    let text = |audit: &Audit| match (audit.lost, audit.merged) {
        (0, 0) => format!("{} acknowledged, {} stored, none lost.", audit.acknowledged, audit.stored),
        (0, merged) => format!(
            "{} acknowledged, {merged} of them merged into others' rows, {} stored, none lost.",
            audit.acknowledged, audit.stored
        ),
        (lost, _) => format!(
            "{} acknowledged and not stored, of {} acknowledged.",
            counted(lost, "event was", "events were"),
            audit.acknowledged
        ),
    };
    rows("stored_against_acknowledged", LIMITS.lost_events, audit.map(|audit| (audit.lost, text(audit))))
}

/// Rows that nobody sent, whose event was refused, or that are there twice.
pub(super) fn unexpected_rows(audit: Option<&Audit>) -> Finding {
    let wrong = |audit: &Audit| audit.unexpected.saturating_add(audit.duplicated);
    let text = |audit: &Audit| match wrong(audit) {
        0 => "Every row is one that was sent.".to_owned(),
        rows => format!("{} not be there.", counted(rows, "row should", "rows should")),
    };
    rows("unexpected_rows", LIMITS.unexpected_rows, audit.map(|audit| (wrong(audit), text(audit))))
}

/// The stored content is what was sent.
pub(super) fn content(audit: Option<&Audit>) -> Finding {
    let text = |audit: &Audit| match audit.content_differs {
        0 => "Every row holds what was sent.".to_owned(),
        rows => format!("{} from what was sent.", counted(rows, "row differs", "rows differ")),
    };
    rows("content", LIMITS.differing_rows, audit.map(|audit| (audit.content_differs, text(audit))))
}

fn rows(id: &'static str, limit: u64, found: Option<(u64, String)>) -> Finding {
    let (value, verdict, text) = match found {
        Some((count, text)) if count > limit => (Some(as_value(count)), Verdict::Invalid, text),
        Some((count, text)) => (Some(as_value(count)), Verdict::Ok, text),
        None => (None, Verdict::Unknown, "The audit could not be made.".to_owned()),
    };
    Finding { id, value, limit: format!("> {limit} is invalid"), verdict, text }
}

/// All services do the same work: one upsert an event, counted by the database.
pub(super) fn statements_per_event(audit: Option<&Audit>) -> Finding {
    let value = audit.and_then(|audit| audit.statements_per_event);
    per_event("statements_per_event", LIMITS.statements_per_event, (audit, value), "Upserts")
}

/// The same of the rows they touch.
pub(super) fn rows_per_event(audit: Option<&Audit>) -> Finding {
    let value = audit.and_then(|audit| audit.rows_per_event);
    per_event("rows_per_event", LIMITS.rows_per_event, (audit, value), "Rows")
}

/// One event is one transaction: it is stored whole or not at all.
pub(super) fn transactions_per_event(audit: Option<&Audit>) -> Finding {
    let value = audit.and_then(|audit| audit.transactions_per_event);
    per_event("transactions_per_event", LIMITS.transactions_per_event, (audit, value), "Transactions")
}

/// The database counts per acknowledged event; events without an answer may have
/// been done as well, and are allowed for.
fn per_event(
    id: &'static str,
    expected: f64,
    (audit, value): (Option<&Audit>, Option<f64>),
    what: &str,
) -> Finding {
    let unanswered = audit.map_or(0, |audit| audit.unknown);
    let slack = match audit {
        Some(audit) if audit.acknowledged > 0 => as_value(unanswered) / as_value(audit.acknowledged),
        _ => 0.0,
    };
    let limit = match unanswered {
        0 => format!("other than {expected} is invalid"),
        _ => format!("outside {expected} to {:.3} is invalid", expected * (1.0 + slack)),
    };
    let (verdict, text) = match value {
        None => (Verdict::Unknown, format!("{what} were not counted by the database.")),
        Some(value) if (expected - EXACT..=expected * (1.0 + slack) + EXACT).contains(&value) => {
            (Verdict::Ok, format!("{what} per acknowledged event: {value:.3}."))
        }
        Some(value) => (
            Verdict::Invalid,
            format!("{what} per acknowledged event: {value:.3}, not the work that the contract describes."),
        ),
    };
    Finding { id, value, limit, verdict, text }
}

/// A quotient of two equal counts is exactly 1; this only forgives the slack's sum.
const EXACT: f64 = 1e-9;
