//! The application database's own counters, and what its connections wait for,
//! over one connection of the sampler's own.

use std::{collections::BTreeMap, str::FromStr as _, time::Duration};

use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{Timed, missing::Missing};
use crate::{
    model::{ActivitySample, DatabaseCounters, Target},
    statements::{self, count},
};

const ACTIVITY: &str = include_str!("activity.sql");
const TRANSACTIONS: &str = include_str!("transactions.sql");
/// What the server has written, by its version.
const WRITTEN: [(u32, &str); 3] = [
    (180_000, include_str!("written_since_18.sql")),
    (160_000, include_str!("written_since_16.sql")),
    (0, include_str!("written_before_16.sql")),
];
/// A server that is busier than this is not asked again until the next tick.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the database again and again.
#[derive(Debug, Default)]
pub(super) struct Database {
    connection: Option<PgConnection>,
    /// Whose statements count.
    role: String,
    written: &'static str,
    /// Transactions that the sampler itself has made.
    own_transactions: u64,
    pub(super) activity: Vec<Timed<ActivitySample>>,
    pub(super) counters: Vec<Timed<DatabaseCounters>>,
    pub(super) missing: Missing,
}

impl Database {
    /// Connects as the runner. A database that is out of reach is a missing source.
    pub(super) async fn connect(service_url: &str, runner_url: &str) -> Self {
        let mut database = Self::default();
        match timeout(PATIENCE, open(service_url, runner_url)).await {
            Ok(Ok((role, connection))) => {
                let version = connection.server_version_num().unwrap_or(0);
                let written = WRITTEN.iter().find(|(since, _)| version >= *since);
                database.written = written.map_or("", |(_, sql)| sql);
                (database.role, database.connection) = (role, Some(connection));
            }
            Ok(Err(_)) => database.missing.tell(Target::Postgres, "database", "it cannot be reached"),
            Err(_) => database.missing.tell(Target::Postgres, "database", "it does not answer"),
        }
        database
    }

    /// Without a database there is nothing to ask.
    pub(super) fn none(reason: &str) -> Self {
        let mut database = Self::default();
        database.missing.tell(Target::Postgres, "database", reason);
        database
    }

    /// Reads the counters.
    pub(super) async fn read_counters(&mut self) {
        let asked = timeout(PATIENCE, self.ask_counters()).await;
        self.told("counters", asked);
    }

    /// Reads what connections are doing.
    pub(super) async fn read_activity(&mut self) {
        let asked = timeout(PATIENCE, self.ask_activity()).await;
        self.told("activity", asked);
    }

    pub(super) async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            // The server notices a connection that is gone; there is nothing to tell.
            let _ = timeout(PATIENCE, connection.close()).await;
        }
    }

    fn told(&mut self, source: &str, asked: Result<Result<(), sqlx::Error>, tokio::time::error::Elapsed>) {
        let reason = match asked {
            Ok(Ok(())) => return,
            Ok(Err(sqlx::Error::Database(error))) => format!("the server refused: {}", error.message()),
            Ok(Err(_)) => "the connection to the database broke".to_owned(),
            Err(_) => format!("the database gave no answer within {} s", PATIENCE.as_secs()),
        };
        self.missing.tell(Target::Postgres, source, &reason);
    }

    async fn ask_counters(&mut self) -> Result<(), sqlx::Error> {
        let Some(connection) = &mut self.connection else { return Ok(()) };
        // The first use of a statement is one transaction more, to prepare it.
        let first = u64::from(self.counters.is_empty());
        let transactions = sqlx::query(TRANSACTIONS).fetch_one(&mut *connection).await?;
        let at = Timed::now(());
        self.own_transactions += 1 + first;
        let commits = count(&transactions, "commits")?.saturating_sub(self.own_transactions);
        let statements = match statements::read(connection, &self.role).await {
            Ok(statements) => Some(statements),
            Err(error) => {
                let reason = statements::why_missing(&error).ok_or(error)?;
                self.missing.tell(Target::Postgres, "statements", reason);
                None
            }
        };
        let written: i64 = sqlx::query_scalar(self.written).fetch_one(&mut *connection).await?;
        self.own_transactions += 2 * (1 + first);
        self.counters.push(at.with(DatabaseCounters {
            at_ms: 0.0,
            statements,
            commits: Some(commits),
            rollbacks: Some(count(&transactions, "rollbacks")?),
            wal_bytes: Some(count(&transactions, "wal_bytes")?),
            written_bytes: u64::try_from(written).ok(),
        }));
        Ok(())
    }

    async fn ask_activity(&mut self) -> Result<(), sqlx::Error> {
        let Some(connection) = &mut self.connection else { return Ok(()) };
        let rows = sqlx::query(ACTIVITY).fetch_all(&mut *connection).await?;
        self.own_transactions += 1 + u64::from(self.activity.is_empty());
        let (connections, waits) = (BTreeMap::new(), BTreeMap::new());
        let mut sample = ActivitySample { at_ms: 0.0, connections, waits };
        for row in &rows {
            let (state, wait): (String, Option<String>) = (row.try_get("state")?, row.try_get("wait")?);
            let connections = count(row, "connections")?;
            *sample.connections.entry(state).or_default() += connections;
            if let Some(wait) = wait {
                *sample.waits.entry(wait).or_default() += connections;
            }
        }
        self.activity.push(Timed::now(sample));
        Ok(())
    }
}

async fn open(service_url: &str, runner_url: &str) -> Result<(String, PgConnection), sqlx::Error> {
    let role = PgConnectOptions::from_str(service_url)?.get_username().to_owned();
    let options = PgConnectOptions::from_str(runner_url)?.application_name("perf-runner sampler");
    Ok((role, options.disable_statement_logging().connect().await?))
}
