//! Services, databases and the generator as child processes of the runner.
//!
//! Everything is started through [`launch`], so that it dies with the runner, and
//! is written down in the state folder's record, so that the next start ends what
//! outlived it all the same. Nothing may be started from another thread than the
//! main one: see [`launch`].

mod binaries;
mod build;
mod clusters;
mod generator;
mod given;
mod k6;
pub mod launch;
mod onlooker;
pub(super) mod pgbench;
mod place;
mod service;
mod settings;
pub mod standing;

use std::{collections::BTreeMap, path::Path, pin::pin, time::Duration};

use postgres_cluster::Cluster;

pub use binaries::provide as provide_postgres;
pub use onlooker::metrics_url_in_use;
pub use settings::ProcessSettings;

use self::{
    clusters::{ClusterHost, Purpose},
    database::{ApplicationUrls, OwnServer},
    generator::Generator,
    launch::{DeathSignal, Launcher},
    lease::{Ending, Lease},
    processors::Split,
    sampling::{Ports, Sampled, Sampler, Sampling, Uncounted},
    service::{Service, ServiceStart},
};
use super::{
    Environment, control, database,
    endings::{self, Bounds, HURRIED, SERVICE_PATIENCE},
    files, identity, lease, ports, processors, proof, readiness, sampling,
};
use crate::{
    fault::Fault,
    interrupt::Interrupt,
    model::{
        Api, ApplicationDatabase, Build, CeilingJob, Endpoint, EventTemplate, GeneratorJob, GeneratorRun,
        RunningService, Samples, ServiceEnd,
    },
    progress::{Event, Observer, watched},
};

/// Services, databases and the generator as children of this process.
#[derive(Debug)]
pub struct ProcessEnvironment {
    settings: ProcessSettings,
    /// None after the end.
    lease: Option<Lease>,
    host: Option<ClusterHost>,
    application: Option<Cluster>,
    metrics: Option<Cluster>,
    urls: Option<ApplicationUrls>,
    service: Option<Service>,
    /// The service that somebody else started, while it is measured.
    given: Option<(String, Endpoint)>,
    generator: Option<Generator>,
    /// Whether the generator has our output.
    streams: bool,
    /// Who may run on which processors; none where there are too few to keep them apart.
    split: Option<Split>,
}

impl ProcessEnvironment {
    /// Takes the state folder for this process and ends what a killed runner left.
    ///
    /// # Errors
    /// When another runner holds it, or it cannot be written.
    pub fn open(settings: ProcessSettings, observer: &dyn Observer) -> Result<Self, Fault> {
        let lease = Lease::take(&settings.places.state, observer)?;
        Ok(Self {
            settings,
            lease: Some(lease),
            host: None,
            application: None,
            metrics: None,
            urls: None,
            service: None,
            given: None,
            generator: None,
            streams: false,
            split: processors::split(),
        })
    }

    fn lease(&mut self) -> Result<&mut Lease, Fault> {
        self.lease.as_mut().ok_or_else(|| Fault::failed("the environment was shut down"))
    }

    /// Starts programs on their part of the processors, where these are split.
    fn launcher_on(&self, part: impl Fn(&Split) -> &[u32]) -> Launcher {
        self.settings.launcher.on(self.split.as_ref().map_or(&[], part))
    }

    /// The processes that a load is about, and how their sockets are known.
    fn sampled(&self, generator: u32) -> Sampled {
        Sampled {
            service: self.service.as_ref().map(|service| service.pid),
            generator: Some(generator),
            database: self.application.as_ref().map(Cluster::pid),
            ports: Ports {
                service: self.answering().and_then(|(_, endpoint)| endpoint.port()),
                database: self.urls.as_ref().and_then(ApplicationUrls::port),
            },
        }
    }

    fn urls(&self) -> Result<&ApplicationUrls, Fault> {
        self.urls.as_ref().ok_or_else(|| Fault::failed("the application database was not started"))
    }

    /// Starts the cluster for a purpose; what all of them need is found first.
    async fn start_cluster(&mut self, purpose: Purpose, observer: &dyn Observer) -> Result<Cluster, Fault> {
        if self.host.is_none() {
            let state = &self.settings.places.state;
            let place = place::prepare(state, &self.settings.launcher, observer)?;
            let given = self.settings.given.postgres_bin.as_deref();
            let binaries = binaries::find(given, &place.folder, observer).await?;
            let processors = self.split.as_ref().map(|split| split.measured.clone()).unwrap_or_default();
            self.host = Some(ClusterHost { place, binaries, logs: state.join("logs"), processors });
        }
        let (Some(host), Some(lease)) = (&self.host, &mut self.lease) else {
            return Err(Fault::failed("the environment was shut down"));
        };
        let what = format!("start PostgreSQL ({})", purpose.word());
        watched(observer, &what, async { host.start(purpose, lease) }).await
    }

    /// Ends the service that was begun and did not get ready.
    async fn abandon_service(&mut self) {
        if let Some(service) = self.service.take() {
            let pid = service.pid;
            // The first error is the one to tell; the next start sees to the rest.
            let _ = service.stop(HURRIED).await;
            let _ = self.lease().and_then(|lease| lease.ended(pid));
        }
    }
}

impl Environment for ProcessEnvironment {
    async fn build(
        &mut self,
        apis: &[Api],
        observer: &dyn Observer,
    ) -> Result<Vec<Result<Build, (String, Fault)>>, Fault> {
        let builds = self.build_all(&given::without(apis), observer).await?;
        self.streams = k6::has_output(&self.k6()).await;
        if !self.streams {
            let text = "this k6 has no output `windows`: there are counts of whole phases, and neither windows nor seconds";
            observer.observe(&Event::Warning { text: text.to_owned() });
        }
        Ok(builds)
    }

    async fn start_metrics_database(&mut self, observer: &dyn Observer) -> Result<Option<String>, Fault> {
        if let Some(given) = &self.settings.given.metrics_url {
            return Ok(Some(given.clone()));
        }
        let cluster = match self.metrics.take() {
            Some(running) => running,
            None => self.start_cluster(Purpose::Metrics, observer).await?,
        };
        let url = database::prepare_metrics(&OwnServer::from(&cluster)).await;
        self.metrics = Some(cluster);
        url.map(Some)
    }

    async fn start_application_database(&mut self, observer: &dyn Observer) -> Result<(), Fault> {
        if let Some(given) = self.settings.given.database_url.clone() {
            self.urls = Some(database::accept(&given, self.rights()).await?);
            return Ok(());
        }
        if let Some(standing) = standing::current(&self.settings.places.state) {
            let text = format!(
                "{} is up (pid {}) and shares this host with what is measured; `perf-runner down` ends it",
                standing.api, standing.pid
            );
            observer.observe(&Event::Warning { text });
        }
        if self.application.is_none() {
            self.application = Some(self.start_cluster(Purpose::Application, observer).await?);
        }
        if let Some(cluster) = &self.application {
            self.urls = Some(database::prepare(&OwnServer::from(cluster)).await?);
        }
        Ok(())
    }

    fn application_database(&self) -> Result<ApplicationDatabase, Fault> {
        let urls = self.urls()?;
        Ok(ApplicationDatabase::Postgres {
            service_url: urls.service.clone(),
            runner_url: urls.runner.clone(),
            owner_url: self.application.as_ref().map(|cluster| OwnServer::from(cluster).owner_url()),
        })
    }

    fn database_facts(&self) -> BTreeMap<String, String> {
        self.urls.as_ref().map(|urls| urls.facts.clone()).unwrap_or_default()
    }

    fn generator_id(&self) -> Option<String> {
        self.k6_identity()
    }

    async fn clear(&mut self) -> Result<(), Fault> {
        database::clear(self.urls()?).await
    }

    async fn start_service(&mut self, api: &Api, log: &Path) -> Result<RunningService, Fault> {
        if let Some(running) = &self.service {
            return Err(Fault::failed(format!("{} is still running", running.api)));
        }
        if api.is_given() {
            return self.take_given(api).await;
        }
        let port = ports::choose(self.settings.service_port)?;
        let start = ServiceStart {
            api,
            root: &self.settings.places.root,
            launcher: self.launcher_on(|split| &split.measured).prefix(DeathSignal::Kill),
            port,
            database_url: &self.urls()?.service,
            max_connections: self.settings.max_connections,
            log,
        };
        let service = Service::spawn(&start)?;
        let pid = service.pid;
        // Kept before it is waited for: whoever drops this call can still stop it.
        let service = self.service.insert(service);
        let recorded = match &mut self.lease {
            Some(lease) => lease.started(&api.id, pid, Ending::Kill),
            None => Err(Fault::failed("the environment was shut down")),
        };
        let ready = match recorded {
            Ok(()) => service.wait_ready().await,
            Err(fault) => Err(fault),
        };
        if ready.is_err() {
            self.abandon_service().await;
        }
        ready
    }

    async fn prove(&mut self, template: &EventTemplate) -> Result<(), Fault> {
        let (api, endpoint) = self.answering().ok_or_else(|| Fault::failed("no service is running"))?;
        proof::prove(api, endpoint, (self.urls()?, template)).await
    }

    async fn run_generator(
        &mut self,
        job: &GeneratorJob,
        interrupt: &Interrupt,
        observer: &dyn Observer,
    ) -> Result<GeneratorRun, Fault> {
        let program = self.k6();
        let launcher = self.launcher_on(|split| &split.generator).prefix(DeathSignal::Kill);
        let processors = self.split.as_ref().map(|split| split.generator.len());
        let generator = Generator::spawn(&program, launcher, job, processors)?;
        let pid = generator.pid;
        let sampled = self.sampled(pid);
        let generator = self.generator.insert(generator);
        if let Some(lease) = &mut self.lease {
            lease.started("k6", pid, Ending::Kill)?;
        }
        let bounds = Bounds { deadline: Duration::from_millis(job.deadline_ms), interrupt };
        let database = self.urls.as_ref().map(ApplicationUrls::for_sampling);
        let sampling = Sampling { sampled, database, phases: &job.phases, observer };
        let ran = load(generator, &bounds, self.service.as_mut(), &sampling).await;
        self.generator = None;
        self.lease()?.ended(pid)?;
        ran
    }

    fn streams(&self) -> bool {
        self.streams
    }

    async fn drive_database(&mut self, job: &CeilingJob) -> Result<f64, Fault> {
        self.run_pgbench(job).await
    }

    async fn database_bytes(&mut self) -> Result<Option<u64>, Fault> {
        database::table_bytes(self.urls()?).await
    }

    async fn stop_service(&mut self) -> Result<Option<ServiceEnd>, Fault> {
        self.given = None;
        let Some(service) = self.service.take() else { return Ok(None) };
        let pid = service.pid;
        let end = service.stop(SERVICE_PATIENCE).await;
        self.lease()?.ended(pid)?;
        end.map(Some)
    }

    async fn shut_down(&mut self) -> Result<(), Fault> {
        self.abandon_service().await;
        self.end_strays();
        let mut result = Ok(());
        if let Some(lease) = &mut self.lease {
            for (purpose, cluster) in
                [(Purpose::Application, self.application.take()), (Purpose::Metrics, self.metrics.take())]
            {
                if let Some(cluster) = cluster {
                    result = result.and(clusters::stop(purpose, cluster, lease));
                }
            }
        }
        self.urls = None;
        self.lease = None;
        result
    }
}

/// Holds the generator until it has all its VUs, releases it and waits for its end.
/// Sampling begins just before and ends just after.
async fn load(
    generator: &mut Generator,
    bounds: &Bounds<'_>,
    service: Option<&mut Service>,
    sampling: &Sampling<'_>,
) -> Result<GeneratorRun, Fault> {
    let mut service_ended = pin!(async {
        match service {
            Some(service) => service.ended().await,
            None => std::future::pending().await,
        }
    });
    if let Some(end) = generator.ready(bounds, service_ended.as_mut()).await? {
        return Ok(GeneratorRun { end, samples: Samples::default() });
    }
    let mut sampler = Sampler::begin(sampling, Uncounted).await;
    sampler.released(generator.release().await?);
    let end = tokio::select! {
        end = generator.wait(bounds, service_ended) => end?,
        never = sampler.watch(sampling.observer) => match never {},
    };
    Ok(GeneratorRun { end, samples: sampler.finish().await })
}

impl ProcessEnvironment {
    /// Kills what is on record and no cluster: builds and generators whose call
    /// was dropped half-way.
    fn end_strays(&mut self) {
        self.generator = None;
        let Some(lease) = &mut self.lease else { return };
        let strays: Vec<_> =
            lease.children().iter().filter(|child| child.ending == Ending::Kill).cloned().collect();
        for stray in strays {
            lease::end(&stray);
            // When it cannot be written down the next start looks for it in vain.
            let _ = lease.ended(stray.process.pid);
        }
    }
}

impl Drop for ProcessEnvironment {
    fn drop(&mut self) {
        self.end_strays();
        // Clusters stop themselves when they are dropped; the lock goes last.
        for cluster in [self.application.take(), self.metrics.take()].into_iter().flatten() {
            let pid = cluster.pid();
            drop(cluster);
            if let Some(lease) = &mut self.lease {
                let _ = lease.ended(pid);
            }
        }
    }
}
