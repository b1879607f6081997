//! The database's own account of the statements it ran: what the audit judges and
//! what is sampled at the edges of phases are the same question.

mod text;

use sqlx::{PgConnection, Row as _, postgres::PgRow};

pub use text::begins_transaction;

use crate::model::StatementUse;

const STATEMENTS: &str = include_str!("statements.sql");

/// SQLSTATEs of a server that keeps no statement statistics, and why it does not.
const NO_STATISTICS: [(&str, &str); 4] = [
    ("42P01", "the extension pg_stat_statements is not installed in the database"),
    ("55000", "the server was started without pg_stat_statements in shared_preload_libraries"),
    ("42703", "the server's pg_stat_statements is older than version 1.8"),
    ("42501", "the runner's role may not read pg_stat_statements"),
];

/// What each statement of `role` has used in this database since the statistics
/// were reset, the most frequent first.
///
/// # Errors
/// What the server says; [`why_missing`] knows what of it means that there are none.
pub async fn read(database: &mut PgConnection, role: &str) -> Result<Vec<StatementUse>, sqlx::Error> {
    let rows = sqlx::query(STATEMENTS).bind(role).fetch_all(database).await?;
    rows.iter().map(statement).collect()
}

/// Why the server keeps no statistics; none when the error means something else.
pub fn why_missing(error: &sqlx::Error) -> Option<&'static str> {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code)?;
    NO_STATISTICS.iter().find(|(state, _)| code == *state).map(|(_, reason)| *reason)
}

fn statement(row: &PgRow) -> Result<StatementUse, sqlx::Error> {
    let text: String = row.try_get("text")?;
    Ok(StatementUse {
        is_upsert: text::is_upsert(&text),
        text,
        calls: count(row, "calls")?,
        rows: count(row, "rows")?,
        total_ms: row.try_get("total_ms")?,
        mean_ms: row.try_get("mean_ms")?,
        max_ms: row.try_get("max_ms")?,
        blocks_hit: count(row, "blocks_hit")?,
        blocks_read: count(row, "blocks_read")?,
        wal_bytes: count(row, "wal_bytes")?,
    })
}

/// A count, which `PostgreSQL` has as a signed number.
///
/// # Errors
/// When it is none, or negative.
pub fn count(row: &PgRow, column: &str) -> Result<u64, sqlx::Error> {
    u64::try_from(row.try_get::<i64, _>(column)?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}
