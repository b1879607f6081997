//! What was acknowledged held against what is stored.

use serde::Serialize;

use super::format::{self, Figure, plain};
use crate::model::{Audit, StatementUse};

/// A statement is shown up to here.
const STATEMENT_CHARS: usize = 400;

/// The audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditView {
    /// Events answered with success.
    pub acknowledged: Figure,
    /// Events not answered.
    pub unknown: Figure,
    /// Rows that this test run can have stored.
    pub stored: Figure,
    /// Acknowledged and not stored.
    pub lost: Figure,
    /// Stored and not sent, or refused.
    pub unexpected: Figure,
    /// Stored more than once.
    pub duplicated: Figure,
    /// Stored with another content.
    pub content_differs: Figure,
    /// Upserts per acknowledged event.
    pub statements_per_event: Figure,
    /// Rows per acknowledged event.
    pub rows_per_event: Figure,
    /// Transactions per acknowledged event.
    pub transactions_per_event: Figure,
    /// Up to five ids of wrong rows.
    pub examples: Vec<String>,
}

/// A statement that the service ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatementView {
    /// Its text on one line, shortened.
    pub text: String,
    /// Whether it is the contract's upsert.
    pub is_upsert: bool,
    /// Executions.
    pub calls: Figure,
    /// Rows it touched or returned.
    pub rows: Figure,
    /// Mean time of one execution.
    pub mean: Figure,
    /// Longest execution.
    pub max: Figure,
    /// Write-ahead log written.
    pub wal: Figure,
}

pub(super) fn view(audit: &Audit) -> AuditView {
    AuditView {
        acknowledged: format::count(audit.acknowledged),
        unknown: format::count(audit.unknown),
        stored: format::count(audit.stored),
        lost: format::count(audit.lost),
        unexpected: format::count(audit.unexpected),
        duplicated: format::count(audit.duplicated),
        content_differs: format::count(audit.content_differs),
        statements_per_event: format::quotient(audit.statements_per_event),
        rows_per_event: format::quotient(audit.rows_per_event),
        transactions_per_event: format::quotient(audit.transactions_per_event),
        examples: audit.examples.iter().map(|id| plain(id)).collect(),
    }
}

pub(super) fn statement(statement: &StatementUse) -> StatementView {
    let words: Vec<&str> = statement.text.split_whitespace().collect();
    let mut text = plain(&words.join(" "));
    if let Some((end, _)) = text.char_indices().nth(STATEMENT_CHARS) {
        text.truncate(end);
        text.push('\u{2026}');
    }
    StatementView {
        text,
        is_upsert: statement.is_upsert,
        calls: format::count(statement.calls),
        rows: format::count(statement.rows),
        mean: format::milliseconds(Some(statement.mean_ms)),
        max: format::milliseconds(Some(statement.max_ms)),
        wal: format::bytes(Some(statement.wal_bytes)),
    }
}
