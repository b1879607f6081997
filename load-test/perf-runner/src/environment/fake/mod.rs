//! An environment in which nothing runs: the rest of the line is tried with it,
//! from plan to report, in a moment and always with the same numbers.
//!
//! Its numbers are made up. They are drawn from the seed, so the same seed and
//! the same plan give the same files, byte for byte.

mod curve;
mod generator;
mod held;
mod samples;
mod stream;

use std::{collections::BTreeMap, path::Path};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sha2::{Digest as _, Sha256};

use super::Environment;
use crate::{
    fault::Fault,
    interrupt::Interrupt,
    model::{
        Api, ApplicationDatabase, Build, CeilingJob, Endpoint, EventTemplate, FakeDatabase, GeneratorJob,
        GeneratorRun, RunningService, ServiceEnd,
    },
    progress::Observer,
};

/// Something that goes wrong with one API, as often as it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeFault {
    /// Its build fails.
    BuildFails,
    /// It exits when it is started.
    ExitsAtStart,
    /// It acknowledges the first event and stores nothing.
    ProofMissing,
    /// It is killed in the middle of the load: the rest is not answered.
    DiesUnderLoad,
    /// It does not end when asked to, and is killed.
    IgnoresStop,
    /// Every second event is refused.
    RefusesEvents,
    /// It loses an event that it acknowledged.
    LosesAnEvent,
    /// It stores an event with other content.
    ChangesAnEvent,
    /// The generator is killed half-way and writes no summary.
    GeneratorKilled,
    /// The generator runs past its deadline.
    GeneratorOverdue,
    /// The summary ends in the middle.
    SummaryTruncated,
    /// The stream ends in the middle.
    StreamTruncated,
    /// The summary is there and empty.
    SummaryEmpty,
}

/// An environment in which nothing runs.
#[derive(Debug)]
pub struct FakeEnvironment {
    seed: u64,
    faults: Vec<(String, FakeFault)>,
    database: FakeDatabase,
    service: Option<Api>,
}

impl FakeEnvironment {
    /// Everything goes well; all numbers are drawn from the seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, faults: Vec::new(), database: FakeDatabase::default(), service: None }
    }

    /// The same, and this goes wrong with this API.
    #[must_use]
    pub fn with_fault(mut self, api: impl Into<String>, fault: FakeFault) -> Self {
        self.faults.push((api.into(), fault));
        self
    }

    fn has(&self, api: &Api, fault: FakeFault) -> bool {
        self.faults.iter().any(|(name, found)| *name == api.id && *found == fault)
    }

    fn running(&self) -> Result<&Api, Fault> {
        self.service.as_ref().ok_or_else(|| Fault::failed("no service is running"))
    }

    /// A source of numbers for one purpose.
    fn random(&self, purpose: &str) -> StdRng {
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_le_bytes());
        hasher.update(purpose.as_bytes());
        StdRng::from_seed(hasher.finalize().into())
    }
}

impl Environment for FakeEnvironment {
    async fn build(
        &mut self,
        apis: &[Api],
        _observer: &dyn Observer,
    ) -> Result<Vec<Result<Build, (String, Fault)>>, Fault> {
        let build = |api: &Api| {
            if self.has(api, FakeFault::BuildFails) {
                let fault = Fault::failed(format!("could not build {} (exit code 101)", api.id))
                    .log(vec!["error: expected one of `;` or `}`".to_owned()]);
                return Err((api.id.clone(), fault));
            }
            let id = hex::encode(Sha256::digest(api.id.as_bytes()));
            Ok(Build { api: api.id.clone(), id })
        };
        Ok(apis.iter().map(build).collect())
    }

    async fn start_metrics_database(&mut self, _observer: &dyn Observer) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    async fn start_application_database(&mut self, _observer: &dyn Observer) -> Result<(), Fault> {
        Ok(())
    }

    fn application_database(&self) -> Result<ApplicationDatabase, Fault> {
        Ok(ApplicationDatabase::Fake(self.database.clone()))
    }

    fn database_facts(&self) -> BTreeMap<String, String> {
        BTreeMap::from([("server_version".to_owned(), "fake".to_owned())])
    }

    async fn clear(&mut self) -> Result<(), Fault> {
        self.database = FakeDatabase::default();
        Ok(())
    }

    async fn start_service(&mut self, api: &Api, _log: &Path) -> Result<RunningService, Fault> {
        if let Some(running) = &self.service {
            return Err(Fault::failed(format!("{} is still running", running.id)));
        }
        if self.has(api, FakeFault::ExitsAtStart) {
            return Err(Fault::failed(format!("{} exited at its start (exit code 1)", api.id))
                .log(vec!["DATABASE_URL: not a URL".to_owned()]));
        }
        let mut random = self.random(&format!("start {}", api.id));
        let endpoint = Endpoint { protocol: api.protocol, authority: format!("127.0.0.1:{}", api.port) };
        let service = RunningService {
            generator_endpoint: endpoint.clone(),
            endpoint,
            pid: None,
            start_up_ms: Some(random.random_range(20.0..60.0)),
            idle_rss_bytes: Some(random.random_range(4..12) << 20),
        };
        self.service = Some(api.clone());
        Ok(service)
    }

    async fn prove(&mut self, _template: &EventTemplate) -> Result<(), Fault> {
        if self.has(self.running()?, FakeFault::ProofMissing) {
            return Err(Fault::failed("event loan-00000000-proof was acknowledged and its row is not there"));
        }
        Ok(())
    }

    async fn run_generator(
        &mut self,
        job: &GeneratorJob,
        interrupt: &Interrupt,
        _observer: &dyn Observer,
    ) -> Result<GeneratorRun, Fault> {
        let api = self.running()?.clone();
        let random = self.random(&format!("load {}", job.folder.file_name().unwrap_or_default().display()));
        let faults: Vec<FakeFault> =
            self.faults.iter().filter(|(name, _)| *name == api.id).map(|(_, fault)| *fault).collect();
        let loaded = generator::run(job, (&api, &faults), interrupt, random)?;
        self.database = loaded.database;
        Ok(GeneratorRun { end: loaded.end, samples: loaded.samples })
    }

    fn streams(&self) -> bool {
        true
    }

    async fn drive_database(&mut self, job: &CeilingJob) -> Result<f64, Fault> {
        let mut random = self.random(&format!("ceiling {}", job.payload));
        // Larger rows take longer to write; what small ones cost is the commit.
        let kib = f64::from(u32::try_from(job.payload.body_bytes()).unwrap_or(u32::MAX)) / 1024.0;
        Ok(random.random_range(5_900.0..6_100.0) / (1.0 + kib / 16.0))
    }

    async fn database_bytes(&mut self) -> Result<Option<u64>, Fault> {
        Ok(None)
    }

    async fn stop_service(&mut self) -> Result<Option<ServiceEnd>, Fault> {
        let Some(api) = self.service.take() else { return Ok(None) };
        let clean =
            ServiceEnd { code: Some(0), signal: None, early: false, killed: false, log_tail: Vec::new() };
        let killed = ServiceEnd { code: None, signal: Some(9), ..clean.clone() };
        Ok(Some(if self.has(&api, FakeFault::DiesUnderLoad) {
            ServiceEnd { early: true, log_tail: vec!["out of memory".to_owned()], ..killed }
        } else if self.has(&api, FakeFault::IgnoresStop) {
            ServiceEnd { killed: true, log_tail: vec!["still draining".to_owned()], ..killed }
        } else {
            clean
        }))
    }

    async fn shut_down(&mut self) -> Result<(), Fault> {
        self.service = None;
        Ok(())
    }
}
