//! The limits of a connection, and the drain at the end.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use producer_core::listen::{Port, SILENCE_PATIENCE};
use producer_core::stop::DRAIN_PATIENCE;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

/// How long a connection may take to send the head of a request, the wait for it included:
/// one that dribbles and one that idles are closed alike.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn serve(port: Port, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let (accepting, stopped) = watch::channel(());
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = port.accept() => stream,
            () = &mut stop => break,
        };
        let (http, service, watcher) = (http.clone(), service.clone(), graceful.watcher());
        let stopped = stopped.clone();
        tokio::spawn(async move {
            if !begins(&stream, stopped).await {
                return;
            }
            let connection = http.serve_connection(TokioIo::new(stream), service);
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }
    // Closed before the drain, so that a client is refused and can go elsewhere.
    drop(port);
    drop(accepting);
    if timeout(DRAIN_PATIENCE, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still in flight after {} s", DRAIN_PATIENCE.as_secs());
    }
}

/// Waits until the client says something; false when it does not in time, or leaves, or when `stopped` loses its
/// sender before.
async fn begins(stream: &TcpStream, mut stopped: watch::Receiver<()>) -> bool {
    // Readiness alone would not do: a new connection may count as readable with nothing to read.
    let mut first = [0];
    tokio::select! {
        biased;
        begun = timeout(SILENCE_PATIENCE, stream.peek(&mut first)) => matches!(begun, Ok(Ok(1))),
        _ = stopped.changed() => false,
    }
}
