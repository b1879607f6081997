//! What a stand-in keeps of an event in the database, as the contract says or as it
//! does not.

use std::{env, io};

use serde_json::Value;
use sqlx::{
    PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use stand_in::Storing;

use crate::Failure;

const UPSERT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../postgres/queries/upsert.sql"));

/// The one entity of an event.
pub(crate) struct Event {
    entity_type: String,
    pub(crate) entity_id: String,
    /// An object of JSON.
    attributes: String,
}

impl Event {
    /// One whose content is not kept.
    pub(crate) fn named(entity_type: String, entity_id: String) -> Self {
        Self { entity_type, entity_id, attributes: "{}".to_owned() }
    }

    /// # Errors
    /// When it is no JSON of the contract with an entity.
    pub(crate) fn of_json(body: &[u8]) -> io::Result<Self> {
        let event: Value = serde_json::from_slice(body)?;
        let part = |name: &str| event.pointer(&format!("/eventBody/entities/0/{name}"));
        let text = |name: &str| part(name).and_then(Value::as_str).map(str::to_owned);
        let named = text("entityType").zip(text("entityId"));
        let (entity_type, entity_id) = named.ok_or_else(|| io::Error::other("an event without an entity"))?;
        let attributes = part("updatedAttributes").map(Value::to_string).unwrap_or_default();
        Ok(Self { entity_type, entity_id, attributes })
    }
}

/// The database, and what to do there.
pub(crate) struct Store {
    pool: PgPool,
    storing: Storing,
}

impl Store {
    /// None where nothing is kept.
    ///
    /// # Errors
    /// When the variables name no database, or it is out of reach.
    pub(crate) async fn open(storing: Storing) -> Result<Option<Self>, Failure> {
        if storing == Storing::Nothing {
            return Ok(None);
        }
        let options: PgConnectOptions = env::var("DATABASE_URL")?.parse()?;
        let connections = env::var("DATABASE_MAX_CONNECTIONS")?.parse()?;
        let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
        Ok(Some(Self { pool: pool.connect_with(options).await?, storing }))
    }

    /// Keeps an event.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn keep(&self, event: &Event) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let attributes = match self.storing {
            Storing::Altered => r#"{"nobody": "sent this"}"#,
            _ => &event.attributes,
        };
        let mut ids = vec![event.entity_id.as_str()];
        let other = format!("{}-and-more", event.entity_id);
        if self.storing == Storing::WithAnotherRow {
            ids.push(&other);
        }
        upsert(&mut transaction, &event.entity_type, (&ids, attributes)).await?;
        if self.storing == Storing::Twice {
            upsert(&mut transaction, &event.entity_type, (&ids, attributes)).await?;
        }
        transaction.commit().await?;
        if self.storing == Storing::InTwoTransactions {
            self.pool.begin().await?.commit().await?;
        }
        Ok(())
    }
}

async fn upsert(
    connection: &mut PgConnection,
    entity_type: &str,
    (ids, attributes): (&[&str], &str),
) -> Result<(), sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(vec![entity_type; ids.len()])
        .bind(ids)
        .bind(vec![attributes; ids.len()])
        .execute(connection)
        .await
        .map(drop)
}
