//! Table `db_counters`: the application database's counters at the edges of phases
//! and windows.

use serde_json::Value;
use sqlx::PgConnection;

use super::row::{Reader, RowError, maybe_count, maybe_json, text};
use crate::model::{DatabaseCounters, TestRunId};

const INSERT: &str = "
    insert into db_counters (test_run_id, sample_number, at_ms, statements, commits, rollbacks, wal_bytes,
                             written_bytes)
    select $1, number, at_ms, statements, commits, rollbacks, wal_bytes, written_bytes
      from unnest($2::float8[], $3::jsonb[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
           with ordinality
           as one (at_ms, statements, commits, rollbacks, wal_bytes, written_bytes, number)";

#[derive(Default)]
struct Columns {
    at_ms: Vec<f64>,
    statements: Vec<Option<Value>>,
    commits: Vec<Option<i64>>,
    rollbacks: Vec<Option<i64>>,
    wal_bytes: Vec<Option<i64>>,
    written_bytes: Vec<Option<i64>>,
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    run: &TestRunId,
    samples: &[DatabaseCounters],
) -> Result<(), RowError> {
    let mut columns = Columns::default();
    for sample in samples {
        // Every field by name: a new one must find its column.
        let DatabaseCounters { at_ms, statements, commits, rollbacks, wal_bytes, written_bytes } = sample;
        columns.at_ms.push(*at_ms);
        columns.statements.push(maybe_json("statements", statements.as_ref())?);
        columns.commits.push(maybe_count("commits", *commits)?);
        columns.rollbacks.push(maybe_count("rollbacks", *rollbacks)?);
        columns.wal_bytes.push(maybe_count("wal_bytes", *wal_bytes)?);
        columns.written_bytes.push(maybe_count("written_bytes", *written_bytes)?);
    }
    sqlx::query(INSERT)
        .bind(text(&run.0))
        .bind(columns.at_ms)
        .bind(columns.statements)
        .bind(columns.commits)
        .bind(columns.rollbacks)
        .bind(columns.wal_bytes)
        .bind(columns.written_bytes)
        .execute(connection)
        .await?;
    Ok(())
}

/// The counters of one test run in the order of time.
pub(super) async fn of_run(
    connection: &mut PgConnection,
    run: &TestRunId,
) -> Result<Vec<DatabaseCounters>, RowError> {
    let rows = sqlx::query("select * from db_counters where test_run_id = $1 order by sample_number")
        .bind(text(&run.0))
        .fetch_all(connection)
        .await?;
    let read = |row| {
        let row = Reader::new("db_counters", &["test_run_id"], row)?;
        Ok(DatabaseCounters {
            at_ms: row.get("at_ms")?,
            statements: row.maybe_json("statements")?,
            commits: row.maybe_count("commits")?,
            rollbacks: row.maybe_count("rollbacks")?,
            wal_bytes: row.maybe_count("wal_bytes")?,
            written_bytes: row.maybe_count("written_bytes")?,
        })
    };
    rows.iter().map(read).collect()
}
