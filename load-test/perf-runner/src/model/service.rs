use serde::{Deserialize, Serialize};

use super::{Protocol, StatementUse};

/// Where a running service answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The wire it speaks.
    pub protocol: Protocol,
    /// `127.0.0.1:8081`.
    pub authority: String,
}

impl Endpoint {
    /// Its port; none when the authority names none.
    pub fn port(&self) -> Option<u16> {
        self.authority.rsplit_once(':')?.1.parse().ok()
    }
}

/// The database that services write to.
#[derive(Debug, Clone, PartialEq)]
pub enum ApplicationDatabase {
    /// A real one.
    Postgres {
        /// For services: role `producer`.
        service_url: String,
        /// For the runner: may truncate, read rows back and read statistics.
        runner_url: String,
        /// For cases that move the table out of the way: its owner; none where the
        /// database is the user's.
        owner_url: Option<String>,
    },
    /// What a fake service would have stored.
    Fake(FakeDatabase),
}

impl ApplicationDatabase {
    /// The URL with the most rights there are; none for a fake.
    pub fn owner_url(&self) -> Option<&str> {
        match self {
            Self::Postgres { runner_url, owner_url, .. } => Some(owner_url.as_deref().unwrap_or(runner_url)),
            Self::Fake(_) => None,
        }
    }
}

/// The fake database: as much of it as an audit asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FakeDatabase {
    /// Rows, one by one.
    pub rows: Vec<FakeRow>,
    /// Rows that are just what was sent, by the hundred thousand.
    pub blocks: Vec<FakeBlock>,
    /// What each statement used; none when nobody made it up.
    pub statements: Option<Vec<StatementUse>>,
}

/// The rows of calls that one VU made one after the other, each as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeBlock {
    /// The test run's eight digits.
    pub tag: String,
    /// The VU, from 1.
    pub vu: u32,
    /// Its first call, from 0.
    pub first_call: u64,
    /// How many calls.
    pub calls: u64,
}

/// A row of the fake database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeRow {
    /// The entity's type.
    pub entity_type: String,
    /// The entity's id.
    pub id: String,
    /// The attributes as JSON text.
    pub data: String,
}

/// What a build gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The API that was built.
    pub api: String,
    /// Hash of what will be started: changes when the binary does.
    pub id: String,
}

/// A service that has answered a health call over its own wire.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningService {
    /// Where it answers.
    pub endpoint: Endpoint,
    /// Where the generator finds it: the same place, unless both are containers.
    pub generator_endpoint: Endpoint,
    /// Its process; none where there is no such thing.
    pub pid: Option<u32>,
    /// From the start of its process to the first healthy answer, in milliseconds; none where
    /// somebody else has started it.
    pub start_up_ms: Option<f64>,
    /// Resident memory when it became ready, in bytes.
    pub idle_rss_bytes: Option<u64>,
}

/// How a service ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEnd {
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// It had ended before it was asked to.
    pub early: bool,
    /// It did not stop within 10 s and was killed.
    pub killed: bool,
    /// Its last log lines, kept when it did not end well.
    pub log_tail: Vec<String>,
}

impl ServiceEnd {
    /// Asked to stop, and stopped with exit code 0.
    pub fn is_clean(&self) -> bool {
        self.code == Some(0) && !self.early && !self.killed
    }
}
