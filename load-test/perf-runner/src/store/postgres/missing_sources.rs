//! Table `missing_sources`: what could not be sampled, and why.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::row::{Reader, RowError, text};
use crate::model::{CampaignId, MissingSource, TestRunId};

const INSERT: &str = "
    insert into missing_sources (test_run_id, position, target, source, reason)
    select $1, number, target, source, reason
      from unnest($2::text[], $3::text[], $4::text[]) with ordinality as one (target, source, reason, number)";

pub(super) async fn insert(
    connection: &mut PgConnection,
    run: &TestRunId,
    missing: &[MissingSource],
) -> Result<(), RowError> {
    let (mut targets, mut sources, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for one in missing {
        // Every field by name: a new one must find its column.
        let MissingSource { target, source, reason } = one;
        targets.push(target.to_string());
        sources.push(text(source));
        reasons.push(text(reason));
    }
    sqlx::query(INSERT)
        .bind(text(&run.0))
        .bind(targets)
        .bind(sources)
        .bind(reasons)
        .execute(connection)
        .await?;
    Ok(())
}

const OF_CAMPAIGN: &str = "
    select missing_sources.*
      from missing_sources
      join test_runs using (test_run_id)
     where campaign_id = $1
     order by test_run_id, position";

/// What was missing in a campaign's test runs.
pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<BTreeMap<TestRunId, Vec<MissingSource>>, RowError> {
    let rows = sqlx::query(OF_CAMPAIGN).bind(&campaign.0).fetch_all(connection).await?;
    let mut missing: BTreeMap<TestRunId, Vec<MissingSource>> = BTreeMap::new();
    for row in &rows {
        let row = Reader::new("missing_sources", &["test_run_id", "source"], row)?;
        missing.entry(TestRunId(row.get("test_run_id")?)).or_default().push(MissingSource {
            target: row.word("target")?,
            source: row.get("source")?,
            reason: row.get("reason")?,
        });
    }
    Ok(missing)
}
