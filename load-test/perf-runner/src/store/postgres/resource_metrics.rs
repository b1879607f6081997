//! Table `resource_metrics`: what each target had used, moment by moment.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

use super::row::{Reader, RowError, maybe_count, maybe_json, text};
use crate::model::{ResourceSample, TestRunId};

const INSERT: &str = "
    insert into resource_metrics (test_run_id, sample_number, target, at_ms, sampled_at, cpu_seconds, rss_bytes,
                                  threads, context_switches, network_received_bytes, network_sent_bytes,
                                  block_read_bytes, block_written_bytes, throttled_seconds, sockets, pressure)
    select $1, number, target, at_ms, sampled_at, cpu_seconds, rss_bytes,
           threads, context_switches, network_received_bytes, network_sent_bytes,
           block_read_bytes, block_written_bytes, throttled_seconds, sockets, pressure
      from unnest($2::text[], $3::float8[], $4::timestamptz[], $5::float8[], $6::bigint[], $7::bigint[],
                  $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::float8[],
                  $14::jsonb[], $15::jsonb[])
           with ordinality
           as one (target, at_ms, sampled_at, cpu_seconds, rss_bytes, threads, context_switches,
                   network_received_bytes, network_sent_bytes, block_read_bytes, block_written_bytes,
                   throttled_seconds, sockets, pressure, number)";

#[derive(Default)]
struct Columns {
    target: Vec<String>,
    at_ms: Vec<f64>,
    sampled_at: Vec<DateTime<Utc>>,
    cpu_seconds: Vec<Option<f64>>,
    rss_bytes: Vec<Option<i64>>,
    threads: Vec<Option<i64>>,
    context_switches: Vec<Option<i64>>,
    network_received_bytes: Vec<Option<i64>>,
    network_sent_bytes: Vec<Option<i64>>,
    block_read_bytes: Vec<Option<i64>>,
    block_written_bytes: Vec<Option<i64>>,
    throttled_seconds: Vec<Option<f64>>,
    sockets: Vec<Option<Value>>,
    pressure: Vec<Option<Value>>,
}

impl Columns {
    fn push(&mut self, sample: &ResourceSample) -> Result<(), RowError> {
        // Every field by name: a new one must find its column.
        let ResourceSample {
            target,
            at_ms,
            sampled_at,
            cpu_seconds,
            rss_bytes,
            threads,
            context_switches,
            network_received_bytes,
            network_sent_bytes,
            block_read_bytes,
            block_written_bytes,
            throttled_seconds,
            sockets,
            pressure,
        } = sample;
        self.target.push(target.to_string());
        self.at_ms.push(*at_ms);
        self.sampled_at.push(*sampled_at);
        self.cpu_seconds.push(*cpu_seconds);
        self.rss_bytes.push(maybe_count("rss_bytes", *rss_bytes)?);
        self.threads.push(maybe_count("threads", *threads)?);
        self.context_switches.push(maybe_count("context_switches", *context_switches)?);
        self.network_received_bytes.push(maybe_count("network_received_bytes", *network_received_bytes)?);
        self.network_sent_bytes.push(maybe_count("network_sent_bytes", *network_sent_bytes)?);
        self.block_read_bytes.push(maybe_count("block_read_bytes", *block_read_bytes)?);
        self.block_written_bytes.push(maybe_count("block_written_bytes", *block_written_bytes)?);
        self.throttled_seconds.push(*throttled_seconds);
        self.sockets.push(maybe_json("sockets", sockets.as_ref())?);
        self.pressure.push(maybe_json("pressure", pressure.as_ref())?);
        Ok(())
    }
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    run: &TestRunId,
    samples: &[ResourceSample],
) -> Result<(), RowError> {
    let mut columns = Columns::default();
    samples.iter().try_for_each(|sample| columns.push(sample))?;
    sqlx::query(INSERT)
        .bind(text(&run.0))
        .bind(columns.target)
        .bind(columns.at_ms)
        .bind(columns.sampled_at)
        .bind(columns.cpu_seconds)
        .bind(columns.rss_bytes)
        .bind(columns.threads)
        .bind(columns.context_switches)
        .bind(columns.network_received_bytes)
        .bind(columns.network_sent_bytes)
        .bind(columns.block_read_bytes)
        .bind(columns.block_written_bytes)
        .bind(columns.throttled_seconds)
        .bind(columns.sockets)
        .bind(columns.pressure)
        .execute(connection)
        .await?;
    Ok(())
}

/// The samples of one test run in the order of time.
pub(super) async fn of_run(
    connection: &mut PgConnection,
    run: &TestRunId,
) -> Result<Vec<ResourceSample>, RowError> {
    let rows = sqlx::query("select * from resource_metrics where test_run_id = $1 order by sample_number")
        .bind(text(&run.0))
        .fetch_all(connection)
        .await?;
    let read = |row| read(&Reader::new("resource_metrics", &["test_run_id", "target"], row)?);
    rows.iter().map(read).collect()
}

fn read(row: &Reader<'_>) -> Result<ResourceSample, RowError> {
    Ok(ResourceSample {
        target: row.word("target")?,
        at_ms: row.get("at_ms")?,
        sampled_at: row.get("sampled_at")?,
        cpu_seconds: row.get("cpu_seconds")?,
        rss_bytes: row.maybe_count("rss_bytes")?,
        threads: row.maybe_count("threads")?,
        context_switches: row.maybe_count("context_switches")?,
        network_received_bytes: row.maybe_count("network_received_bytes")?,
        network_sent_bytes: row.maybe_count("network_sent_bytes")?,
        block_read_bytes: row.maybe_count("block_read_bytes")?,
        block_written_bytes: row.maybe_count("block_written_bytes")?,
        throttled_seconds: row.get("throttled_seconds")?,
        sockets: row.maybe_json("sockets")?,
        pressure: row.maybe_json("pressure")?,
    })
}
