//! Table `test_runs`.

use sqlx::{
    PgConnection, Postgres,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use super::row::{Reader, RowError, json, maybe_count, maybe_json, text, texts};
use crate::model::{CampaignId, ExitMeaning, Samples, ServiceEnd, TestRun, TestRunId};

const INSERT: &str = "
    insert into test_runs (test_run_id, campaign_id, round, slot, api, language, protocol, payload,
                           payload_bytes, build_id, started_at, finished_at, steps, start_up_ms,
                           idle_rss_bytes, status, failure, raw_files,
                           generator_exit_code, generator_exit_text, generator_usable,
                           service_exit_code, service_exit_signal, service_ended_early, service_killed,
                           service_log_tail, processors, released_at, database_bytes, raw_bytes)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            $22, $23, $24, $25, $26, $27, $28, $29, $30)";

/// Replaces a test run of the same id with all that hangs on it.
pub(super) async fn insert(
    connection: &mut PgConnection,
    campaign: &CampaignId,
    run: &TestRun,
) -> Result<(), RowError> {
    sqlx::query("delete from test_runs where test_run_id = $1")
        .bind(&run.id.0)
        .execute(&mut *connection)
        .await?;
    // Every field by name: a new one must find its column. Those left out here
    // have tables of their own.
    let TestRun {
        id,
        round,
        slot,
        api,
        language,
        protocol,
        payload,
        payload_bytes,
        build_id,
        started_at,
        finished_at,
        steps,
        start_up_ms,
        idle_rss_bytes,
        generator,
        service,
        status,
        failure,
        raw_files,
        planned: _,
        phases: _,
        samples,
        database_bytes,
        raw_bytes,
        audit: _,
    } = run;
    let query = sqlx::query(INSERT)
        .bind(text(&id.0))
        .bind(&campaign.0)
        .bind(i64::from(*round))
        .bind(i64::from(*slot))
        .bind(text(api))
        .bind(language.to_string())
        .bind(protocol.to_string())
        .bind(payload.to_string())
        .bind(payload_bytes)
        .bind(build_id.as_deref().map(text))
        .bind(started_at)
        .bind(finished_at)
        .bind(json("steps", steps)?)
        .bind(start_up_ms)
        .bind(maybe_count("idle_rss_bytes", *idle_rss_bytes)?)
        .bind(status.to_string())
        .bind(failure.as_deref().map(text))
        .bind(text(raw_files));
    let query = bind_service(bind_generator(query, generator.as_ref()), service.as_ref());
    let released_at = samples.as_ref().and_then(|samples| samples.released_at);
    let processors = samples.as_ref().map(|samples| &samples.processors);
    let query = query.bind(maybe_json("processors", processors)?).bind(released_at);
    let query = query.bind(maybe_count("database_bytes", *database_bytes)?);
    query.bind(maybe_count("raw_bytes", *raw_bytes)?).execute(connection).await?;
    Ok(())
}

type Insert<'q> = Query<'q, Postgres, PgArguments>;

fn bind_generator<'q>(query: Insert<'q>, exit: Option<&ExitMeaning>) -> Insert<'q> {
    let parts = exit.map(|ExitMeaning { code, text: meaning, usable }| (*code, text(meaning), *usable));
    query
        .bind(parts.as_ref().and_then(|parts| parts.0))
        .bind(parts.as_ref().map(|parts| parts.1.clone()))
        .bind(parts.as_ref().map(|parts| parts.2))
}

fn bind_service<'q>(query: Insert<'q>, end: Option<&ServiceEnd>) -> Insert<'q> {
    let Some(ServiceEnd { code, signal, early, killed, log_tail }) = end else {
        return query
            .bind(None::<i32>)
            .bind(None::<i32>)
            .bind(None::<bool>)
            .bind(None::<bool>)
            .bind(None::<Vec<String>>);
    };
    query.bind(*code).bind(*signal).bind(*early).bind(*killed).bind(texts(log_tail))
}

/// The test runs of a campaign in the order they were made, still without what
/// other tables hold: phases, samples and audit.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<Vec<TestRun>, RowError> {
    let rows = sqlx::query("select * from test_runs where campaign_id = $1 order by round, slot")
        .bind(&campaign.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &PgRow) -> Result<TestRun, RowError> {
    let row = Reader::new("test_runs", &["test_run_id"], row)?;
    Ok(TestRun {
        id: TestRunId(row.get("test_run_id")?),
        round: row.count("round")?,
        slot: row.count("slot")?,
        api: row.get("api")?,
        language: row.word("language")?,
        protocol: row.word("protocol")?,
        payload: row.word("payload")?,
        payload_bytes: row.get("payload_bytes")?,
        build_id: row.get("build_id")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        steps: row.json("steps")?,
        start_up_ms: row.get("start_up_ms")?,
        idle_rss_bytes: row.maybe_count("idle_rss_bytes")?,
        generator: generator(&row)?,
        service: service(&row)?,
        status: row.word("status")?,
        failure: row.get("failure")?,
        raw_files: row.get("raw_files")?,
        planned: Vec::new(),
        phases: Vec::new(),
        samples: samples(&row)?,
        database_bytes: row.maybe_count("database_bytes")?,
        raw_bytes: row.maybe_count("raw_bytes")?,
        audit: None,
    })
}

/// What is true of all samples of the test run.
fn samples(row: &Reader<'_>) -> Result<Option<Samples>, RowError> {
    let Some(processors) = row.maybe_json("processors")? else { return Ok(None) };
    Ok(Some(Samples { released_at: row.get("released_at")?, processors, ..Samples::default() }))
}

fn generator(row: &Reader<'_>) -> Result<Option<ExitMeaning>, RowError> {
    let Some(text) = row.get("generator_exit_text")? else { return Ok(None) };
    let usable = row.get("generator_usable")?;
    Ok(Some(ExitMeaning { code: row.get("generator_exit_code")?, text, usable }))
}

fn service(row: &Reader<'_>) -> Result<Option<ServiceEnd>, RowError> {
    let Some(early) = row.get("service_ended_early")? else { return Ok(None) };
    Ok(Some(ServiceEnd {
        code: row.get("service_exit_code")?,
        signal: row.get("service_exit_signal")?,
        early,
        killed: row.get("service_killed")?,
        log_tail: row.get("service_log_tail")?,
    }))
}
