//! Table `db_activity_metrics`: what connections were doing, moment by moment.

use serde_json::Value;
use sqlx::PgConnection;

use super::row::{Reader, RowError, json, text};
use crate::model::{ActivitySample, TestRunId};

const INSERT: &str = "
    insert into db_activity_metrics (test_run_id, sample_number, at_ms, connections, waits)
    select $1, number, at_ms, connections, waits
      from unnest($2::float8[], $3::jsonb[], $4::jsonb[]) with ordinality
           as one (at_ms, connections, waits, number)";

pub(super) async fn insert(
    connection: &mut PgConnection,
    run: &TestRunId,
    samples: &[ActivitySample],
) -> Result<(), RowError> {
    let mut moments: Vec<f64> = Vec::with_capacity(samples.len());
    let (mut by_state, mut by_event): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for sample in samples {
        // Every field by name: a new one must find its column.
        let ActivitySample { at_ms, connections, waits } = sample;
        moments.push(*at_ms);
        by_state.push(json("connections", connections)?);
        by_event.push(json("waits", waits)?);
    }
    sqlx::query(INSERT)
        .bind(text(&run.0))
        .bind(moments)
        .bind(by_state)
        .bind(by_event)
        .execute(connection)
        .await?;
    Ok(())
}

/// The samples of one test run in the order of time.
pub(super) async fn of_run(
    connection: &mut PgConnection,
    run: &TestRunId,
) -> Result<Vec<ActivitySample>, RowError> {
    let rows = sqlx::query("select * from db_activity_metrics where test_run_id = $1 order by sample_number")
        .bind(text(&run.0))
        .fetch_all(connection)
        .await?;
    let read = |row| {
        let row = Reader::new("db_activity_metrics", &["test_run_id"], row)?;
        Ok(ActivitySample {
            at_ms: row.get("at_ms")?,
            connections: row.json("connections")?,
            waits: row.json("waits")?,
        })
    };
    rows.iter().map(read).collect()
}
