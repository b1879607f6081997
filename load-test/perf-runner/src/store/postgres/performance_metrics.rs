//! Table `performance_metrics`: what was timed in a phase. Rows are read together
//! with those of `test_phases`.

use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::Query};

use super::row::{Reader, RowError, count, text};
use crate::model::{PhaseFigures, Quantiles, TestRun};

const INSERT: &str = "
    insert into performance_metrics (test_run_id, phase, throughput_per_s,
        request_count, request_min_ms, request_mean_ms, request_p50_ms, request_p90_ms, request_p95_ms,
        request_p99_ms, request_max_ms,
        iteration_count, iteration_min_ms, iteration_mean_ms, iteration_p50_ms, iteration_p90_ms,
        iteration_p95_ms, iteration_p99_ms, iteration_max_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

pub(super) async fn insert(connection: &mut PgConnection, run: &TestRun) -> Result<(), RowError> {
    for PhaseFigures { name, throughput_per_s, request, iteration, .. } in &run.phases {
        let query = sqlx::query(INSERT).bind(text(&run.id.0)).bind(text(name)).bind(throughput_per_s);
        let query = bind(query, request.as_ref())?;
        let query = bind(query, iteration.as_ref())?;
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    quantiles: Option<&Quantiles>,
) -> Result<Query<'q, Postgres, PgArguments>, RowError> {
    let Some(quantiles) = quantiles else {
        let query = query.bind(None::<i64>);
        return Ok((1..CLOCK_COLUMNS).fold(query, |query, _| query.bind(None::<f64>)));
    };
    // Every field by name: a new one must find its column.
    let Quantiles { count: samples, min_ms, mean_ms, p50_ms, p90_ms, p95_ms, p99_ms, max_ms } = quantiles;
    let figures = [min_ms, mean_ms, p50_ms, p90_ms, p95_ms, p99_ms, max_ms];
    let query = query.bind(count("count", *samples)?);
    Ok(figures.into_iter().fold(query, |query, figure| query.bind(*figure)))
}

const CLOCK_COLUMNS: usize = 8;

/// The columns of one clock.
pub(super) struct Clock {
    count: &'static str,
    min: &'static str,
    mean: &'static str,
    p50: &'static str,
    p90: &'static str,
    p95: &'static str,
    p99: &'static str,
    max: &'static str,
}

macro_rules! clock {
    ($name:literal) => {
        Clock {
            count: concat!($name, "_count"),
            min: concat!($name, "_min_ms"),
            mean: concat!($name, "_mean_ms"),
            p50: concat!($name, "_p50_ms"),
            p90: concat!($name, "_p90_ms"),
            p95: concat!($name, "_p95_ms"),
            p99: concat!($name, "_p99_ms"),
            max: concat!($name, "_max_ms"),
        }
    };
}

/// The wire's own clock.
pub(super) const REQUEST: Clock = clock!("request");
/// The clock both wires share.
pub(super) const ITERATION: Clock = clock!("iteration");

/// None where the clock has no samples.
pub(super) fn read(row: &Reader<'_>, clock: &Clock) -> Result<Option<Quantiles>, RowError> {
    let Some(count) = row.maybe_count(clock.count)? else { return Ok(None) };
    Ok(Some(Quantiles {
        count,
        min_ms: row.get(clock.min)?,
        mean_ms: row.get(clock.mean)?,
        p50_ms: row.get(clock.p50)?,
        p90_ms: row.get(clock.p90)?,
        p95_ms: row.get(clock.p95)?,
        p99_ms: row.get(clock.p99)?,
        max_ms: row.get(clock.max)?,
    }))
}
