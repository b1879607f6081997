//! The store, opened for a command that looks at what is there: with the user's
//! metrics database, or with the runner's own cluster, started for the command.

use clap::Args;

use super::{Fault, GivenArgs, Observer, Places, process_settings};
use crate::{
    environment::{Environment as _, process::ProcessEnvironment},
    model::{CampaignId, StoredCampaign, WhichCampaign},
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
    environment: ProcessEnvironment,
}

impl OpenStore {
    pub(super) async fn open(
        given: GivenArgs,
        places: &Places,
        observer: &dyn Observer,
    ) -> Result<Self, Fault> {
        let settings = process_settings(places, given, true)?;
        let mut environment = ProcessEnvironment::open(settings, observer)?;
        let opened = match environment.start_metrics_database(observer).await {
            Ok(Some(url)) => Store::connect(&places.results, &url).await,
            Ok(None) => Ok(Store::in_files(&places.results)),
            Err(fault) => Err(fault),
        };
        match opened {
            Ok(store) => Ok(Self { store, environment }),
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

    pub(super) async fn close(&mut self) -> Result<(), Fault> {
        self.environment.shut_down().await
    }
}
