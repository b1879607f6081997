//! A service that somebody else has started: it is spoken to and otherwise left alone.

use std::time::Duration;

use tokio::time::timeout;

use super::{super::database, ProcessEnvironment};
use crate::{
    fault::Fault,
    model::{Api, Endpoint, RunningService},
    wire,
};

/// By contract a service tells its health within a second.
const PATIENCE: Duration = Duration::from_secs(2);

/// The APIs that are built and started here.
pub(super) fn without(apis: &[Api]) -> Vec<Api> {
    apis.iter().filter(|api| !api.is_given()).cloned().collect()
}

impl ProcessEnvironment {
    /// Name and place of the service that is measured, whoever has started it.
    pub(super) fn answering(&self) -> Option<(&str, &Endpoint)> {
        let own = self.service.as_ref().map(|service| (service.api.as_str(), &service.endpoint));
        own.or_else(|| self.given.as_ref().map(|(api, endpoint)| (api.as_str(), endpoint)))
    }

    /// What our role in a database of the user's must be allowed to do.
    pub(super) fn rights(&self) -> &'static [&'static str] {
        match self.settings.given.service {
            Some(_) => database::BESIDE_A_SERVICE,
            None => database::AS_SERVICES,
        }
    }

    /// Asks the service for its health over its own wire; from then on it is the one that
    /// is measured. What only its starter could know is none.
    ///
    /// # Errors
    /// When nobody says where it is, or it gives no healthy answer.
    pub(super) async fn take_given(&mut self, api: &Api) -> Result<RunningService, Fault> {
        let endpoint = self.settings.given.service.clone().ok_or_else(|| {
            Fault::usage(format!(
                "{} was running already when its campaign began, and nobody says where",
                api.id
            ))
            .repair("name it again with --url")
        })?;
        let not_healthy = || {
            Fault::failed(format!("{} gives no healthy answer at {}", api.id, endpoint.authority))
                .repair("start it, or name another with --url")
        };
        match timeout(PATIENCE, wire::health(&endpoint)).await {
            Ok(Ok(())) => self.given = Some((api.id.clone(), endpoint.clone())),
            Ok(Err(error)) => return Err(not_healthy().cause(error)),
            Err(_) => return Err(not_healthy()),
        }
        let generator_endpoint = endpoint.clone();
        Ok(RunningService {
            endpoint,
            generator_endpoint,
            pid: None,
            start_up_ms: None,
            idle_rss_bytes: None,
        })
    }
}
