//! Table `phase_windows`: what counts of a held phase. What processes used in it is
//! in `window_uses`, its statements are in `db_statement_metrics`.

use std::collections::BTreeMap;

use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::Query};

use super::{
    db_statement_metrics,
    row::{Reader, RowError, histogram, maybe_count, maybe_json, text},
    window_uses,
};
use crate::model::{CampaignId, TestRun, TestRunId, WindowFigures};

const INSERT: &str = "
    insert into phase_windows (test_run_id, phase, start_ms, end_ms, attempts, iterations, acknowledged, failed,
                               unknown, dropped, connections_opened, sent_bytes, received_bytes, mean_vus,
                               time_weighted_vus, mean_call_ms, client_overhead_ms, slope, statements_known,
                               statements_per_event, rows_per_event, transactions_per_event, wal_bytes_per_event,
                               ok_histogram, not_ok_histogram, request_histogram, ok_curve)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26, $27)";

/// The windows of a test run with all that hangs on them.
pub(super) async fn insert(connection: &mut PgConnection, run: &TestRun) -> Result<(), RowError> {
    for phase in &run.phases {
        let Some(window) = &phase.window else { continue };
        let query = sqlx::query(INSERT).bind(text(&run.id.0)).bind(text(&phase.name));
        let query = bind_histograms(bind_figures(query, window)?, window)?;
        query.execute(&mut *connection).await?;
        window_uses::insert(connection, (&run.id, &phase.name), &window.resources).await?;
    }
    Ok(())
}

type Insert<'q> = Query<'q, Postgres, PgArguments>;

fn bind_figures<'q>(query: Insert<'q>, window: &WindowFigures) -> Result<Insert<'q>, RowError> {
    // Every field by name: a new one must find its column.
    let WindowFigures {
        start_ms,
        end_ms,
        attempts,
        iterations,
        acknowledged,
        failed,
        unknown,
        dropped,
        connections_opened,
        sent_bytes,
        received_bytes,
        mean_vus,
        time_weighted_vus,
        mean_call_ms,
        client_overhead_ms,
        slope,
        statements,
        statements_per_event,
        rows_per_event,
        transactions_per_event,
        wal_bytes_per_event,
        // See `bind_histograms`.
        ok: _,
        not_ok: _,
        request: _,
        // `window_uses`.
        resources: _,
    } = window;
    Ok(query
        .bind(*start_ms)
        .bind(*end_ms)
        .bind(maybe_count("attempts", *attempts)?)
        .bind(maybe_count("iterations", *iterations)?)
        .bind(maybe_count("acknowledged", *acknowledged)?)
        .bind(maybe_json("failed", failed.as_ref())?)
        .bind(maybe_count("unknown", *unknown)?)
        .bind(maybe_count("dropped", *dropped)?)
        .bind(maybe_count("connections_opened", *connections_opened)?)
        .bind(maybe_count("sent_bytes", *sent_bytes)?)
        .bind(maybe_count("received_bytes", *received_bytes)?)
        .bind(*mean_vus)
        .bind(*time_weighted_vus)
        .bind(*mean_call_ms)
        .bind(*client_overhead_ms)
        .bind(*slope)
        .bind(statements.is_some())
        .bind(*statements_per_event)
        .bind(*rows_per_event)
        .bind(*transactions_per_event)
        .bind(*wal_bytes_per_event))
}

fn bind_histograms<'q>(query: Insert<'q>, window: &WindowFigures) -> Result<Insert<'q>, RowError> {
    let curve: Option<Vec<(f64, f64)>> = window.ok.as_ref().map(|ok| ok.curve().collect());
    Ok(query
        .bind(histogram("ok_histogram", window.ok.as_ref())?)
        .bind(histogram("not_ok_histogram", window.not_ok.as_ref())?)
        .bind(histogram("request_histogram", window.request.as_ref())?)
        .bind(maybe_json("ok_curve", curve.as_ref())?))
}

/// By test run and phase.
type Windows = BTreeMap<(TestRunId, String), WindowFigures>;

const OF_CAMPAIGN: &str = "
    select phase_windows.* from phase_windows join test_runs using (test_run_id) where campaign_id = $1";

/// The windows of a campaign's phases.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<Windows, RowError> {
    let mut uses = window_uses::of_campaign(connection, campaign).await?;
    let mut statements = db_statement_metrics::of_phases(connection, campaign).await?;
    let rows = sqlx::query(OF_CAMPAIGN).bind(&campaign.0).fetch_all(connection).await?;
    let mut windows = Windows::new();
    for row in &rows {
        let row = Reader::new("phase_windows", &["test_run_id", "phase"], row)?;
        let key = (TestRunId(row.get("test_run_id")?), row.get("phase")?);
        let mut window = read(&row)?;
        window.resources = uses.remove(&key).unwrap_or_default();
        if row.get("statements_known")? {
            window.statements = Some(statements.remove(&key).unwrap_or_default());
        }
        windows.insert(key, window);
    }
    Ok(windows)
}

fn read(row: &Reader<'_>) -> Result<WindowFigures, RowError> {
    Ok(WindowFigures {
        start_ms: row.get("start_ms")?,
        end_ms: row.get("end_ms")?,
        attempts: row.maybe_count("attempts")?,
        iterations: row.maybe_count("iterations")?,
        acknowledged: row.maybe_count("acknowledged")?,
        failed: row.maybe_json("failed")?,
        unknown: row.maybe_count("unknown")?,
        dropped: row.maybe_count("dropped")?,
        connections_opened: row.maybe_count("connections_opened")?,
        sent_bytes: row.maybe_count("sent_bytes")?,
        received_bytes: row.maybe_count("received_bytes")?,
        mean_vus: row.get("mean_vus")?,
        time_weighted_vus: row.get("time_weighted_vus")?,
        ok: row.histogram("ok_histogram")?,
        not_ok: row.histogram("not_ok_histogram")?,
        request: row.histogram("request_histogram")?,
        mean_call_ms: row.get("mean_call_ms")?,
        client_overhead_ms: row.get("client_overhead_ms")?,
        slope: row.get("slope")?,
        resources: BTreeMap::new(),
        statements: None,
        statements_per_event: row.get("statements_per_event")?,
        rows_per_event: row.get("rows_per_event")?,
        transactions_per_event: row.get("transactions_per_event")?,
        wal_bytes_per_event: row.get("wal_bytes_per_event")?,
    })
}
