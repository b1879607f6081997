//! Table `test_phases`: what was planned and what was counted. What was timed is
//! in `performance_metrics`, what counts of it in `phase_windows`.

use std::collections::BTreeMap;

use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::Query};

use super::{
    performance_metrics, phase_windows,
    row::{Reader, RowError, count, json, maybe_count, text},
    second_metrics,
};
use crate::model::{CampaignId, PhaseFigures, PhaseLoad, PlannedPhase, TestRun, TestRunId};

/// The plan and the figures of one test run's phases.
pub(super) type Phases = (Vec<PlannedPhase>, Vec<PhaseFigures>);

const INSERT: &str = "
    insert into test_phases (test_run_id, phase, position, planned_start_ms, planned_settle_ms, planned_load,
                             planned_vus, planned_iterations_per_vu, planned_rate_per_s, planned_duration_ms, window_ms,
                             iterations, acknowledged, failed, unknown, dropped, sent_bytes, received_bytes,
                             connections_opened)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

pub(super) async fn insert(connection: &mut PgConnection, run: &TestRun) -> Result<(), RowError> {
    let is_planned = |figures: &&PhaseFigures| run.planned.iter().any(|planned| planned.name == figures.name);
    if let Some(unplanned) = run.phases.iter().find(|figures| !is_planned(figures)) {
        return Err(RowError::Unplanned { phase: unplanned.name.clone() });
    }
    for (index, planned) in run.planned.iter().enumerate() {
        let figures = run.phases.iter().find(|figures| figures.name == planned.name);
        let query = bind_plan(&run.id, index, planned)?;
        let query = match figures {
            Some(figures) => bind_figures(query, figures)?,
            None => bind_nothing(query),
        };
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

type Insert<'q> = Query<'q, Postgres, PgArguments>;

fn bind_plan<'q>(
    run: &'q TestRunId,
    index: usize,
    planned: &'q PlannedPhase,
) -> Result<Insert<'q>, RowError> {
    // Every field by name: a new one must find its column.
    let PlannedPhase { name, load, start_ms, settle_ms } = planned;
    let query = sqlx::query(INSERT)
        .bind(text(&run.0))
        .bind(text(name))
        .bind(count("position", index as u64 + 1)?)
        .bind(count("planned_start_ms", *start_ms)?)
        .bind(count("planned_settle_ms", *settle_ms)?);
    let (word, per_vu, rate, duration_ms) = match load {
        PhaseLoad::Iterations { per_vu, max_duration_ms, .. } => {
            ("iterations", Some(i64::from(*per_vu)), None, max_duration_ms)
        }
        PhaseLoad::Vus { hold_ms, .. } => ("vus", None, None, hold_ms),
        PhaseLoad::Rate { per_s, hold_ms, .. } => ("rate", None, Some(f64::from(*per_s)), hold_ms),
    };
    Ok(query
        .bind(word)
        .bind(i64::from(load.max_vus()))
        .bind(per_vu)
        .bind(rate)
        .bind(count("planned_duration_ms", *duration_ms)?))
}

fn bind_figures<'q>(query: Insert<'q>, figures: &PhaseFigures) -> Result<Insert<'q>, RowError> {
    let PhaseFigures {
        name: _,
        window_ms,
        iterations,
        acknowledged,
        failed,
        unknown,
        dropped,
        sent_bytes,
        received_bytes,
        connections_opened,
        // What was timed: `performance_metrics`.
        throughput_per_s: _,
        request: _,
        iteration: _,
        // `phase_windows` and `second_metrics`.
        window: _,
        seconds: _,
        // A check has judged them, and the file of the test run keeps them.
        summary_differences: _,
    } = figures;
    Ok(query
        .bind(*window_ms)
        .bind(count("iterations", *iterations)?)
        .bind(count("acknowledged", *acknowledged)?)
        .bind(json("failed", failed)?)
        .bind(count("unknown", *unknown)?)
        .bind(maybe_count("dropped", *dropped)?)
        .bind(maybe_count("sent_bytes", *sent_bytes)?)
        .bind(maybe_count("received_bytes", *received_bytes)?)
        .bind(maybe_count("connections_opened", *connections_opened)?))
}

/// Of a phase that was never begun.
fn bind_nothing(query: Insert<'_>) -> Insert<'_> {
    query
        .bind(None::<f64>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<serde_json::Value>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<i64>)
}

const OF_CAMPAIGN: &str = "
    select phase.*, metrics.*, phase.test_run_id as run, phase.phase as name
      from test_phases phase
      join test_runs using (test_run_id)
      left join performance_metrics metrics
        on metrics.test_run_id = phase.test_run_id and metrics.phase = phase.phase
     where campaign_id = $1
     order by phase.test_run_id, position";

/// The phases of a campaign's test runs in their order, with windows and seconds.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<TestRunId, Phases>, RowError> {
    let mut windows = phase_windows::of_campaign(connection, campaign).await?;
    let mut seconds = second_metrics::of_campaign(connection, campaign).await?;
    let rows = sqlx::query(OF_CAMPAIGN).bind(&campaign.0).fetch_all(connection).await?;
    let mut phases: BTreeMap<TestRunId, Phases> = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("test_phases", &["run", "name"], row)?;
        let key = (TestRunId(row.get("run")?), row.get("name")?);
        let read = read_figures(&row)?.map(|phase| PhaseFigures {
            window: windows.remove(&key),
            seconds: seconds.remove(&key).unwrap_or_default(),
            ..phase
        });
        let (planned, figures) = phases.entry(key.0).or_default();
        planned.push(read_plan(&row)?);
        figures.extend(read);
    }
    Ok(phases)
}

fn read_plan(row: &Reader<'_>) -> Result<PlannedPhase, RowError> {
    Ok(PlannedPhase {
        name: row.get("name")?,
        load: read_load(row)?,
        start_ms: row.count("planned_start_ms")?,
        settle_ms: row.count("planned_settle_ms")?,
    })
}

fn read_load(row: &Reader<'_>) -> Result<PhaseLoad, RowError> {
    match row.get::<String>("planned_load")?.as_str() {
        "iterations" => Ok(PhaseLoad::Iterations {
            vus: row.count("planned_vus")?,
            per_vu: row.count("planned_iterations_per_vu")?,
            max_duration_ms: row.count("planned_duration_ms")?,
        }),
        "vus" => {
            Ok(PhaseLoad::Vus { vus: row.count("planned_vus")?, hold_ms: row.count("planned_duration_ms")? })
        }
        "rate" => Ok(PhaseLoad::Rate {
            per_s: row.count("planned_rate_per_s")?,
            hold_ms: row.count("planned_duration_ms")?,
            max_vus: row.count("planned_vus")?,
        }),
        other => Err(row.unreadable("planned_load", format!("this runner knows no load {other:?}"))),
    }
}

/// None when the phase was never begun.
fn read_figures(row: &Reader<'_>) -> Result<Option<PhaseFigures>, RowError> {
    if row.maybe_count("iterations")?.is_none() {
        return Ok(None);
    }
    Ok(Some(PhaseFigures {
        name: row.get("name")?,
        window_ms: row.get("window_ms")?,
        iterations: row.count("iterations")?,
        acknowledged: row.count("acknowledged")?,
        failed: row.json("failed")?,
        unknown: row.count("unknown")?,
        dropped: row.maybe_count("dropped")?,
        throughput_per_s: row.get("throughput_per_s")?,
        sent_bytes: row.maybe_count("sent_bytes")?,
        received_bytes: row.maybe_count("received_bytes")?,
        request: performance_metrics::read(row, &performance_metrics::REQUEST)?,
        iteration: performance_metrics::read(row, &performance_metrics::ITERATION)?,
        connections_opened: row.maybe_count("connections_opened")?,
        window: None,
        seconds: Vec::new(),
        summary_differences: None,
    }))
}
