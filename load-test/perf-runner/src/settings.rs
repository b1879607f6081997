//! What was typed, made to mean something: typed, validated, defaults applied.

pub mod duration;
pub mod load;

use std::path::PathBuf;

use self::load::HeldLoad;
use crate::model::{Api, Endpoint, Mode, PayloadSize};

/// Where services, databases and the generator run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// As child processes of the runner.
    Process,
    /// As containers.
    Docker,
    /// Nowhere: numbers are made up, to try the line itself.
    Fake,
}

impl Runtime {
    /// The word a user types.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Docker => "docker",
            Self::Fake => "fake",
        }
    }
}

/// What builds the Java services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum BuildTool {
    /// By the wrapper in each service's folder.
    Maven,
    /// The wrapper's, where it was fetched before, or the one of PATH.
    Gradle,
}

/// Where things are. Everything of the runner's own lies below `state`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The repository's root.
    pub root: PathBuf,
    /// Clusters, generator, logs, lock: `.perf`.
    pub state: PathBuf,
    /// Raw files and reports: `load-test/results`.
    pub results: PathBuf,
}

/// Tools and databases that the user already has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// An application database, instead of a cluster of the runner's own.
    pub database_url: Option<String>,
    /// A metrics database, instead of a cluster of the runner's own.
    pub metrics_url: Option<String>,
    /// Folder of PostgreSQL's server binaries.
    pub postgres_bin: Option<PathBuf>,
    /// A k6, instead of building the pinned one.
    pub k6: Option<PathBuf>,
    /// Where the one service answers that is measured, instead of building and starting it.
    pub service: Option<Endpoint>,
}

/// Everything a campaign is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where things are.
    pub places: Places,
    /// What the user already has.
    pub given: Given,
    /// What the campaign is for.
    pub mode: Mode,
    /// What is measured, in the registry's order.
    pub apis: Vec<Api>,
    /// How large the events are.
    pub payloads: Vec<PayloadSize>,
    /// The loads to be held, in order; none for a mode that holds none.
    pub loads: Vec<HeldLoad>,
    /// How much of each load's beginning does not count, in milliseconds; none for
    /// what suits each load's own time.
    pub settle_ms: Option<u64>,
    /// How long the first load is held before anything counts, in milliseconds.
    pub warm_up_ms: u64,
    /// Share of the events that merge into entities created before, 0 to 1.
    pub update_share: f64,
    /// The API that is measured a second time under another name.
    pub again: Option<String>,
    /// Whether the database alone is driven first.
    pub ceiling: bool,
    /// Rounds, at least 1.
    pub rounds: u32,
    /// Seed of every random choice.
    pub seed: u64,
    /// Pause of a VU after each call, in milliseconds.
    pub think_time_ms: u64,
    /// How long the generator waits for an answer, in milliseconds.
    pub request_timeout_ms: u64,
    /// Pool size of every service.
    pub max_connections: u32,
    /// Where it runs.
    pub runtime: Runtime,
    /// Use what was built before.
    pub skip_build: bool,
    /// Play the contract's cases before the load.
    pub verify: bool,
}
