//! Brings services, databases and the generator up and down. One trait, three
//! implementations: `process` (children of the runner), `docker`, and `fake`
//! (nothing at all, deterministic, by which the rest of the line is tested).

mod checkpoint;
mod control;
mod database;
pub mod docker;
mod endings;
pub mod fake;
mod files;
mod identity;
mod lease;
mod ports;
pub mod process;
mod processors;
mod proof;
mod readiness;
mod sampling;

use std::collections::BTreeMap;

use crate::{
    fault::Fault,
    interrupt::Interrupt,
    model::{
        Api, ApplicationDatabase, Build, Ceiling, CeilingJob, EventTemplate, GeneratorJob, GeneratorRun,
        RunningService, ServiceEnd,
    },
    progress::Observer,
};

/// A place where services can be measured.
///
/// The order of calls is: `start_metrics_database`, `build`,
/// `start_application_database`, then for each test run `clear`, `start_service`,
/// `prove`, `clear`, `run_generator`, `stop_service`, and at the end `shut_down`.
/// `shut_down` may be called at any time and leaves no process behind.
pub trait Environment {
    /// Builds the generator and these APIs. An API that cannot be built gives a
    /// fault of its own and does not stop the others.
    ///
    /// # Errors
    /// When nothing can be built at all, such as without the generator.
    async fn build(
        &mut self,
        apis: &[Api],
        observer: &dyn Observer,
    ) -> Result<Vec<Result<Build, (String, Fault)>>, Fault>;

    /// Brings the metrics database up (or finds the given one) and gives its URL;
    /// none where the environment keeps no database.
    async fn start_metrics_database(&mut self, observer: &dyn Observer) -> Result<Option<String>, Fault>;

    /// Brings the application database up, with schema and roles.
    async fn start_application_database(&mut self, observer: &dyn Observer) -> Result<(), Fault>;

    /// The database that services write to, as it is now.
    fn application_database(&self) -> Result<ApplicationDatabase, Fault>;

    /// Settings of that database's server that decide what a commit costs, by
    /// name; empty before it is started.
    fn database_facts(&self) -> BTreeMap<String, String>;

    /// What decides how fast containers are: the engine, their limits, the images
    /// of the database and the generator, by name; empty where there are none.
    fn container_facts(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// A hash over what the generator is: its program, or what that was built from, and
    /// its scripts. None where that is not known.
    fn generator_id(&self) -> Option<String> {
        None
    }

    /// Empties the table and the statement statistics, and has the server write a
    /// checkpoint where its role may; the database's facts say whether.
    async fn clear(&mut self) -> Result<(), Fault>;

    /// Starts the service and waits, at most 60 s, for a health call over its own wire.
    ///
    /// # Errors
    /// A port in use (and by whom), a service that exits (with its last log
    /// lines) or that does not get ready in time. Nothing of it is left running.
    async fn start_service(&mut self, api: &Api, log: &std::path::Path) -> Result<RunningService, Fault>;

    /// Sends one event over the service's wire and finds its row.
    async fn prove(&mut self, template: &EventTemplate) -> Result<(), Fault>;

    /// Runs the generator to its end, its deadline, or the user's interrupt, and
    /// samples every process meanwhile, telling the observer what they use.
    async fn run_generator(
        &mut self,
        job: &GeneratorJob,
        interrupt: &Interrupt,
        observer: &dyn Observer,
    ) -> Result<GeneratorRun, Fault>;

    /// Whether the generator writes its stream; known once it is built or found.
    fn streams(&self) -> bool;

    /// Drives the database alone with the contract's statement and the templates'
    /// rows, and gives the events it stored per second.
    async fn drive_database(&mut self, job: &CeilingJob) -> Result<f64, Fault>;

    /// Drives the database and empties the table afterwards. What cannot be measured says why.
    async fn measure_ceiling(&mut self, job: &CeilingJob) -> Ceiling {
        let driven = self.drive_database(job).await;
        // The next test run empties the table as well, and tells when it cannot.
        let _ = self.clear().await;
        match driven {
            Ok(events_per_s) => Ceiling::measured(job, events_per_s),
            Err(fault) => Ceiling::missing(job, fault.in_full()),
        }
    }

    /// Bytes of the table with its indexes, as they are now; none where there is no
    /// such thing.
    async fn database_bytes(&mut self) -> Result<Option<u64>, Fault>;

    /// Stops the service: SIGTERM, 10 s, then SIGKILL. None when none was running.
    async fn stop_service(&mut self) -> Result<Option<ServiceEnd>, Fault>;

    /// Ends everything this environment started.
    async fn shut_down(&mut self) -> Result<(), Fault>;
}
