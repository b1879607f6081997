//! The store, opened for a command that looks at what is there: with the user's
//! metrics database, with that of a campaign that is being measured, or with the
//! runner's own cluster, started for the command.

use clap::Args;

use super::{Fault, GivenArgs, Observer, Places, process_settings};
use crate::{
    environment::{
        Environment as _,
        process::{ProcessEnvironment, ProcessSettings, metrics_url_in_use},
    },
    model::{CampaignId, StoredCampaign, WhichCampaign},
    progress::Event,
    store::Store,
};

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
    environment: Option<ProcessEnvironment>,
}

impl OpenStore {
    /// For a command that only reads: it may run while a campaign is being measured.
    ///
    /// # Errors
    /// When the metrics database cannot be started or read.
    pub(super) async fn for_reading(
        given: GivenArgs,
        places: &Places,
        observer: &dyn Observer,
    ) -> Result<Self, Fault> {
        let settings = process_settings(places, given, true)?;
        if let Some(url) = settings.given.metrics_url.clone() {
            // It may be somebody's who is measuring right now.
            return match Store::look(&places.results, &url).await {
                Ok(store) => Ok(Self { store, environment: None }),
                // Its tables may only have to be made or brought up to date.
                Err(fault) => Self::start(settings, places, observer).await.map_err(|_| fault),
            };
        }
        let Some(url) = metrics_url_in_use(&places.state) else {
            return Self::start(settings, places, observer).await;
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
        given: GivenArgs,
        places: &Places,
        observer: &dyn Observer,
    ) -> Result<Self, Fault> {
        Self::start(process_settings(places, given, true)?, places, observer).await
    }

    async fn start(
        settings: ProcessSettings,
        places: &Places,
        observer: &dyn Observer,
    ) -> Result<Self, Fault> {
        let mut environment = ProcessEnvironment::open(settings, observer)?;
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
