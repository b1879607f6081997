//! The contract's service.

use producer_core::ingest::Ingest;
use tonic::{Request, Response, Status};

use super::event;
use super::pb::event_service_server::EventService;
use super::pb::{EventRequest, EventResponse, HealthRequest, HealthResponse};
use super::status::status;

/// Answers the two calls.
#[derive(Debug)]
pub(super) struct Producer {
    ingest: Ingest,
}

impl Producer {
    pub(super) fn new(ingest: Ingest) -> Self {
        Self { ingest }
    }
}

#[tonic::async_trait]
impl EventService for Producer {
    async fn process_event(&self, request: Request<EventRequest>) -> Result<Response<EventResponse>, Status> {
        let request = request.into_inner();
        match self.ingest.accept(event::draft(&request)).await {
            Ok(()) => {
                let message = "Event processed successfully".to_owned();
                Ok(Response::new(EventResponse { success: true, message }))
            }
            Err(fault) => Err(status(&fault)),
        }
    }

    async fn health_check(&self, _: Request<HealthRequest>) -> Result<Response<HealthResponse>, Status> {
        let (healthy, message) = match self.ingest.check_ready().await {
            Ok(()) => (true, "Ready to take events".to_owned()),
            Err(fault) => {
                fault.log();
                (false, fault.detail.into_owned())
            }
        };
        Ok(Response::new(HealthResponse { healthy, message }))
    }
}
