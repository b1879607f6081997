//! What every process, the host and the database used while the generator ran:
//! every second, and at the edges of phases and windows.
//!
//! What is read are counters, so that a sample that comes late is late and not
//! wrong. Both loops wait for moments of one clock that begins with the
//! generator's release. The database is asked in a loop of its own: one that does
//! not answer keeps nobody else's sample waiting.

mod counted;
mod database;
mod host;
mod missing;
mod processes;
mod reading;
mod schedule;
mod sockets;
mod throttling;
mod tree;

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use tokio::time::sleep_until;

pub(super) use self::counted::{Counted, Counters, Readings, Uncounted};
use self::{database::Database, processes::Processes, schedule::Schedule};
use crate::{
    model::{PlannedPhase, ResourceSample, Samples, Target},
    progress::{Event, Observer},
};

/// What is sampled; none where there is no such process, or it is not ours to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampled {
    pub(super) service: Option<u32>,
    pub(super) generator: Option<u32>,
    /// The server's first process.
    pub(super) database: Option<u32>,
    pub(super) ports: Ports,
}

/// By which sockets are told apart.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ports {
    pub(super) service: Option<u16>,
    pub(super) database: Option<u16>,
}

/// How to reach the application database.
#[derive(Clone, Copy)]
pub(super) struct DatabaseUrls<'a> {
    /// Whose statements count.
    pub(super) service: &'a str,
    /// Whom the sampler connects as.
    pub(super) runner: &'a str,
}

/// A value and when it was read.
#[derive(Debug)]
struct Timed<T> {
    at: Instant,
    value: T,
}

impl<T> Timed<T> {
    fn now(value: T) -> Self {
        Self { at: Instant::now(), value }
    }

    fn with<U>(&self, value: U) -> Timed<U> {
        Timed { at: self.at, value }
    }
}

/// What there is to sample, and when.
#[derive(Clone, Copy)]
pub(super) struct Sampling<'a> {
    pub(super) sampled: Sampled,
    pub(super) database: Option<DatabaseUrls<'a>>,
    /// At whose edges the database's counters are read.
    pub(super) phases: &'a [PlannedPhase],
    /// Is told every second how many processors each of them keeps busy.
    pub(super) observer: &'a dyn Observer,
}

/// One moment on the clock that never goes back, and on the wall's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    at: Instant,
    on_the_wall: DateTime<Utc>,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { at: Instant::now(), on_the_wall: Utc::now() }
    }

    /// The wall's time at another moment, as the other clock has it.
    fn wall_at(&self, at: Instant) -> DateTime<Utc> {
        match at.checked_duration_since(self.at) {
            Some(after) => self.on_the_wall + after,
            None => self.on_the_wall - self.at.duration_since(at),
        }
    }

    /// From here to `at`, in milliseconds; negative when it was before.
    fn ms_to(&self, at: Instant) -> f64 {
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        at.checked_duration_since(self.at).map_or_else(|| -ms(self.at.duration_since(at)), ms)
    }
}

/// Reads what is used, from before the generator's release until after its end.
#[derive(Debug)]
pub(super) struct Sampler<C> {
    schedule: Schedule,
    processes: Processes,
    counters: C,
    database: Database,
    /// The generator's release, and until then the first reading.
    zero: Moment,
    is_released: bool,
}

impl<C: Counters> Sampler<C> {
    /// Takes the first samples.
    pub(super) async fn begin(of: &Sampling<'_>, counters: C) -> Self {
        let mut database = match &of.database {
            Some(urls) => Database::connect(urls.service, urls.runner).await,
            None => Database::none("there is none"),
        };
        database.read_counters().await;
        let mut processes = Processes::new(&of.sampled, &counters.targets());
        processes.read(&counters.read().await);
        let zero = Moment::now();
        Self { schedule: Schedule::new(of.phases), processes, counters, database, zero, is_released: false }
    }

    /// The generator was let go at this moment: the zero of every sample's clock.
    pub(super) fn released(&mut self, at: Moment) {
        (self.zero, self.is_released) = (at, true);
    }

    /// Samples until it is dropped.
    pub(super) async fn watch(&mut self, observer: &dyn Observer) -> Infallible {
        let zero = self.zero.at;
        let (mut of_processes, mut of_database) = (self.schedule.clone(), self.schedule.clone());
        let (processes, counters) = (&mut self.processes, &self.counters);
        let database = &mut self.database;
        let (never, _) = tokio::join!(
            async move {
                loop {
                    let tick = wait_for(&mut of_processes, zero).await;
                    processes.read(&counters.read().await);
                    if tick.second {
                        observer.observe(&Event::Used { cores: processes.cores() });
                    }
                }
            },
            async move {
                loop {
                    let tick = wait_for(&mut of_database, zero).await;
                    if tick.edge {
                        database.read_counters().await;
                    }
                    if tick.second {
                        database.read_activity().await;
                    }
                }
            }
        );
        never
    }

    /// Takes the last samples and gives all of them.
    pub(super) async fn finish(mut self) -> Samples {
        self.processes.read(&self.counters.read().await);
        self.database.read_counters().await;
        self.database.close().await;
        let zero = self.zero;
        let mut missing = self.database.missing.into_sources();
        missing.extend(self.processes.missing.into_sources());
        missing.sort();
        let resources = self.processes.samples.into_iter().map(|Timed { at, value }| ResourceSample {
            at_ms: zero.ms_to(at),
            sampled_at: zero.wall_at(at),
            ..value
        });
        let mut activity = self.database.activity;
        let mut counters = self.database.counters;
        for sample in &mut activity {
            sample.value.at_ms = zero.ms_to(sample.at);
        }
        for sample in &mut counters {
            sample.value.at_ms = zero.ms_to(sample.at);
        }
        Samples {
            released_at: self.is_released.then_some(zero.on_the_wall),
            resources: resources.collect(),
            activity: activity.into_iter().map(|sample| sample.value).collect(),
            database: counters.into_iter().map(|sample| sample.value).collect(),
            missing,
            processors: self.processes.processors,
        }
    }
}

async fn wait_for(schedule: &mut Schedule, zero: Instant) -> schedule::Tick {
    let tick = schedule.next(zero.elapsed());
    sleep_until((zero + Duration::from_millis(tick.at_ms)).into()).await;
    tick
}

/// A sample in which nothing was measured.
fn empty(target: Target) -> ResourceSample {
    ResourceSample {
        target,
        at_ms: 0.0,
        sampled_at: DateTime::UNIX_EPOCH,
        cpu_seconds: None,
        rss_bytes: None,
        threads: None,
        context_switches: None,
        network_received_bytes: None,
        network_sent_bytes: None,
        block_read_bytes: None,
        block_written_bytes: None,
        throttled_seconds: None,
        sockets: None,
        pressure: None,
    }
}
