//! Table `campaigns`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::row::{Reader, RowError, count, json, text};
use crate::model::{Campaign, CampaignId, CampaignStatus, CampaignSummary, GitState, PayloadSize};

const INSERT: &str = "
    insert into campaigns (campaign_id, mode, plan, seed, think_time_ms, git_commit, git_dirty, environment,
                           fingerprint, runtime, runner_version, verified, started_at, finished_at, status,
                           resumed_at)
    values ($1, $2, $3, $4::numeric, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

pub(super) async fn insert(connection: &mut PgConnection, campaign: &Campaign) -> Result<(), RowError> {
    // Every field by name: a new one must find its column.
    let Campaign {
        id,
        mode,
        plan,
        git,
        host,
        fingerprint,
        runtime,
        runner_version,
        verified,
        // Rows of a table of their own.
        ceilings: _,
        started_at,
        finished_at,
        status,
        resumed_at,
    } = campaign;
    let git = git.as_ref().map(|GitState { commit, dirty }| (text(commit), *dirty));
    let (commit, dirty) = git.unzip();
    sqlx::query(INSERT)
        .bind(&id.0)
        .bind(mode.to_string())
        .bind(json("plan", plan)?)
        .bind(plan.seed.to_string())
        .bind(count("think_time_ms", plan.think_time_ms)?)
        .bind(commit)
        .bind(dirty)
        .bind(json("environment", host)?)
        .bind(text(fingerprint))
        .bind(text(runtime))
        .bind(text(runner_version))
        .bind(verified)
        .bind(started_at)
        .bind(finished_at)
        .bind(status.to_string())
        .bind(resumed_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether there was such a campaign.
pub(super) async fn finish(
    connection: &mut PgConnection,
    id: &CampaignId,
    (status, finished_at): (CampaignStatus, DateTime<Utc>),
) -> Result<bool, RowError> {
    let done = sqlx::query("update campaigns set status = $2, finished_at = $3 where campaign_id = $1")
        .bind(&id.0)
        .bind(status.to_string())
        .bind(finished_at)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// What changes when a campaign is taken up again.
pub(super) async fn resume(connection: &mut PgConnection, campaign: &Campaign) -> Result<(), RowError> {
    let update = "update campaigns set status = $2, finished_at = $3, resumed_at = $4 where campaign_id = $1";
    sqlx::query(update)
        .bind(&campaign.id.0)
        .bind(campaign.status.to_string())
        .bind(campaign.finished_at)
        .bind(&campaign.resumed_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// With everything that hangs on it; gives whether there was such a campaign.
pub(super) async fn delete(connection: &mut PgConnection, id: &CampaignId) -> Result<bool, RowError> {
    let done = sqlx::query("delete from campaigns where campaign_id = $1")
        .bind(text(&id.0))
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn load(
    connection: &mut PgConnection,
    id: &CampaignId,
) -> Result<Option<Campaign>, RowError> {
    let row = sqlx::query("select * from campaigns where campaign_id = $1")
        .bind(text(&id.0))
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let row = Reader::new("campaigns", &["campaign_id"], &row)?;
    let git = row.get::<Option<String>>("git_commit")?.zip(row.get::<Option<bool>>("git_dirty")?);
    Ok(Some(Campaign {
        id: CampaignId(row.get("campaign_id")?),
        mode: row.word("mode")?,
        plan: row.json("plan")?,
        git: git.map(|(commit, dirty)| GitState { commit, dirty }),
        host: row.json("environment")?,
        fingerprint: row.get("fingerprint")?,
        runtime: row.get("runtime")?,
        runner_version: row.get("runner_version")?,
        verified: row.get("verified")?,
        ceilings: Vec::new(),
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        status: row.word("status")?,
        resumed_at: row.get("resumed_at")?,
    }))
}

const LIST: &str = "
    select campaign_id, mode, started_at, finished_at, status, runtime, fingerprint,
           cardinality(resumed_at)::bigint as resumed,
           (select count(*) from test_runs run
             where run.campaign_id = campaign.campaign_id and run.status = 'completed') as completed_runs,
           jsonb_array_length(plan -> 'runs')::bigint as planned_runs,
           array(select distinct (planned -> 'api' ->> 'id') collate \"C\" as api
                   from jsonb_array_elements(plan -> 'runs') planned
                  order by api) as apis,
           array(select distinct planned ->> 'payload' from jsonb_array_elements(plan -> 'runs') planned) as payloads
      from campaigns campaign
     order by started_at desc, campaign_id collate \"C\" desc";

/// All of them, newest first.
pub(super) async fn list(connection: &mut PgConnection) -> Result<Vec<CampaignSummary>, RowError> {
    let rows = sqlx::query(LIST).fetch_all(connection).await?;
    let summary = |row| {
        let row = Reader::new("campaigns", &["campaign_id"], row)?;
        let mut payloads: Vec<PayloadSize> = row.words("payloads")?;
        payloads.sort_unstable();
        Ok(CampaignSummary {
            id: CampaignId(row.get("campaign_id")?),
            mode: row.word("mode")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
            status: row.word("status")?,
            resumed: row.count("resumed")?,
            completed_runs: row.get("completed_runs")?,
            planned_runs: row.get("planned_runs")?,
            apis: row.get("apis")?,
            payloads,
            runtime: row.get("runtime")?,
            fingerprint: row.get("fingerprint")?,
        })
    };
    rows.iter().map(summary).collect()
}
