//! The audit's questions to a real database: one statement for the rows, one for
//! the statistics, whatever the number of rows.

use std::str::FromStr as _;

use sqlx::{
    Connection as _, PgConnection, Row as _,
    postgres::{PgConnectOptions, PgRow},
};

use super::{Sent, statement};
use crate::{
    fault::Fault,
    model::{EventTemplate, StatementUse, StoredFacts},
};

const ROWS: &str = include_str!("sql/rows.sql");
const STATEMENTS: &str = include_str!("sql/statements.sql");

/// SQLSTATEs of a server that keeps no statement statistics, and why it does not.
const NO_STATISTICS: [(&str, &str); 4] = [
    ("42P01", "the extension pg_stat_statements is not installed in the database"),
    ("55000", "the server was started without pg_stat_statements in shared_preload_libraries"),
    ("42703", "the server's pg_stat_statements is older than version 1.8"),
    ("42501", "the runner's role may not read pg_stat_statements"),
];

pub(super) async fn read(service_url: &str, runner_url: &str, sent: &Sent<'_>) -> Result<StoredFacts, Fault> {
    let role = options(service_url)?.get_username().to_owned();
    let mut database = PgConnection::connect_with(&options(runner_url)?).await.map_err(|error| {
        Fault::failed("cannot reach the application database for the audit")
            .cause(error)
            .repair("the database must outlive the service; look at its log")
    })?;
    let mut facts = rows(&mut database, sent).await.map_err(|error| {
        Fault::failed("cannot read the stored rows back for the audit")
            .cause(error)
            .repair("the runner's role must be able to select from car_entities")
    })?;
    match statements(&mut database, &role).await {
        Ok(statements) => facts.statements = Some(statements),
        Err(error) => facts.statements_missing = Some(why_missing(error)?),
    }
    // The answers are here; a connection that cannot say goodbye changes none of them.
    let _ = database.close().await;
    Ok(facts)
}

/// The text of an URL's error names the URL's parts, a password among them: it is not passed on.
fn options(url: &str) -> Result<PgConnectOptions, Fault> {
    PgConnectOptions::from_str(url)
        .map_err(|_| Fault::failed("the URL of the application database cannot be understood"))
}

async fn rows(database: &mut PgConnection, sent: &Sent<'_>) -> Result<StoredFacts, sqlx::Error> {
    let column = |of: fn(&EventTemplate) -> &str| sent.templates.iter().map(of).collect::<Vec<&str>>();
    let row = sqlx::query(ROWS)
        .bind(sent.tag)
        .bind(i64::try_from(sent.attempts()).unwrap_or(i64::MAX))
        .bind(column(|template| &template.kind))
        .bind(column(|template| &template.entity_type))
        .bind(column(|template| &template.attributes))
        .bind(sent.unacknowledged(true))
        .bind(sent.unacknowledged(false))
        .fetch_one(database)
        .await?;
    Ok(StoredFacts {
        rows: count(&row, "rows")?,
        expected_rows: count(&row, "expected_rows")?,
        expected_ids: count(&row, "expected_ids")?,
        failed_but_stored: count(&row, "failed_but_stored")?,
        unknown_and_stored: count(&row, "unknown_and_stored")?,
        content_differs: count(&row, "content_differs")?,
        examples: row.try_get("examples")?,
        statements: None,
        statements_missing: None,
    })
}

async fn statements(database: &mut PgConnection, role: &str) -> Result<Vec<StatementUse>, sqlx::Error> {
    let rows = sqlx::query(STATEMENTS).bind(role).fetch_all(database).await?;
    rows.iter()
        .map(|row| {
            let text: String = row.try_get("text")?;
            Ok(StatementUse {
                is_upsert: statement::is_upsert(&text),
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
        })
        .collect()
}

/// A count, which `PostgreSQL` has as a signed number.
fn count(row: &PgRow, column: &str) -> Result<u64, sqlx::Error> {
    u64::try_from(row.try_get::<i64, _>(column)?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}

/// Why the server has no statistics.
///
/// # Errors
/// When the reason is another than that it keeps none.
fn why_missing(error: sqlx::Error) -> Result<String, Fault> {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    let reason = NO_STATISTICS.iter().find(|(state, _)| code.as_deref() == Some(*state));
    match reason {
        Some((_, reason)) => Ok((*reason).to_owned()),
        None => Err(Fault::failed("cannot read the statement statistics for the audit").cause(error)),
    }
}
