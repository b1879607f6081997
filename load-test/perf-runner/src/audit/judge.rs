//! Pure: what was counted held against what is stored.

use crate::{
    model::{Audit, LoadResult, StatementUse, StoredFacts},
    statements,
};

/// Judges a test run. Where the generator could not name every event that was
/// not acknowledged, `lost` is the least that must have been lost.
pub fn judge(load: &LoadResult, facts: &StoredFacts) -> Audit {
    let acknowledged = load.phases.iter().map(|phase| phase.acknowledged).sum::<u64>();
    let unknown = load.phases.iter().map(|phase| phase.unknown).sum::<u64>();
    let merged = load.phases.iter().map(|phase| phase.updates.acknowledged).sum::<u64>();
    let merged_unknown = load.phases.iter().map(|phase| phase.updates.unknown).sum::<u64>();
    // Rows are made by the others.
    let created = acknowledged.saturating_sub(merged);
    let perhaps_created = unknown.saturating_sub(merged_unknown);
    let not_refused = facts.expected_ids.saturating_sub(facts.failed_but_stored);
    let acknowledged_and_stored = not_refused.saturating_sub(facts.unknown_and_stored);
    // More events than were acknowledged or left open: ids that fit, sent by nobody.
    let beyond_sent = not_refused.saturating_sub(created + perhaps_created);
    let foreign = facts.rows.saturating_sub(facts.expected_rows);
    let statements = facts.statements.as_deref();
    let upserts = statements.map(|statements| total(statements, |of| of.is_upsert, |of| of.calls));
    let rows = statements.map(|statements| total(statements, |of| of.is_upsert, |of| of.rows));
    Audit {
        acknowledged,
        unknown,
        stored: facts.expected_rows,
        merged,
        lost: created.saturating_sub(acknowledged_and_stored),
        unexpected: foreign + facts.failed_but_stored + beyond_sent,
        duplicated: facts.expected_rows.saturating_sub(facts.expected_ids),
        content_differs: facts.content_differs,
        statements_per_event: upserts.and_then(|upserts| per_event(upserts, acknowledged)),
        rows_per_event: rows.and_then(|rows| per_event(rows, acknowledged)),
        transactions_per_event: statements
            .and_then(|statements| transactions(statements, acknowledged))
            .and_then(|transactions| per_event(transactions, acknowledged)),
        examples: facts.examples.clone(),
        statements: facts.statements.clone().unwrap_or_default(),
        statements_missing: facts.statements_missing.clone(),
    }
}

/// Transactions that wrote events. A statement outside of an explicit transaction
/// is one by itself. None where some are explicit and others are not: the
/// statistics do not say which statement was in which.
fn transactions(statements: &[StatementUse], acknowledged: u64) -> Option<u64> {
    match total(statements, statements::begins_transaction, |of| of.calls) {
        0 => Some(total(statements, |of| of.is_upsert, |of| of.calls)),
        explicit if explicit >= acknowledged => Some(explicit),
        _ => None,
    }
}

fn total(
    statements: &[StatementUse],
    of: impl Fn(&StatementUse) -> bool,
    what: impl Fn(&StatementUse) -> u64,
) -> u64 {
    statements.iter().filter(|statement| of(statement)).map(what).sum()
}

/// Null without events: nothing was measured.
#[allow(clippy::cast_precision_loss)] // Counts of events stay far below 2^52.
fn per_event(count: u64, events: u64) -> Option<f64> {
    (events > 0).then(|| count as f64 / events as f64)
}

#[cfg(test)]
mod tests;
