//! Table `audits`. The statements are in `db_statement_metrics`.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::{
    db_statement_metrics,
    row::{Reader, RowError, count, text, texts},
};
use crate::model::{Audit, CampaignId, TestRunId};

const INSERT: &str = "
    insert into audits (test_run_id, acknowledged, unknown, merged, stored, lost, unexpected, duplicated,
                        content_differs, statements_per_event, rows_per_event, transactions_per_event, examples,
                        statements_missing)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

pub(super) async fn insert(
    connection: &mut PgConnection,
    run: &TestRunId,
    audit: &Audit,
) -> Result<(), RowError> {
    // Every field by name: a new one must find its column.
    let Audit {
        acknowledged,
        unknown,
        merged,
        stored,
        lost,
        unexpected,
        duplicated,
        content_differs,
        statements_per_event,
        rows_per_event,
        transactions_per_event,
        examples,
        statements: _,
        statements_missing,
    } = audit;
    sqlx::query(INSERT)
        .bind(text(&run.0))
        .bind(count("acknowledged", *acknowledged)?)
        .bind(count("unknown", *unknown)?)
        .bind(count("merged", *merged)?)
        .bind(count("stored", *stored)?)
        .bind(count("lost", *lost)?)
        .bind(count("unexpected", *unexpected)?)
        .bind(count("duplicated", *duplicated)?)
        .bind(count("content_differs", *content_differs)?)
        .bind(statements_per_event)
        .bind(rows_per_event)
        .bind(transactions_per_event)
        .bind(texts(examples))
        .bind(statements_missing.as_deref().map(text))
        .execute(connection)
        .await?;
    Ok(())
}

/// The audits of a campaign's test runs, statements included.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<TestRunId, Audit>, RowError> {
    let mut statements = db_statement_metrics::of_runs(connection, campaign).await?;
    let rows =
        sqlx::query("select audits.* from audits join test_runs using (test_run_id) where campaign_id = $1")
            .bind(&campaign.0)
            .fetch_all(connection)
            .await?;
    let mut audits = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("audits", &["test_run_id"], row)?;
        let run = TestRunId(row.get("test_run_id")?);
        let mut audit = read(&row)?;
        audit.statements = statements.remove(&run).unwrap_or_default();
        audits.insert(run, audit);
    }
    Ok(audits)
}

fn read(row: &Reader<'_>) -> Result<Audit, RowError> {
    Ok(Audit {
        acknowledged: row.count("acknowledged")?,
        unknown: row.count("unknown")?,
        merged: row.count("merged")?,
        stored: row.count("stored")?,
        lost: row.count("lost")?,
        unexpected: row.count("unexpected")?,
        duplicated: row.count("duplicated")?,
        content_differs: row.count("content_differs")?,
        statements_per_event: row.get("statements_per_event")?,
        rows_per_event: row.get("rows_per_event")?,
        transactions_per_event: row.get("transactions_per_event")?,
        examples: row.get("examples")?,
        statements: Vec::new(),
        statements_missing: row.get("statements_missing")?,
    })
}
