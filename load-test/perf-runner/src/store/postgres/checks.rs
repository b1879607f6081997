//! Table `checks`.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::row::{Reader, RowError, count, text};
use crate::model::{CampaignId, Check, CheckScope, TestRunId};

const INSERT: &str = "
    insert into checks (campaign_id, test_run_id, phase, position, check_id, value, limit_text,
                        limits_version, verdict, text)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub(super) async fn insert(
    connection: &mut PgConnection,
    (campaign, run): (&CampaignId, &TestRunId),
    checks: &[Check],
) -> Result<(), RowError> {
    for (index, check) in checks.iter().enumerate() {
        // Every field by name: a new one must find its column.
        let Check { id, scope, value, limit, limits_version, verdict, text: sentence } = check;
        let phase = match scope {
            CheckScope::Run => None,
            CheckScope::Phase(name) => Some(text(name)),
        };
        sqlx::query(INSERT)
            .bind(&campaign.0)
            .bind(text(&run.0))
            .bind(phase)
            .bind(count("position", index as u64 + 1)?)
            .bind(text(id))
            .bind(value)
            .bind(text(limit))
            .bind(i64::from(*limits_version))
            .bind(verdict.to_string())
            .bind(text(sentence))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

const OF_CAMPAIGN: &str = "
    select * from checks
     where campaign_id = $1 and test_run_id is not null
     order by test_run_id, position";

/// The checks of a campaign's test runs, in their order.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<TestRunId, Vec<Check>>, RowError> {
    let rows = sqlx::query(OF_CAMPAIGN).bind(&campaign.0).fetch_all(connection).await?;
    let mut checks: BTreeMap<TestRunId, Vec<Check>> = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("checks", &["test_run_id", "check_id"], row)?;
        checks.entry(TestRunId(row.get("test_run_id")?)).or_default().push(read(&row)?);
    }
    Ok(checks)
}

fn read(row: &Reader<'_>) -> Result<Check, RowError> {
    Ok(Check {
        id: row.get("check_id")?,
        scope: row.get::<Option<String>>("phase")?.map_or(CheckScope::Run, CheckScope::Phase),
        value: row.get("value")?,
        limit: row.get("limit_text")?,
        limits_version: row.count("limits_version")?,
        verdict: row.word("verdict")?,
        text: row.get("text")?,
    })
}
