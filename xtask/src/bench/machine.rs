//! The machine that the figures hold for, and the meter that is read around each load.

use std::{fs, thread, time::Instant};

use serde::Serialize;

use crate::fault::Fault;

use super::cost::{self, Tree, to_f64};

/// Facts that belong beside every figure.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    cores: usize,
    kernel: String,
    postgres: String,
    /// The one that Java services are built and run on.
    jdk: Option<String>,
}

/// Counters at the start of a load.
pub(super) struct Meter<'a> {
    machine: &'a Machine,
    database_pid: i32,
    service_pid: Option<i32>,
    begin: Instant,
    start: Counters,
}

/// CPU seconds.
struct Counters {
    database: f64,
    service: Option<f64>,
    generator: f64,
    host: f64,
}

/// What a load cost, in CPU seconds.
#[derive(Debug)]
pub(super) struct Used {
    /// All processes of the database.
    pub(super) database_s: f64,
    /// The service's process tree.
    pub(super) service_s: Option<f64>,
    /// The generator.
    pub(super) generator_s: f64,
    /// The part of the machine's CPU time that somebody else used, 0 to 1.
    pub(super) elsewhere_share: f64,
    /// Resident memory of the service at the end.
    pub(super) service_memory_mib: Option<f64>,
}

impl Machine {
    /// Reads them.
    ///
    /// Errors: the number of cores is unknown.
    pub(super) fn read(postgres: &str) -> Result<Self, Fault> {
        let cores = thread::available_parallelism().map_err(Fault::because("cannot count the cores"))?.get();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
        let jdk = jdk::newest().map(|jdk| jdk.version);
        Ok(Self { cores, kernel, postgres: postgres.to_owned(), jdk })
    }

    /// Begins to count for a database and, where there is one, a service.
    ///
    /// Errors: `/proc` cannot be read.
    pub(super) fn meter(&self, database_pid: i32, service_pid: Option<i32>) -> Result<Meter<'_>, Fault> {
        let start = Counters::read(database_pid, service_pid)?;
        Ok(Meter { machine: self, database_pid, service_pid, begin: Instant::now(), start })
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cores, Linux {}, PostgreSQL {}", self.cores, self.kernel, self.postgres)?;
        self.jdk.iter().try_for_each(|version| write!(f, ", JDK {version}"))
    }
}

impl Counters {
    fn read(database_pid: i32, service_pid: Option<i32>) -> Result<Self, Fault> {
        Ok(Self {
            database: Tree::of(database_pid)?.cpu_s(),
            service: service_pid.map(Tree::of).transpose()?.map(|tree| tree.cpu_s()),
            generator: cost::ended_children_cpu_s()?,
            host: cost::host_busy_s()?,
        })
    }
}

impl Meter<'_> {
    /// What was used since the start. The generator, our only child to end meanwhile, must have ended.
    ///
    /// Errors: `/proc` cannot be read.
    pub(super) fn read(&self) -> Result<Used, Fault> {
        let end = Counters::read(self.database_pid, self.service_pid)?;
        let available_s = self.begin.elapsed().as_secs_f64() * to_f64(self.machine.cores as u64);
        let database_s = end.database - self.start.database;
        let service_s = end.service.zip(self.start.service).map(|(end, start)| end - start);
        let generator_s = end.generator - self.start.generator;
        let ours_s = database_s + generator_s + service_s.unwrap_or(0.0);
        let elsewhere_s = end.host - self.start.host - ours_s;
        Ok(Used {
            database_s,
            service_s,
            generator_s,
            elsewhere_share: (elsewhere_s / available_s).clamp(0.0, 1.0),
            service_memory_mib: self.service_pid.map(Tree::of).transpose()?.map(|tree| tree.memory_mib()),
        })
    }
}
