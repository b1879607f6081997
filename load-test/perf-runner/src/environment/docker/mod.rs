//! Services, databases and the generator as containers.
//!
//! The engine runs on this machine: containers find the files of a test run under
//! the same paths, and the runner reaches their ports on the loopback. Between
//! themselves they speak over a network of their own. Everything that is made
//! carries the mark of the state folder, so that the next start removes what a
//! killed runner has left, and nothing else is ever touched.

mod container;
mod context;
mod counters;
mod engine;
mod generator;
mod images;
mod labels;
mod leftovers;
mod limits;
mod load;
mod pgbench;
mod postgres;
mod probe;
mod service;
mod settings;
mod standing;

use std::{collections::BTreeMap, path::Path, time::Duration};

use bollard::models::NetworkCreateRequest;

use self::{
    container::Container,
    engine::Engine,
    generator::{Generator, GeneratorStart},
    images::{Builder, OwnImage},
    labels::Role,
    load::{Loaded, Told},
    pgbench::PgbenchStart,
    postgres::{Postgres, PostgresStart},
    service::{Service, ServiceStart},
};
pub use self::{
    leftovers::{Found, Kind},
    limits::{Limits, Memory, RoleLimits},
    settings::{BaseImages, DockerSettings},
    standing::{cleanup, is_there, metrics_url_in_use},
};
use super::{
    Environment,
    database::{self, ApplicationUrls},
    endings::{Bounds, HURRIED, SERVICE_PATIENCE},
    lease::Lease,
    proof,
};
use crate::{
    fault::Fault,
    interrupt::Interrupt,
    model::{
        Api, ApplicationDatabase, Build, CeilingJob, EventTemplate, GeneratorJob, GeneratorRun,
        RunningService, ServiceEnd,
    },
    progress::{Observer, watched},
};

/// The image of the generator, whose Dockerfile is in `load-test/k6`.
const K6_IMAGE: &str = "perf-k6";
/// What `docker-compose.yml` starts, too.
const POSTGRES_IMAGE: &str = "postgres:15.18-bookworm";

/// Services, databases and the generator as containers.
#[derive(Debug)]
pub struct DockerEnvironment {
    settings: DockerSettings,
    /// None after the end.
    lease: Option<Lease>,
    engine: Engine,
    /// The network's name; none before something is started.
    network: Option<String>,
    metrics: Option<Postgres>,
    application: Option<Postgres>,
    urls: Option<ApplicationUrls>,
    service: Option<Service>,
    generator: Option<Generator>,
    ceiling: Option<Container>,
    /// What makes two environments comparable, by name.
    facts: BTreeMap<String, String>,
}

impl DockerEnvironment {
    /// Takes the state folder for this process, finds the engine and removes what a
    /// killed runner left there.
    ///
    /// # Errors
    /// When another runner holds the folder, or there is no engine that can be used.
    pub async fn open(settings: DockerSettings, observer: &dyn Observer) -> Result<Self, Fault> {
        settings.check()?;
        let lease = Lease::take(&settings.places.state, observer)?;
        let engine = Engine::connect(settings.host.as_deref(), &settings.places.state).await?;
        engine.demand_limits()?;
        leftovers::clear(&engine, observer).await?;
        let facts = settings.facts(&engine);
        Ok(Self {
            settings,
            lease: Some(lease),
            engine,
            network: None,
            metrics: None,
            application: None,
            urls: None,
            service: None,
            generator: None,
            ceiling: None,
            facts,
        })
    }

    fn urls(&self) -> Result<&ApplicationUrls, Fault> {
        self.urls.as_ref().ok_or_else(|| Fault::failed("the application database was not started"))
    }

    /// The URL of the application database for services.
    fn service_url(&self) -> Result<String, Fault> {
        let url = &self.urls()?.service;
        Ok(self.application.as_ref().map_or_else(|| url.clone(), |postgres| postgres.seen_from_inside(url)))
    }

    /// The network of this run, made at its first use.
    async fn network(&mut self) -> Result<String, Fault> {
        if let Some(name) = &self.network {
            return Ok(name.clone());
        }
        let name = format!("perf-runner-{}", self.engine.owner);
        let request = NetworkCreateRequest {
            name: name.clone(),
            driver: Some("bridge".to_owned()),
            labels: Some(labels::of(&self.engine.owner, Role::Network)),
            ..NetworkCreateRequest::default()
        };
        let made = self.engine.docker.create_network(request).await;
        made.map_err(|error| Fault::failed("the engine cannot make a network").cause(error))?;
        Ok(self.network.insert(name).clone())
    }

    async fn start_postgres(&mut self, role: Role, observer: &dyn Observer) -> Result<Postgres, Fault> {
        let image = self.settings.postgres_image().to_owned();
        let id = images::pulled(&self.engine, &image, observer).await?;
        self.facts.insert("image.postgres".to_owned(), id);
        let network = self.network().await?;
        let start = PostgresStart {
            role,
            image: &image,
            limits: &self.settings.limits.database,
            password: self.settings.superuser_password(role)?,
            volume: format!("perf-runner-{}-{}", self.engine.owner, role.word()),
        };
        let mut postgres = Postgres::create(&self.engine, &network, start).await?;
        let what = format!("start PostgreSQL ({})", role.word());
        match watched(observer, &what, postgres.start()).await {
            Ok(()) => Ok(postgres),
            Err(fault) => {
                // The first error is the one to tell; the next start sees to the rest.
                let _ = postgres.container.remove().await;
                Err(fault)
            }
        }
    }

    /// Ends the service that was begun and did not get ready.
    async fn abandon_service(&mut self) {
        if let Some(service) = self.service.take() {
            let container = service.container.clone();
            // The first error is the one to tell; the next start sees to the rest.
            if service.stop(HURRIED).await.is_err() {
                let _ = container.remove().await;
            }
        }
    }

    /// Ends a generator whose call was dropped half-way.
    async fn abandon_generator(&mut self) {
        let left = [self.generator.take().map(|generator| generator.container), self.ceiling.take()];
        for container in left.into_iter().flatten() {
            let _ = container.remove().await;
        }
    }
}

impl Environment for DockerEnvironment {
    async fn build(
        &mut self,
        apis: &[Api],
        observer: &dyn Observer,
    ) -> Result<Vec<Result<Build, (String, Fault)>>, Fault> {
        let places = self.settings.places.clone();
        let k6 = OwnImage { tag: K6_IMAGE.to_owned(), folder: "load-test/k6".into() };
        let mut builds = Vec::new();
        let k6_id;
        if self.settings.skip_build {
            k6_id = images::built_before(&self.engine, &k6.tag).await?;
            for api in apis {
                builds.push(told(api, images::built_before(&self.engine, &api.image).await));
            }
        } else {
            let builder = Builder::new(&self.engine, &places.root, &places.state, &self.settings.images)?;
            k6_id = builder.build(&k6, observer).await?;
            for api in apis {
                let image = OwnImage { tag: api.image.clone(), folder: api.id.clone().into() };
                builds.push(told(api, builder.build(&image, observer).await));
            }
        }
        self.facts.insert("image.k6".to_owned(), k6_id);
        let network = self.network().await?;
        probe::demand_same_machine(&self.engine, &network, &self.settings).await?;
        Ok(builds)
    }

    async fn start_metrics_database(&mut self, observer: &dyn Observer) -> Result<Option<String>, Fault> {
        if let Some(given) = &self.settings.given.metrics_url {
            return Ok(Some(given.clone()));
        }
        let postgres = match self.metrics.take() {
            Some(running) => running,
            None => self.start_postgres(Role::Metrics, observer).await?,
        };
        let url = database::prepare_metrics(&postgres.server).await;
        self.metrics = Some(postgres);
        url.map(Some)
    }

    async fn start_application_database(&mut self, observer: &dyn Observer) -> Result<(), Fault> {
        if let Some(given) = self.settings.given.database_url.clone() {
            self.urls = Some(database::accept(&given, database::AS_SERVICES).await?);
            return Ok(());
        }
        let postgres = match self.application.take() {
            Some(running) => running,
            None => self.start_postgres(Role::Application, observer).await?,
        };
        let urls = database::prepare(&postgres.server).await;
        self.application = Some(postgres);
        self.urls = Some(urls?);
        Ok(())
    }

    fn application_database(&self) -> Result<ApplicationDatabase, Fault> {
        let urls = self.urls()?;
        Ok(ApplicationDatabase::Postgres {
            service_url: urls.service.clone(),
            runner_url: urls.runner.clone(),
            owner_url: self.application.as_ref().map(|postgres| postgres.server.owner_url()),
        })
    }

    fn database_facts(&self) -> BTreeMap<String, String> {
        self.urls.as_ref().map(|urls| urls.facts.clone()).unwrap_or_default()
    }

    fn container_facts(&self) -> BTreeMap<String, String> {
        self.facts.clone()
    }

    async fn clear(&mut self) -> Result<(), Fault> {
        database::clear(self.urls()?).await
    }

    async fn start_service(&mut self, api: &Api, log: &Path) -> Result<RunningService, Fault> {
        if let Some(running) = &self.service {
            return Err(Fault::failed(format!("{} is still running", running.container.what)));
        }
        let (network, database_url) = (self.network().await?, self.service_url()?);
        let start = ServiceStart {
            api,
            database_url: &database_url,
            max_connections: self.settings.max_connections,
            limits: &self.settings.limits.service,
            log,
        };
        // Kept before it is started: whoever drops this call can still stop it.
        let service = self.service.insert(Service::create(&self.engine, &network, &start).await?);
        let ready = service.start().await;
        if ready.is_err() {
            self.abandon_service().await;
        }
        ready
    }

    async fn prove(&mut self, template: &EventTemplate) -> Result<(), Fault> {
        let service = self.service.as_ref().ok_or_else(|| Fault::failed("no service is running"))?;
        proof::prove(&service.container.what, &service.endpoint, (self.urls()?, template)).await
    }

    async fn run_generator(
        &mut self,
        job: &GeneratorJob,
        interrupt: &Interrupt,
        observer: &dyn Observer,
    ) -> Result<GeneratorRun, Fault> {
        let network = self.network().await?;
        let limits = &self.settings.limits.k6;
        let start = GeneratorStart { job, image: K6_IMAGE, root: &self.settings.places.root, limits };
        let generator = self.generator.insert(Generator::create(&self.engine, &network, start).await?);
        let bounds = Bounds { deadline: Duration::from_millis(job.deadline_ms), interrupt };
        let loaded = Loaded { service: self.service.as_ref(), application: self.application.as_ref() };
        let database = self.urls.as_ref().map(ApplicationUrls::for_sampling);
        let ran = loaded.by(generator, &bounds, Told { database, phases: &job.phases, observer }).await;
        self.abandon_generator().await;
        ran
    }

    fn streams(&self) -> bool {
        // The image is built from the repository's own k6.
        true
    }

    async fn drive_database(&mut self, job: &CeilingJob) -> Result<f64, Fault> {
        if self.application.is_none() {
            return Err(Fault::failed("the database is not one of ours, and pgbench would need its image"));
        }
        let (network, database_url) = (self.network().await?, self.service_url()?);
        let image = self.settings.postgres_image().to_owned();
        // What takes the generator's place has the generator's limits.
        let limits = &self.settings.limits.k6;
        let start = PgbenchStart { job, image: &image, database_url: &database_url, limits };
        let container = self.ceiling.insert(pgbench::create(&self.engine, &network, start).await?);
        let driven = pgbench::run(container, job).await;
        self.abandon_generator().await;
        driven
    }

    async fn database_bytes(&mut self) -> Result<Option<u64>, Fault> {
        database::table_bytes(self.urls()?).await
    }

    async fn stop_service(&mut self) -> Result<Option<ServiceEnd>, Fault> {
        let Some(service) = self.service.take() else { return Ok(None) };
        service.stop(SERVICE_PATIENCE).await.map(Some)
    }

    async fn shut_down(&mut self) -> Result<(), Fault> {
        self.abandon_service().await;
        self.abandon_generator().await;
        let mut result = Ok(());
        for postgres in [self.application.take(), self.metrics.take()].into_iter().flatten() {
            result = result.and(postgres.stop().await);
        }
        if let Some(network) = self.network.take() {
            let network = Found { kind: Kind::Network, name: network, role: String::new() };
            result = result.and(leftovers::remove(&self.engine, &network).await);
        }
        self.urls = None;
        self.lease = None;
        result
    }
}

fn told(api: &Api, id: Result<String, Fault>) -> Result<Build, (String, Fault)> {
    let build = id.map(|id| Build { api: api.id.clone(), id });
    build.map_err(|fault| (api.id.clone(), fault))
}
