//! What the database did in a window: differences of its counters.

use super::{
    float, per_event,
    resources::{bytes_per_event, nearest},
};
use crate::model::{DatabaseCounters, StatementUse, WindowFigures};

/// From the counters nearest to the window's edges; nothing where there are none.
pub(super) fn add(window: &mut WindowFigures, counters: &[DatabaseCounters]) {
    let at = |counters: &DatabaseCounters| counters.at_ms;
    let edges = nearest(counters, window.start_ms, at).zip(nearest(counters, window.end_ms, at));
    let Some((from, to)) = edges.and_then(|(first, last)| {
        (first < last).then_some(())?;
        counters.get(first).zip(counters.get(last))
    }) else {
        return;
    };
    let events = window.acknowledged.unwrap_or(0);
    let grown = |of: fn(&DatabaseCounters) -> Option<u64>| of(to)?.checked_sub(of(from)?);
    window.transactions_per_event =
        grown(|counters| counters.commits).and_then(|commits| per_event(float(commits), events));
    window.wal_bytes_per_event =
        grown(|counters| counters.wal_bytes).and_then(|bytes| bytes_per_event(bytes, events));
    let kept = from.statements.as_deref().zip(to.statements.as_deref());
    let Some(statements) = kept.and_then(|(from, to)| between(from, to)) else { return };
    let upserts = |of: fn(&StatementUse) -> u64| {
        statements.iter().filter(|statement| statement.is_upsert).map(of).sum::<u64>()
    };
    window.statements_per_event = per_event(float(upserts(|statement| statement.calls)), events);
    window.rows_per_event = per_event(float(upserts(|statement| statement.rows)), events);
    window.statements = Some(statements);
}

/// What each statement used from one moment to the other; none when the counters
/// began anew. The longest execution is that since the counters' own beginning.
fn between(from: &[StatementUse], to: &[StatementUse]) -> Option<Vec<StatementUse>> {
    let mut used = Vec::new();
    for after in to {
        let before = from.iter().find(|before| before.text == after.text);
        let since = |of: fn(&StatementUse) -> u64| of(after).checked_sub(before.map_or(0, of));
        let calls = since(|statement| statement.calls)?;
        let total_ms = after.total_ms - before.map_or(0.0, |before| before.total_ms);
        if calls == 0 {
            continue;
        }
        used.push(StatementUse {
            text: after.text.clone(),
            is_upsert: after.is_upsert,
            calls,
            rows: since(|statement| statement.rows)?,
            total_ms,
            mean_ms: total_ms / float(calls),
            max_ms: after.max_ms,
            blocks_hit: since(|statement| statement.blocks_hit)?,
            blocks_read: since(|statement| statement.blocks_read)?,
            wal_bytes: since(|statement| statement.wal_bytes)?,
        });
    }
    Some(used)
}
