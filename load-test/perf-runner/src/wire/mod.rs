//! Speaks to a service over its own wire: one request, and what came back.
//!
//! Nothing here judges a reply, repeats a request, or knows what a case is. A
//! [`Connection`] is opened once and used for many requests; [`health`] and
//! [`send_event`] open one of their own for callers who need a single answer.

mod fault;
mod grpc;
mod grpc_code;
pub mod message;
mod raw;
mod reply;
mod rest;

use std::time::Duration;

pub use fault::WireFault;
pub use grpc::{GrpcConnection, GrpcRequest};
pub use grpc_code::{GRPC_CODE_NAMES, GrpcCode};
pub use raw::RawRequest;
pub use reply::{Reply, Status, Violation};
pub use rest::{Delivery, RestConnection, RestRequest};
use serde_json::Value;

use crate::model::{Endpoint, Protocol};

/// The messages of `contract/event_service.proto`.
#[allow(missing_docs, clippy::pedantic)]
pub mod pb {
    include!(concat!(env!("OUT_DIR"), "/com.example.grpc.rs"));
}

/// Where one event is posted.
pub const EVENTS_PATH: &str = "/api/v1/events";
/// Where an array of events is posted.
pub const BULK_PATH: &str = "/api/v1/events/bulk";
/// Where health is asked.
pub const HEALTH_PATH: &str = "/api/v1/events/health";
/// The gRPC method that takes one event.
pub const PROCESS_EVENT: &str = "/com.example.grpc.EventService/ProcessEvent";
/// The gRPC method that tells health.
const HEALTH_CHECK: &str = "/com.example.grpc.EventService/HealthCheck";

/// How long a single health call may take: a service answers within 1 s by contract.
const HEALTH_LIMIT: Duration = Duration::from_secs(3);
/// How long a single event may take; a service gives up on its database sooner.
const EVENT_LIMIT: Duration = Duration::from_secs(15);

/// A way to one service, over the wire it speaks.
#[derive(Debug, Clone)]
pub enum Connection {
    /// A pool of HTTP/1.1 connections.
    Rest(RestConnection),
    /// One HTTP/2 connection.
    Grpc(GrpcConnection),
}

impl Connection {
    /// Opens a way to the endpoint. REST connects with the first request.
    ///
    /// # Errors
    /// [`WireFault::Unusable`] for an authority that is no `host:port`, and on
    /// gRPC [`WireFault::Unreachable`] when nothing answers within the limit.
    pub async fn open(endpoint: &Endpoint, limit: Duration) -> Result<Self, WireFault> {
        match endpoint.protocol {
            Protocol::Rest => RestConnection::open(&endpoint.authority, limit).map(Self::Rest),
            Protocol::Grpc => GrpcConnection::open(&endpoint.authority, limit).await.map(Self::Grpc),
        }
    }

    /// Asks for health, once.
    pub async fn health(&self) -> Result<Reply, WireFault> {
        match self {
            Self::Rest(rest) => rest.send(RestRequest::get(HEALTH_PATH)).await,
            Self::Grpc(grpc) => grpc.call(GrpcRequest::new(HEALTH_CHECK, Vec::new())).await,
        }
    }

    /// Sends one event, once.
    ///
    /// # Errors
    /// [`WireFault::NoMessage`] for an event that the gRPC message cannot carry,
    /// and every fault of the wire.
    pub async fn send_event(&self, event: &Value) -> Result<Reply, WireFault> {
        match self {
            Self::Rest(rest) => {
                rest.send(RestRequest::post_json(EVENTS_PATH, event.to_string().into())).await
            }
            Self::Grpc(grpc) => {
                let message = message::from_json(event).map_err(WireFault::NoMessage)?;
                grpc.call(GrpcRequest::new(PROCESS_EVENT, prost::Message::encode_to_vec(&message))).await
            }
        }
    }
}

/// Asks a service for its health over its own wire, once.
///
/// # Errors
/// [`WireFault::Unhealthy`] when it answers and is not healthy; else why there
/// was no answer.
pub async fn health(endpoint: &Endpoint) -> Result<(), WireFault> {
    let reply = Connection::open(endpoint, HEALTH_LIMIT).await?.health().await?;
    if reply.is_healthy() {
        return Ok(());
    }
    Err(WireFault::Unhealthy { authority: endpoint.authority.clone(), answer: reply.to_string() })
}

/// Sends one event to a service over its own wire, once, and gives its reply,
/// success or not.
///
/// # Errors
/// [`WireFault::NoMessage`] for an event that the gRPC message cannot carry;
/// else why there was no answer.
pub async fn send_event(endpoint: &Endpoint, event: &Value) -> Result<Reply, WireFault> {
    Connection::open(endpoint, EVENT_LIMIT).await?.send_event(event).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(protocol: Protocol, authority: impl Into<String>) -> Endpoint {
        Endpoint { protocol, authority: authority.into() }
    }

    #[tokio::test]
    async fn a_closed_port_is_named_on_both_wires() {
        // As long as it is kept, nobody else can listen there.
        let closed = tokio::net::TcpSocket::new_v4().unwrap();
        closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let free = closed.local_addr().unwrap();
        for protocol in [Protocol::Rest, Protocol::Grpc] {
            let fault = health(&endpoint(protocol, free.to_string())).await.unwrap_err();
            assert!(matches!(fault, WireFault::Unreachable { .. }), "{fault:?}");
            assert_eq!(fault.to_string(), format!("nothing answers at {free}"));
        }
    }

    #[tokio::test]
    async fn a_listener_that_speaks_another_protocol_is_a_broken_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail ready\r\n").await;
            }
        });
        for protocol in [Protocol::Rest, Protocol::Grpc] {
            let fault = health(&endpoint(protocol, address.to_string())).await.unwrap_err();
            assert!(matches!(fault, WireFault::Broken { .. }), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_address_is_refused() {
        for authority in ["", "http://127.0.0.1:1", "a b", "127.0.0.1:1/path"] {
            let fault = health(&endpoint(Protocol::Rest, authority)).await.unwrap_err();
            assert!(matches!(fault, WireFault::Unusable { .. }), "{authority}: {fault:?}");
        }
    }
}
