//! The standard health service, under the same rule as the contract's own call.

use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use producer_core::ingest::Ingest;
use tokio::sync::watch;
use tokio::time::sleep;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse, health_server};

use super::until;

/// The names that a caller may ask for: the server as a whole and the contract's service.
const KNOWN: [&str; 2] = ["", "com.example.grpc.EventService"];
/// How often a watcher's answer is looked at again.
const WATCH_INTERVAL: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Health {
    ingest: Ingest,
    stopped: watch::Receiver<bool>,
}

impl Health {
    /// Watchers are told the end when `stopped` turns true, so that they do not hold the drain.
    pub(super) fn new(ingest: Ingest, stopped: watch::Receiver<bool>) -> Self {
        Self { ingest, stopped }
    }
}

async fn serving_status(ingest: &Ingest) -> ServingStatus {
    match ingest.check_ready().await {
        Ok(()) => ServingStatus::Serving,
        Err(_) => ServingStatus::NotServing,
    }
}

fn reply(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[tonic::async_trait]
impl health_server::Health for Health {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        if !KNOWN.contains(&&*request.get_ref().service) {
            return Err(Status::not_found("There is no such service here"));
        }
        Ok(Response::new(reply(serving_status(&self.ingest).await)))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    /// The state at once, and then every change of it.
    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let known = KNOWN.contains(&&*request.get_ref().service);
        let watcher = Watcher { ingest: self.ingest.clone(), stopped: self.stopped.clone(), told: None };
        let changes = stream::unfold(watcher, move |mut watcher| async move {
            let status = watcher.next_change(known).await?;
            watcher.told = Some(status);
            Some((Ok(reply(status)), watcher))
        });
        Ok(Response::new(Box::pin(changes)))
    }
}

struct Watcher {
    ingest: Ingest,
    stopped: watch::Receiver<bool>,
    told: Option<ServingStatus>,
}

impl Watcher {
    /// None when the service stops.
    async fn next_change(&self, known: bool) -> Option<ServingStatus> {
        let change = async {
            loop {
                if self.told.is_some() {
                    sleep(WATCH_INTERVAL).await;
                }
                let status =
                    if known { serving_status(&self.ingest).await } else { ServingStatus::ServiceUnknown };
                if self.told != Some(status) {
                    return status;
                }
            }
        };
        tokio::select! {
            status = change => Some(status),
            () = until(self.stopped.clone()) => None,
        }
    }
}
