//! What was acknowledged is what is stored.
//!
//! [`read`] asks the database after the service has stopped; [`judge`] holds its
//! answer against what the generator counted: `acknowledged <= stored <=
//! acknowledged + unknown`, events that merge into rows of others left out; nothing
//! lost, nothing unexpected, contents equal.

mod fake;
mod judge;
mod postgres;

pub use judge::judge;

use crate::{
    fault::Fault,
    model::{ApplicationDatabase, EventTemplate, LoadResult, StoredFacts},
};

/// What one test run sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The eight digits in every id of the run.
    pub tag: &'a str,
    /// The contents, by kind.
    pub templates: &'a [EventTemplate],
    /// What became of the events.
    pub load: &'a LoadResult,
}

impl Sent<'_> {
    /// Calls that were begun; every VU's count of calls is below it.
    fn attempts(&self) -> u64 {
        self.load.phases.iter().map(|phase| phase.attempts).sum()
    }

    /// Ids of events that were not acknowledged, as far as they are named: the
    /// refused ones, or the ones without an answer.
    fn unacknowledged(&self, refused: bool) -> Vec<&str> {
        self.load
            .unacknowledged
            .iter()
            .filter(|event| event.failed.is_some() == refused)
            .map(|event| event.entity_id.as_str())
            .collect()
    }
}

/// Asks the database what it stored.
///
/// # Errors
/// When the database is out of reach or the runner's role may not read the
/// table. Statement statistics that the server does not keep are no error.
pub async fn read(database: &ApplicationDatabase, sent: &Sent<'_>) -> Result<StoredFacts, Fault> {
    match database {
        ApplicationDatabase::Postgres { service_url, runner_url, .. } => {
            postgres::read(service_url, runner_url, sent).await
        }
        ApplicationDatabase::Fake(database) => Ok(fake::read(database, sent)),
    }
}
