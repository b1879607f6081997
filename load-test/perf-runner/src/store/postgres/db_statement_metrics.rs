//! Table `db_statement_metrics`: statements over a whole test run.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::row::{Reader, RowError, count, text};
use crate::model::{CampaignId, StatementUse, TestRunId};

const INSERT: &str = "
    insert into db_statement_metrics (test_run_id, statement_number, statement, is_upsert, calls, row_count,
                                      total_ms, mean_ms, max_ms, blocks_hit, blocks_read, wal_bytes)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

pub(super) async fn insert(
    connection: &mut PgConnection,
    run: &TestRunId,
    statements: &[StatementUse],
) -> Result<(), RowError> {
    for (index, statement) in statements.iter().enumerate() {
        // Every field by name: a new one must find its column.
        let StatementUse {
            text: sql,
            is_upsert,
            calls,
            rows,
            total_ms,
            mean_ms,
            max_ms,
            blocks_hit,
            blocks_read,
            wal_bytes,
        } = statement;
        sqlx::query(INSERT)
            .bind(text(&run.0))
            .bind(count("statement_number", index as u64 + 1)?)
            .bind(text(sql))
            .bind(is_upsert)
            .bind(count("calls", *calls)?)
            .bind(count("row_count", *rows)?)
            .bind(total_ms)
            .bind(mean_ms)
            .bind(max_ms)
            .bind(count("blocks_hit", *blocks_hit)?)
            .bind(count("blocks_read", *blocks_read)?)
            .bind(count("wal_bytes", *wal_bytes)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

const OF_CAMPAIGN: &str = "
    select statement.*
      from db_statement_metrics statement
      join test_runs using (test_run_id)
     where campaign_id = $1 and phase is null
     order by test_run_id, statement_number";

pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<TestRunId, Vec<StatementUse>>, RowError> {
    let rows = sqlx::query(OF_CAMPAIGN).bind(&campaign.0).fetch_all(connection).await?;
    let mut statements: BTreeMap<TestRunId, Vec<StatementUse>> = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("db_statement_metrics", &["test_run_id"], row)?;
        statements.entry(TestRunId(row.get("test_run_id")?)).or_default().push(read(&row)?);
    }
    Ok(statements)
}

fn read(row: &Reader<'_>) -> Result<StatementUse, RowError> {
    Ok(StatementUse {
        text: row.get("statement")?,
        is_upsert: row.get("is_upsert")?,
        calls: row.count("calls")?,
        rows: row.count("row_count")?,
        total_ms: row.get("total_ms")?,
        mean_ms: row.get("mean_ms")?,
        max_ms: row.get("max_ms")?,
        blocks_hit: row.count("blocks_hit")?,
        blocks_read: row.count("blocks_read")?,
        wal_bytes: row.count("wal_bytes")?,
    })
}
