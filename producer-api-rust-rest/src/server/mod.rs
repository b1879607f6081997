//! The REST wire: routes, bodies, problem documents, connections.

mod body;
mod connections;
mod json;
mod problem;
mod routes;

use std::future::Future;

use producer_core::ingest::Ingest;
use producer_core::listen::Port;

/// Serves `ingest` on `port` until `stop`, then finishes what is in flight, at most 8 s.
pub(crate) async fn serve(port: Port, ingest: Ingest, stop: impl Future<Output = ()>) {
    connections::serve(port, routes::router(ingest), stop).await;
}
