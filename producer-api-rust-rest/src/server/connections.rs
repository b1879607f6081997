//! Accepting, the limits of a connection, and the drain at the end.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use producer_core::stop::DRAIN_PATIENCE;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// How long a connection may take to send the head of a request, the wait for it included:
/// one that dribbles and one that idles are closed alike.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

/// Accepting fails when the process is out of file descriptors; trying at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
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
    drop(listener);
    if timeout(DRAIN_PATIENCE, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still in flight after {} s", DRAIN_PATIENCE.as_secs());
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without it small replies wait for the peer's acknowledgement.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!("TCP_NODELAY: {error}");
                }
                return stream;
            }
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
