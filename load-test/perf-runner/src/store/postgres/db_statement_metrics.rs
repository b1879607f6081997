//! Table `db_statement_metrics`: statements over a whole test run, and over the
//! windows of its phases.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::row::{Reader, RowError, count, text};
use crate::model::{CampaignId, StatementUse, TestRun, TestRunId};

const INSERT: &str = "
    insert into db_statement_metrics (test_run_id, statement_number, phase, statement, is_upsert, calls, row_count,
                                      total_ms, mean_ms, max_ms, blocks_hit, blocks_read, wal_bytes)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

pub(super) async fn insert(connection: &mut PgConnection, run: &TestRun) -> Result<(), RowError> {
    let of_run = run.audit.iter().flat_map(|audit| &audit.statements).map(|statement| (None, statement));
    let of_phases = run.phases.iter().flat_map(|phase| {
        let statements = phase.window.iter().filter_map(|window| window.statements.as_ref()).flatten();
        statements.map(|statement| (Some(phase.name.as_str()), statement))
    });
    for (number, (phase, statement)) in (1..).zip(of_run.chain(of_phases)) {
        insert_one(connection, (&run.id, number, phase), statement).await?;
    }
    Ok(())
}

async fn insert_one(
    connection: &mut PgConnection,
    (run, number, phase): (&TestRunId, i64, Option<&str>),
    statement: &StatementUse,
) -> Result<(), RowError> {
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
        .bind(number)
        .bind(phase.map(text))
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
        .execute(connection)
        .await?;
    Ok(())
}

const OF_RUNS: &str = "
    select statement.*
      from db_statement_metrics statement
      join test_runs using (test_run_id)
     where campaign_id = $1 and phase is null
     order by test_run_id, statement_number";

/// What a campaign's test runs used as a whole.
pub(super) async fn of_runs(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<TestRunId, Vec<StatementUse>>, RowError> {
    let rows = sqlx::query(OF_RUNS).bind(&campaign.0).fetch_all(connection).await?;
    let mut statements: BTreeMap<TestRunId, Vec<StatementUse>> = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("db_statement_metrics", &["test_run_id"], row)?;
        statements.entry(TestRunId(row.get("test_run_id")?)).or_default().push(read(&row)?);
    }
    Ok(statements)
}

const OF_PHASES: &str = "
    select statement.*
      from db_statement_metrics statement
      join test_runs using (test_run_id)
     where campaign_id = $1 and phase is not null
     order by test_run_id, statement_number";

/// What was used in the windows of its phases, by test run and phase.
pub(super) async fn of_phases(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<(TestRunId, String), Vec<StatementUse>>, RowError> {
    let rows = sqlx::query(OF_PHASES).bind(&campaign.0).fetch_all(connection).await?;
    let mut statements: BTreeMap<(TestRunId, String), Vec<StatementUse>> = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("db_statement_metrics", &["test_run_id", "phase"], row)?;
        let key = (TestRunId(row.get("test_run_id")?), row.get("phase")?);
        statements.entry(key).or_default().push(read(&row)?);
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
