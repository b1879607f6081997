//! Table `second_metrics`: phases second by second.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::row::{Reader, RowError, count, maybe_count, text};
use crate::model::{CampaignId, SecondFigures, TestRun, TestRunId};

const INSERT: &str = "
    insert into second_metrics (test_run_id, phase, second, started, ok, failed, p50_ms, p95_ms, p99_ms, vus)
    select $1, phase, second, started, ok, failed, p50_ms, p95_ms, p99_ms, vus
      from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                  $7::float8[], $8::float8[], $9::float8[], $10::float8[])
           as one (phase, second, started, ok, failed, p50_ms, p95_ms, p99_ms, vus)";

#[derive(Default)]
struct Columns {
    phase: Vec<String>,
    second: Vec<i64>,
    started: Vec<Option<i64>>,
    ok: Vec<Option<i64>>,
    failed: Vec<Option<i64>>,
    p50_ms: Vec<Option<f64>>,
    p95_ms: Vec<Option<f64>>,
    p99_ms: Vec<Option<f64>>,
    vus: Vec<Option<f64>>,
}

impl Columns {
    fn push(&mut self, phase: &str, figures: &SecondFigures) -> Result<(), RowError> {
        // Every field by name: a new one must find its column.
        let SecondFigures { second, started, ok, failed, p50_ms, p95_ms, p99_ms, vus } = figures;
        self.phase.push(text(phase));
        self.second.push(count("second", u64::from(*second))?);
        self.started.push(maybe_count("started", *started)?);
        self.ok.push(maybe_count("ok", *ok)?);
        self.failed.push(maybe_count("failed", *failed)?);
        self.p50_ms.push(*p50_ms);
        self.p95_ms.push(*p95_ms);
        self.p99_ms.push(*p99_ms);
        self.vus.push(*vus);
        Ok(())
    }
}

pub(super) async fn insert(connection: &mut PgConnection, run: &TestRun) -> Result<(), RowError> {
    let mut columns = Columns::default();
    for phase in &run.phases {
        for figures in &phase.seconds {
            columns.push(&phase.name, figures)?;
        }
    }
    sqlx::query(INSERT)
        .bind(text(&run.id.0))
        .bind(columns.phase)
        .bind(columns.second)
        .bind(columns.started)
        .bind(columns.ok)
        .bind(columns.failed)
        .bind(columns.p50_ms)
        .bind(columns.p95_ms)
        .bind(columns.p99_ms)
        .bind(columns.vus)
        .execute(connection)
        .await?;
    Ok(())
}

const OF_CAMPAIGN: &str = "
    select second_metrics.*, second::bigint as whole_second
      from second_metrics
      join test_runs using (test_run_id)
     where campaign_id = $1
     order by second_metrics.test_run_id, phase, second";

/// The seconds of a campaign's phases, by test run and phase, in their order.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<(TestRunId, String), Vec<SecondFigures>>, RowError> {
    let rows = sqlx::query(OF_CAMPAIGN).bind(&campaign.0).fetch_all(connection).await?;
    let mut seconds: BTreeMap<(TestRunId, String), Vec<SecondFigures>> = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("second_metrics", &["test_run_id", "phase"], row)?;
        let key = (TestRunId(row.get("test_run_id")?), row.get("phase")?);
        seconds.entry(key).or_default().push(read(&row)?);
    }
    Ok(seconds)
}

fn read(row: &Reader<'_>) -> Result<SecondFigures, RowError> {
    Ok(SecondFigures {
        second: row.count("whole_second")?,
        started: row.maybe_count("started")?,
        ok: row.maybe_count("ok")?,
        failed: row.maybe_count("failed")?,
        p50_ms: row.get("p50_ms")?,
        p95_ms: row.get("p95_ms")?,
        p99_ms: row.get("p99_ms")?,
        vus: row.get("vus")?,
    })
}
