//! The REST wire: routes, bodies, problem documents, connections.

mod body;
mod connections;
mod json;
mod problem;
mod routes;

use std::future::Future;

use producer_core::ingest::Ingest;
use tokio::net::TcpListener;

/// Serves `ingest` on `listener` until `stop`, then finishes what is in flight, at most 10 s.
pub(crate) async fn serve(listener: TcpListener, ingest: Ingest, stop: impl Future<Output = ()>) {
    connections::serve(listener, routes::router(ingest), stop).await;
}
