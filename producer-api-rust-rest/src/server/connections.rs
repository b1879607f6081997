//! The limits of a connection, and the drain at the end.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use producer_core::listen::Port;
use producer_core::stop::DRAIN_PATIENCE;
use tokio::time::timeout;

/// How long a connection may take to send the head of a request, the wait for it included:
/// one that dribbles and one that idles are closed alike.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn serve(port: Port, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = port.accept() => stream,
            () = &mut stop => break,
        };
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }
    // Closed before the drain, so that a client is refused and can go elsewhere.
    drop(port);
    if timeout(DRAIN_PATIENCE, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still in flight after {} s", DRAIN_PATIENCE.as_secs());
    }
}
