//! The store, opened for a command that looks at what is there: with the user's
//! metrics database, with that of a campaign that is being measured, or with the
//! runner's own cluster, started for the command.

use clap::Args;

use super::{Fault, Given, MetricsArgs, Observer, Places, ServerArgs, engine::RuntimeArgs, usable_elsewhere};
use crate::{
    environment::{
        Environment as _,
        docker::{self, DockerEnvironment, DockerSettings},
        process::{ProcessEnvironment, ProcessSettings, metrics_url_in_use},
    },
    model::{CampaignId, StoredCampaign, WhichCampaign},
    progress::Event,
    settings::Runtime,
    store::Store,
};

/// Where the store is.
#[derive(Debug, Args)]
pub(super) struct StoreArgs {
    #[command(flatten)]
    metrics: MetricsArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    runtime: RuntimeArgs,
}

/// What keeps the metrics database, which is started for the command.
enum Keeper {
    Process(ProcessSettings),
    Docker(DockerSettings),
}

impl StoreArgs {
    fn keeper(self, places: &Places) -> Result<(Keeper, Option<String>), Fault> {
        let url = self.metrics.metrics_url;
        let given = Given {
            metrics_url: url.clone(),
            postgres_bin: self.server.postgres_bin.map(usable_elsewhere),
            ..Given::default()
        };
        let keeper = match self.runtime.of_store(&given) {
            Runtime::Docker => Keeper::Docker(self.runtime.docker(places, given)),
            Runtime::Process | Runtime::Fake => Keeper::Process(ProcessSettings::new(places.clone(), given)?),
        };
        Ok((keeper, url))
    }
}

impl Keeper {
    /// The database that a campaign which is being measured writes to.
    async fn in_use(&self, places: &Places) -> Option<String> {
        match self {
            Self::Process(_) => metrics_url_in_use(&places.state),
            Self::Docker(settings) => docker::metrics_url_in_use(settings).await,
        }
    }
}

/// Which campaign.
#[derive(Debug, Args)]
pub(super) struct CampaignChoice {
    /// A campaign's id, or `latest`.
    #[arg(long, value_name = "ID", default_value = "latest", env = "PERF_CAMPAIGN")]
    campaign: String,
}

impl CampaignChoice {
    pub(super) fn which(&self) -> WhichCampaign {
        which(&self.campaign)
    }
}

pub(super) fn which(word: &str) -> WhichCampaign {
    if word == "latest" { WhichCampaign::Latest } else { WhichCampaign::Id(CampaignId(word.to_owned())) }
}

/// A store and what has to be stopped after it.
pub(super) struct OpenStore {
    pub(super) store: Store,
    /// None when somebody else's database was looked into.
    environment: Option<Running>,
}

/// What runs until the command is done.
enum Running {
    Process(Box<ProcessEnvironment>),
    Docker(Box<DockerEnvironment>),
}

impl OpenStore {
    /// For a command that only reads: it may run while a campaign is being measured.
    ///
    /// # Errors
    /// When the metrics database cannot be started or read.
    pub(super) async fn for_reading(
        args: StoreArgs,
        places: &Places,
        observer: &dyn Observer,
    ) -> Result<Self, Fault> {
        let (keeper, given) = args.keeper(places)?;
        if let Some(url) = given {
            // It may be somebody's who is measuring right now.
            return match Store::look(&places.results, &url).await {
                Ok(store) => Ok(Self { store, environment: None }),
                // Its tables may only have to be made or brought up to date.
                Err(fault) => Self::start(keeper, places, observer).await.map_err(|_| fault),
            };
        }
        let Some(url) = keeper.in_use(places).await else {
            return Self::start(keeper, places, observer).await;
        };
        let text = "a campaign is being measured; looking into its metrics database".to_owned();
        observer.observe(&Event::Note { text });
        Ok(Self { store: Store::look(&places.results, &url).await?, environment: None })
    }

    /// For a command that writes: nobody else is at work meanwhile.
    ///
    /// # Errors
    /// When a campaign is being measured, or the metrics database cannot be started.
    pub(super) async fn alone(
        args: StoreArgs,
        places: &Places,
        observer: &dyn Observer,
    ) -> Result<Self, Fault> {
        Self::start(args.keeper(places)?.0, places, observer).await
    }

    async fn start(keeper: Keeper, places: &Places, observer: &dyn Observer) -> Result<Self, Fault> {
        let mut environment = match keeper {
            Keeper::Process(settings) => {
                Running::Process(Box::new(ProcessEnvironment::open(settings, observer)?))
            }
            Keeper::Docker(settings) => {
                Running::Docker(Box::new(DockerEnvironment::open(settings, observer).await?))
            }
        };
        let opened = match environment.start_metrics_database(observer).await {
            Ok(Some(url)) => Store::connect(&places.results, &url).await,
            Ok(None) => Ok(Store::in_files(&places.results)),
            Err(fault) => Err(fault),
        };
        match opened {
            Ok(store) => Ok(Self { store, environment: Some(environment) }),
            Err(fault) => {
                environment.shut_down().await?;
                Err(fault)
            }
        }
    }

    /// Loads one campaign and stops what was started.
    pub(super) async fn load(mut self, which: &WhichCampaign) -> Result<StoredCampaign, Fault> {
        let loaded = self.store.load(which).await;
        self.close().await?;
        loaded
    }

    /// Does something with the store and stops what was started, however it ends.
    pub(super) async fn with<T>(
        mut self,
        work: impl AsyncFnOnce(&Store) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let done = work(&self.store).await;
        self.close().await?;
        done
    }

    async fn close(&mut self) -> Result<(), Fault> {
        match &mut self.environment {
            Some(environment) => environment.shut_down().await,
            None => Ok(()),
        }
    }
}

impl Running {
    async fn start_metrics_database(&mut self, observer: &dyn Observer) -> Result<Option<String>, Fault> {
        match self {
            Self::Process(environment) => environment.start_metrics_database(observer).await,
            Self::Docker(environment) => environment.start_metrics_database(observer).await,
        }
    }

    async fn shut_down(&mut self) -> Result<(), Fault> {
        match self {
            Self::Process(environment) => environment.shut_down().await,
            Self::Docker(environment) => environment.shut_down().await,
        }
    }
}
