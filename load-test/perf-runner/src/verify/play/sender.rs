use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use crate::{
    model::{Endpoint, Protocol},
    verify::case::{Request, Requests},
    wire::{Connection, GrpcCode, Reply, Status, WireFault},
};

/// Longer than any reply takes by contract.
const REPLY_LIMIT: Duration = Duration::from_secs(15);
/// How many gRPC connections many calls are spread over.
const GRPC_CONNECTIONS: usize = 4;
/// How often a patient caller asks again after `unavailable`.
const REPEATS: u32 = 5;

/// Sends the requests of steps.
pub(super) struct Sender {
    connections: Vec<Connection>,
}

impl Sender {
    pub(super) async fn open(endpoint: &Endpoint) -> Result<Self, WireFault> {
        let count = if endpoint.protocol == Protocol::Grpc { GRPC_CONNECTIONS } else { 1 };
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Connection::open(endpoint, REPLY_LIMIT).await?);
        }
        Ok(Self { connections })
    }

    /// Sends all requests and gives their replies in the order of the requests.
    /// A patient caller does what a 503 asks for: it waits and sends again.
    pub(super) async fn send_all(
        &self,
        requests: Requests,
        is_patient: bool,
    ) -> Vec<Result<Reply, WireFault>> {
        let at_once = requests.at_once;
        let sent = requests.requests.into_iter().enumerate().map(|(number, request)| async move {
            let connection = &self.connections[number % self.connections.len()];
            let mut reply = send(connection, request.clone()).await;
            for repeat in 1..=REPEATS {
                if !is_patient || !is_unavailable(&reply) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(200) * repeat).await;
                reply = send(connection, request.clone()).await;
            }
            reply
        });
        stream::iter(sent).buffered(at_once).collect().await
    }
}

async fn send(connection: &Connection, request: Request) -> Result<Reply, WireFault> {
    match (connection, request) {
        (connection, Request::Health) => connection.health().await,
        (Connection::Rest(rest), Request::Rest(request)) => rest.send(request).await,
        (Connection::Rest(rest), Request::Raw(request)) => rest.send_raw(&request).await,
        (Connection::Grpc(grpc), Request::Grpc(request)) => grpc.call(request).await,
        // The loader lets no request reach a wire that cannot carry it.
        (_, request) => Err(WireFault::Unusable { authority: format!("another wire, for {request:?}") }),
    }
}

fn is_unavailable(reply: &Result<Reply, WireFault>) -> bool {
    match reply.as_ref().map(|reply| reply.status) {
        Ok(Status::Http(status)) => status == 503,
        Ok(Status::Grpc(code)) => code == GrpcCode::UNAVAILABLE,
        Err(_) => false,
    }
}
