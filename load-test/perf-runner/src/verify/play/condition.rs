//! What the environment is like while a step is played.

use std::time::{Duration, Instant};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use procfs::process::{ProcState, Process};
use sqlx::{Connection as _, Executor as _};
use tokio::task::JoinHandle;

use super::database::{Database, Rights};
use crate::{
    fault::Fault,
    verify::{case::Condition, verdict::Difference},
};

/// How long a service may take to stop, and a little more.
const STOP_LIMIT: Duration = Duration::from_secs(12);

/// What the runner can do around a service.
pub(super) struct Means {
    rights: Option<Rights>,
    pid: Option<u32>,
    /// A case has stopped the service.
    pub(super) stopped: bool,
}

impl Means {
    pub(super) fn of(database: Option<&Database>, pid: Option<u32>) -> Self {
        Self { rights: database.map(|database| database.rights), pid, stopped: false }
    }

    /// What is missing for a condition, if something is.
    pub(super) fn lack(&self, condition: Condition) -> Option<String> {
        let lack = match (condition, self.rights) {
            (Condition::Stopping(_), _) => {
                self.pid.is_none().then_some("the service's process is not the runner's")
            }
            (_, None) => Some("the database was not given"),
            (Condition::TableLocked(_), Some(_)) => None,
            (Condition::TableMissing | Condition::WritesRefused, Some(rights)) => {
                (!rights.owns_table).then_some("the database's role does not own the table")
            }
            (Condition::DatabaseAway, Some(rights)) => {
                (!rights.is_superuser).then_some("the database's role is no superuser")
            }
        };
        lack.map(str::to_owned)
    }
}

/// A condition that holds until [`Held::end`].
pub(super) struct Held {
    condition: Condition,
    background: Option<JoinHandle<()>>,
}

impl Held {
    /// Makes the condition true.
    ///
    /// # Errors
    /// When that cannot be done; [`Database::repair`] undoes what was done of it.
    pub(super) async fn begin(
        condition: Condition,
        database: Option<&mut Database>,
        means: &Means,
    ) -> Result<Self, Fault> {
        let background = match (condition, database, means.pid) {
            (Condition::Stopping(after_ms), _, Some(pid)) => Some(stop_later(pid, after_ms)),
            (Condition::TableMissing, Some(database), _) => {
                database.hide_table().await?;
                None
            }
            (Condition::WritesRefused, Some(database), _) => {
                database.refuse_writes().await?;
                None
            }
            (Condition::TableLocked(for_ms), Some(database), _) => Some(lock(database, for_ms).await?),
            (Condition::DatabaseAway, Some(database), _) => {
                if database.serves_superuser().await? {
                    let what = "the service uses the database as a superuser, whom nothing keeps out";
                    return Err(Fault::failed(what));
                }
                database.send_away().await?;
                None
            }
            (_, None, _) | (Condition::Stopping(_), _, None) => {
                return Err(Fault::failed("the condition cannot be made here"));
            }
        };
        Ok(Self { condition, background })
    }

    /// Ends the condition; a service that did not stop as asked is a difference.
    pub(super) async fn end(
        self,
        database: Option<&mut Database>,
        means: &mut Means,
    ) -> Result<Option<Difference>, Fault> {
        if let Some(background) = self.background
            && let Err(source) = background.await
        {
            return Err(Fault::failed("the condition of the step ended badly").cause(source));
        }
        if let (Condition::Stopping(_), Some(pid)) = (self.condition, means.pid) {
            means.stopped = true;
            let stopped = stopped(pid).await;
            return Ok(
                (!stopped).then(|| Difference::new("the service to stop within 10 s", "it still runs"))
            );
        }
        match database {
            Some(database) => database.repair().await.map(|()| None),
            None => Ok(None),
        }
    }
}

/// Locks the table now, until the time is over.
async fn lock(database: &Database, for_ms: u64) -> Result<JoinHandle<()>, Fault> {
    let cannot = |source: sqlx::Error| Fault::failed("the table cannot be locked").cause(source);
    let mut connection = database.another().await?;
    connection.execute("begin").await.map_err(cannot)?;
    connection.execute("lock table car_entities in access exclusive mode").await.map_err(cannot)?;
    Ok(tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(for_ms)).await;
        // The lock ends with the connection, whatever comes of this.
        let _ = connection.close().await;
    }))
}

fn stop_later(pid: u32, after_ms: u64) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        if let Ok(pid) = i32::try_from(pid)
            && let Err(error) = kill(Pid::from_raw(pid), Signal::SIGTERM)
        {
            tracing::error!(pid, %error, "the service cannot be asked to stop");
        }
    })
}

/// Waits for the end of a process; one that only waits to be reaped has ended.
async fn stopped(pid: u32) -> bool {
    let until = Instant::now() + STOP_LIMIT;
    while Instant::now() < until {
        if !runs(pid) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

fn runs(pid: u32) -> bool {
    let process = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok());
    let state = process.and_then(|process| process.stat().ok()).and_then(|stat| stat.state().ok());
    state.is_some_and(|state| !matches!(state, ProcState::Zombie | ProcState::Dead))
}
