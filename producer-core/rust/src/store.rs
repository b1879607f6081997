//! The one statement of `postgres/queries`, its connections, and what its failures mean.

use std::collections::HashSet;
use std::error::Error;
use std::io;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod};
use futures_util::future::join_all;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{NoTls, Statement};

use crate::config::Config;
use crate::event::Event;
use crate::fault::Fault;

const UPSERT: &str = include_str!("../../../postgres/queries/upsert.sql");
const READY: &str = include_str!("../../../postgres/queries/ready.sql");

/// How long an event waits for a connection.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(2);
/// How long the database may take to say that it is there.
const READY_PATIENCE: Duration = Duration::from_secs(1);
/// How long one event may take there: it waits for other writers of its rows and for the disk.
const EVENT_PATIENCE: Duration = Duration::from_secs(10);
/// How often a statement is tried again that lost against another transaction.
const MOST_RETRIES: usize = 3;
/// How many events of one list may be on their way to the database at once.
const MOST_IN_FLIGHT: usize = 64;

/// The application database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: Pool,
}

impl Store {
    /// A store that connects when it is first asked; the database need not be there yet.
    ///
    /// Errors: none with a checked [`Config`]; the pool's own, otherwise.
    pub fn new(config: &Config) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config.database.clone(), NoTls, recycling);
        let pool = Pool::builder(manager).max_size(config.max_connections).build()?;
        Ok(Self { pool })
    }

    /// A connection, ready to write.
    ///
    /// Errors: `unavailable` when the database is out of reach, none comes free within
    /// 2 s, the table is missing or kept locked for 10 s.
    pub async fn connect(&self) -> Result<Connection, Fault> {
        let client = match timeout(CONNECTION_PATIENCE, self.pool.get()).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(pool_fault(&error)),
            Err(_) => {
                let status = self.pool.status();
                let cause = format!("{} connections, {} waiting", status.size, status.waiting);
                return Err(Fault::unavailable("No database connection came free within 2 s", cause));
            }
        };
        match timeout(EVENT_PATIENCE, client.prepare_cached(UPSERT)).await {
            Ok(Ok(upsert)) => Ok(Connection { client, upsert }),
            Ok(Err(error)) => Err(statement_fault(&error)),
            Err(_) => Err(give_up(client).await),
        }
    }

    /// As [`Store::connect`], and the connection has just answered. Costs a round trip: for
    /// a list of events, which is refused as a whole only when there is no connection at all.
    ///
    /// Errors: as of [`Store::connect`].
    pub async fn connect_proven(&self) -> Result<Connection, Fault> {
        // Every dead connection is thrown away by the pool, so there are at most that many.
        for _ in 0..=self.pool.status().max_size {
            let connection = self.connect().await?;
            let answer = timeout(CONNECTION_PATIENCE, connection.client.batch_execute("")).await;
            if let Ok(Ok(())) = answer {
                return Ok(connection);
            }
        }
        Err(Fault::unavailable("The database is unreachable", "no pooled connection answers"))
    }

    /// Asks the database whether it is there and has the table.
    ///
    /// Errors: `unavailable` with the reason.
    pub async fn check_ready(&self) -> Result<(), Fault> {
        let ask = async {
            let client = self.pool.get().await.map_err(|error| pool_fault(&error))?;
            let query = async { client.query(&client.prepare_cached(READY).await?, &[]).await };
            query.await.map_err(|error| statement_fault(&error))
        };
        match timeout(READY_PATIENCE, ask).await {
            Ok(answer) => answer.map(drop),
            Err(_) => Err(Fault::unavailable("The database did not answer within 1 s", "timeout")),
        }
    }
}

/// A connection with the statement prepared; goes back to the pool when dropped, unless the
/// database still owes it an answer.
#[derive(Debug)]
pub struct Connection {
    client: Object,
    upsert: Statement,
}

impl Connection {
    /// Stores one event: one statement, which is one transaction. Returns after the commit.
    ///
    /// Errors: `unavailable` when the connection is lost, the table is missing or there is no
    /// answer within 10 s, `internal` otherwise.
    pub async fn store(self, event: &Event<'_>) -> Result<(), Fault> {
        match timeout(EVENT_PATIENCE, self.upsert(event)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(give_up(self.client).await),
        }
    }

    async fn upsert(&self, event: &Event<'_>) -> Result<(), Fault> {
        let entities = event.entities();
        let types: Vec<&str> = entities.iter().map(|entity| &*entity.entity_type).collect();
        let ids: Vec<&str> = entities.iter().map(|entity| &*entity.entity_id).collect();
        let attributes: Vec<&str> = entities.iter().map(|entity| &*entity.updated_attributes).collect();
        let mut retries = 0;
        loop {
            match self.client.execute(&self.upsert, &[&types, &ids, &attributes]).await {
                Ok(_) => return Ok(()),
                Err(error) if retries < MOST_RETRIES && lost_a_race(&error) => retries += 1,
                Err(error) => return Err(statement_fault(&error)),
            }
        }
    }

    /// Stores each event in a transaction of its own, in order wherever two touch the same
    /// entity, and gives each one's outcome.
    ///
    /// Events that share no entity are sent without waiting for each other's answer. An event
    /// that meets an entity of theirs waits for them all, so that even a retry cannot
    /// overtake it. After one without an answer within 10 s no more are sent.
    pub async fn store_all(self, events: &[Event<'_>]) -> Vec<Result<(), Fault>> {
        let mut outcomes = Vec::with_capacity(events.len());
        let mut rest = events;
        let mut is_late = false;
        while !rest.is_empty() && !is_late {
            let (independent, later) = rest.split_at(independent_prefix(rest));
            let stored = independent.iter().map(|event| timeout(EVENT_PATIENCE, self.upsert(event)));
            for answer in join_all(stored).await {
                is_late |= answer.is_err();
                outcomes.push(answer.unwrap_or_else(|_| Err(late())));
            }
            rest = later;
        }
        if is_late {
            give_up(self.client).await;
            outcomes.extend(rest.iter().map(|_| Err(late())));
        }
        outcomes
    }
}

/// How many events from the first one on share no entity; at least one.
fn independent_prefix(events: &[Event<'_>]) -> usize {
    let mut seen = HashSet::new();
    let mut count = 0;
    for event in events.iter().take(MOST_IN_FLIGHT) {
        // Stops at the first known key; what else that event brings is then of no interest.
        let mut keys = event.entities().iter().map(|entity| (&*entity.entity_type, &*entity.entity_id));
        if !keys.all(|key| seen.insert(key)) {
            break;
        }
        count += 1;
    }
    count
}

fn lost_a_race(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

fn pool_fault(error: &PoolError) -> Fault {
    let cause = match error {
        PoolError::Backend(error) => with_sources(error),
        other => other.to_string(),
    };
    Fault::unavailable("The database is unreachable", cause)
}

/// The one place where an SQLSTATE becomes a fault.
fn statement_fault(error: &tokio_postgres::Error) -> Fault {
    let cause = with_sources(error);
    let Some(code) = error.code() else {
        // No SQLSTATE: the connection failed under the statement, or the driver refused it.
        let lost = error.is_closed() || error.source().is_some_and(<dyn Error>::is::<io::Error>);
        return if lost {
            Fault::unavailable("The connection to the database was lost", cause)
        } else {
            Fault::internal(cause)
        };
    };
    if *code == SqlState::UNDEFINED_TABLE {
        return Fault::unavailable("The table car_entities is missing", cause);
    }
    match code.code() {
        // Connection exceptions; no resources; shut down, crashed or not yet up; read-only stand-by.
        code if code.starts_with("08") || code.starts_with("53") => database_away(cause),
        "57P01" | "57P02" | "57P03" | "25006" => database_away(cause),
        _ => Fault::internal(cause),
    }
}

/// Ends the statement that has no answer, and keeps the connection out of the pool: whoever got
/// it next would wait for the same.
async fn give_up(client: Object) -> Fault {
    let cancel = client.cancel_token();
    drop(Object::take(client));
    let _told = timeout(READY_PATIENCE, cancel.cancel_query(NoTls)).await;
    late()
}

fn late() -> Fault {
    Fault::unavailable("The database did not answer within 10 s", "timeout")
}

fn database_away(cause: String) -> Fault {
    Fault::unavailable("The database does not take events at the moment", cause)
}

fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{BodyDraft, EntityDraft, EventDraft, HeaderDraft};

    fn event(ids: &'static [&'static str]) -> Event<'static> {
        let entity = |id: &&'static str| {
            Some(EntityDraft {
                entity_type: Some("Loan".into()),
                entity_id: Some((*id).into()),
                updated_attributes: Some(Ok("{}".into())),
            })
        };
        let draft = EventDraft {
            header: Some(HeaderDraft { event_name: Some("LoanCreated".into()), ..HeaderDraft::default() }),
            body: Some(BodyDraft { entities: Some(ids.iter().map(entity).collect()) }),
        };
        draft.validate().unwrap()
    }

    #[test]
    fn events_that_share_an_entity_are_not_sent_together() {
        let prefix = |lists: &[&'static [&'static str]]| {
            independent_prefix(&lists.iter().map(|ids| event(ids)).collect::<Vec<_>>())
        };
        assert_eq!(prefix(&[&["a"]]), 1);
        assert_eq!(prefix(&[&["a"], &["b", "c"], &["d"]]), 3);
        assert_eq!(prefix(&[&["a"], &["a"], &["b"]]), 1);
        assert_eq!(prefix(&[&["a"], &["b"], &["c", "a"], &["d"]]), 2);
    }
}
