//! Table `window_uses`: what each target used in a window.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::row::{Reader, RowError, maybe_count, maybe_json, text};
use crate::model::{CampaignId, Target, TestRunId, WindowUse};

const INSERT: &str = "
    insert into window_uses (test_run_id, phase, target, sampled_ms, cpu_seconds, cpu_seconds_per_1000_events,
                             cpu_cores, rss_max_bytes, threads_max, context_switches, network_bytes, block_bytes,
                             throttled_seconds, sockets_max, pressure)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

pub(super) async fn insert(
    connection: &mut PgConnection,
    (run, phase): (&TestRunId, &str),
    uses: &BTreeMap<Target, WindowUse>,
) -> Result<(), RowError> {
    for (target, used) in uses {
        // Every field by name: a new one must find its column.
        let WindowUse {
            sampled_ms,
            cpu_seconds,
            cpu_seconds_per_1000_events,
            cpu_cores,
            rss_max_bytes,
            threads_max,
            context_switches,
            network_bytes,
            block_bytes,
            throttled_seconds,
            sockets_max,
            pressure,
        } = used;
        sqlx::query(INSERT)
            .bind(text(&run.0))
            .bind(text(phase))
            .bind(target.to_string())
            .bind(sampled_ms)
            .bind(cpu_seconds)
            .bind(cpu_seconds_per_1000_events)
            .bind(cpu_cores)
            .bind(maybe_count("rss_max_bytes", *rss_max_bytes)?)
            .bind(maybe_count("threads_max", *threads_max)?)
            .bind(maybe_count("context_switches", *context_switches)?)
            .bind(maybe_count("network_bytes", *network_bytes)?)
            .bind(maybe_count("block_bytes", *block_bytes)?)
            .bind(throttled_seconds)
            .bind(maybe_json("sockets_max", sockets_max.as_ref())?)
            .bind(maybe_json("pressure", pressure.as_ref())?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// By test run and phase.
pub(super) type Uses = BTreeMap<(TestRunId, String), BTreeMap<Target, WindowUse>>;

const OF_CAMPAIGN: &str = "
    select window_uses.* from window_uses join test_runs using (test_run_id) where campaign_id = $1";

/// What was used in the windows of a campaign's phases.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<Uses, RowError> {
    let rows = sqlx::query(OF_CAMPAIGN).bind(&campaign.0).fetch_all(connection).await?;
    let mut uses = Uses::new();
    for row in &rows {
        let row = Reader::new("window_uses", &["test_run_id", "phase", "target"], row)?;
        let key = (TestRunId(row.get("test_run_id")?), row.get("phase")?);
        uses.entry(key).or_default().insert(row.word("target")?, read(&row)?);
    }
    Ok(uses)
}

fn read(row: &Reader<'_>) -> Result<WindowUse, RowError> {
    Ok(WindowUse {
        sampled_ms: row.get("sampled_ms")?,
        cpu_seconds: row.get("cpu_seconds")?,
        cpu_seconds_per_1000_events: row.get("cpu_seconds_per_1000_events")?,
        cpu_cores: row.get("cpu_cores")?,
        rss_max_bytes: row.maybe_count("rss_max_bytes")?,
        threads_max: row.maybe_count("threads_max")?,
        context_switches: row.maybe_count("context_switches")?,
        network_bytes: row.maybe_count("network_bytes")?,
        block_bytes: row.maybe_count("block_bytes")?,
        throttled_seconds: row.get("throttled_seconds")?,
        sockets_max: row.maybe_json("sockets_max")?,
        pressure: row.maybe_json("pressure")?,
    })
}
