//! Table `ceilings`.

use sqlx::PgConnection;

use super::row::{Reader, RowError, count, text};
use crate::model::{CampaignId, Ceiling};

const INSERT: &str = "
    insert into ceilings (campaign_id, payload, concurrency, duration_ms, events_per_s, reason)
    values ($1, $2, $3, $4, $5, $6)";

pub(super) async fn insert(
    connection: &mut PgConnection,
    campaign: &CampaignId,
    ceilings: &[Ceiling],
) -> Result<(), RowError> {
    for ceiling in ceilings {
        // Every field by name: a new one must find its column.
        let Ceiling { payload, concurrency, duration_ms, events_per_s, reason } = ceiling;
        sqlx::query(INSERT)
            .bind(&campaign.0)
            .bind(payload.as_str())
            .bind(i64::from(*concurrency))
            .bind(count("duration_ms", *duration_ms)?)
            .bind(events_per_s)
            .bind(reason.as_deref().map(text))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn of_campaign(
    connection: &mut PgConnection,
    campaign: &CampaignId,
) -> Result<Vec<Ceiling>, RowError> {
    let rows = sqlx::query("select * from ceilings where campaign_id = $1")
        .bind(&campaign.0)
        .fetch_all(connection)
        .await?;
    let ceiling = |row| {
        let row = Reader::new("ceilings", &["payload"], row)?;
        Ok(Ceiling {
            payload: row.word("payload")?,
            concurrency: row.count("concurrency")?,
            duration_ms: row.count("duration_ms")?,
            events_per_s: row.get("events_per_s")?,
            reason: row.get("reason")?,
        })
    };
    let mut ceilings = rows.iter().map(ceiling).collect::<Result<Vec<Ceiling>, RowError>>()?;
    // As they were measured: smallest events first.
    ceilings.sort_by_key(|ceiling| ceiling.payload);
    Ok(ceilings)
}
