//! The contract's gRPC wire, as far as a load needs it.

use std::{future::pending, sync::Arc};

use hyper::server::conn::http2;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use stand_in::Fate;
use tokio::{net::TcpStream, sync::Notify};
use tonic::{Request, Response, Status};

use self::pb::event_service_server::{EventService, EventServiceServer};
use crate::{Event, Service};

#[allow(missing_docs, unreachable_pub, clippy::pedantic)]
mod pb {
    tonic::include_proto!("com.example.grpc");
}

pub(crate) async fn connection(stream: TcpStream, service: Arc<Service>) {
    let broken = Arc::new(Notify::new());
    let events = EventServiceServer::new(Events { service, broken: Arc::clone(&broken) });
    let served = http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(events));
    tokio::select! {
        // One that the caller left ends with an error.
        _ = served => {}
        () = broken.notified() => {}
    }
}

/// The calls of one connection.
struct Events {
    service: Arc<Service>,
    /// Told when the connection is to be closed.
    broken: Arc<Notify>,
}

#[tonic::async_trait]
impl EventService for Events {
    async fn process_event(
        &self,
        request: Request<pb::EventRequest>,
    ) -> Result<Response<pb::EventResponse>, Status> {
        let body = request.into_inner().event_body.unwrap_or_default();
        let entity = body.entities.into_iter().next().ok_or_else(|| Status::unknown("no entity"))?;
        let event = Event::named(entity.entity_type, entity.entity_id);
        match self.service.take(&event).await.map_err(|error| Status::unknown(error.to_string()))? {
            Fate::Acknowledged => {
                let message = "Event processed successfully".to_owned();
                Ok(Response::new(pb::EventResponse { success: true, message }))
            }
            Fate::Refused => Err(Status::unavailable("no connection came free")),
            Fate::Broken => Err(Status::data_loss("a status that the contract does not know")),
            Fate::Hung | Fate::Dropped => {
                self.broken.notify_one();
                // Until the connection is gone, and this call with it.
                pending().await
            }
        }
    }

    async fn health_check(
        &self,
        _request: Request<pb::HealthRequest>,
    ) -> Result<Response<pb::HealthResponse>, Status> {
        Ok(Response::new(pb::HealthResponse { healthy: true, message: "UP".to_owned() }))
    }
}
