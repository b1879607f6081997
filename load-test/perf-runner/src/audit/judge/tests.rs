use std::collections::BTreeMap;

use super::*;
use crate::{
    model::{FailureKind, PhaseNumbers, Updates},
    sample,
};

fn load(acknowledged: u64, failed: u64, unknown: u64) -> LoadResult {
    sample::load::load(vec![PhaseNumbers {
        iterations: acknowledged + failed + unknown,
        attempts: acknowledged + failed + unknown,
        acknowledged,
        failed: BTreeMap::from([(FailureKind("unavailable".to_owned()), failed)]),
        unknown,
        ..sample::load::numbers("p1")
    }])
}

fn facts(rows: u64) -> StoredFacts {
    StoredFacts {
        rows,
        expected_rows: rows,
        expected_ids: rows,
        failed_but_stored: 0,
        unknown_and_stored: 0,
        content_differs: 0,
        examples: Vec::new(),
        statements: None,
        statements_missing: Some("not asked".to_owned()),
    }
}

fn statement(text: &str, calls: u64, rows: u64) -> StatementUse {
    StatementUse {
        text: text.to_owned(),
        is_upsert: text == "upsert",
        calls,
        rows,
        total_ms: 1.0,
        mean_ms: 1.0,
        max_ms: 1.0,
        blocks_hit: 0,
        blocks_read: 0,
        wal_bytes: 0,
    }
}

fn with(statements: Vec<StatementUse>) -> StoredFacts {
    StoredFacts { statements: Some(statements), ..facts(10) }
}

fn wrong(audit: &Audit) -> (u64, u64, u64) {
    (audit.lost, audit.unexpected, audit.duplicated)
}

#[test]
fn everything_that_was_acknowledged_is_there() {
    let audit = judge(&load(10, 2, 3), &StoredFacts { unknown_and_stored: 1, ..facts(11) });
    assert_eq!((audit.acknowledged, audit.unknown, audit.stored), (10, 3, 11));
    assert_eq!(wrong(&audit), (0, 0, 0));
}

#[test]
fn a_missing_row_is_lost_even_where_an_unknown_event_was_stored() {
    assert_eq!(wrong(&judge(&load(10, 0, 0), &facts(9))), (1, 0, 0));
    let facts = StoredFacts { unknown_and_stored: 1, ..facts(10) };
    assert_eq!(wrong(&judge(&load(10, 0, 1), &facts)), (1, 0, 0));
    let facts = StoredFacts { failed_but_stored: 1, unknown_and_stored: 0, ..facts };
    assert_eq!(wrong(&judge(&load(10, 1, 0), &facts)), (1, 1, 0));
}

#[test]
fn rows_that_nobody_sent_are_unexpected() {
    let foreign = StoredFacts { expected_rows: 10, expected_ids: 10, ..facts(12) };
    assert_eq!(wrong(&judge(&load(10, 0, 0), &foreign)), (0, 2, 0));
    assert_eq!(wrong(&judge(&load(10, 0, 1), &facts(13))), (0, 2, 0));
}

#[test]
fn an_id_under_two_types_is_duplicated() {
    let facts = StoredFacts { expected_ids: 10, ..facts(11) };
    assert_eq!(wrong(&judge(&load(10, 0, 0), &facts)), (0, 0, 1));
}

#[test]
fn statements_are_counted_per_event() {
    let audit = judge(&load(10, 0, 0), &with(vec![statement("upsert", 10, 10), statement("select 1", 3, 3)]));
    let per_event = [audit.statements_per_event, audit.rows_per_event, audit.transactions_per_event];
    assert_eq!(per_event, [Some(1.0); 3]);
    assert_eq!(audit.statements.len(), 2);

    let audit = judge(&load(10, 0, 0), &with(vec![statement("upsert", 20, 30)]));
    assert_eq!((audit.statements_per_event, audit.rows_per_event), (Some(2.0), Some(3.0)));
}

#[test]
fn explicit_transactions_count_once_and_a_mixture_is_not_known() {
    let begins = |calls| {
        let statements = vec![statement("upsert", 20, 20), statement("BEGIN", calls, 0)];
        judge(&load(10, 0, 0), &with(statements)).transactions_per_event
    };
    assert_eq!(begins(10), Some(1.0));
    assert_eq!(begins(1), None);
}

#[test]
fn without_statistics_or_events_nothing_is_known_per_event() {
    assert_eq!(judge(&load(10, 0, 0), &facts(10)).statements_per_event, None);
    let audit = judge(&load(0, 0, 0), &with(vec![statement("upsert", 1, 1)]));
    assert_eq!((audit.statements_per_event, audit.transactions_per_event), (None, None));
}

#[test]
fn events_that_merge_into_others_rows_add_none() {
    let merging = |acknowledged, unknown| {
        let mut load = load(10, 2, 3);
        load.phases[0].updates = Updates { acknowledged, failed: 1, unknown };
        load
    };
    let audit = judge(&merging(4, 2), &facts(6));
    assert_eq!((audit.merged, wrong(&audit)), (4, (0, 0, 0)));
    // One of the three unanswered events may have made a row, the other two not.
    assert_eq!(wrong(&judge(&merging(4, 2), &facts(7))), (0, 0, 0));
    assert_eq!(wrong(&judge(&merging(4, 2), &facts(8))), (0, 1, 0));
    assert_eq!(wrong(&judge(&merging(4, 2), &facts(5))), (1, 0, 0));
}
