//! The gRPC wire: the contract's service, health, reflection, limits, drain.

mod attributes;
mod connection;
mod event;
mod health;
mod service;
mod status;

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::time::Duration;

use futures_util::stream;
use producer_core::ingest::Ingest;
use producer_core::listen::Port;
use producer_core::stop::DRAIN_PATIENCE;
use tokio::sync::watch;
use tokio::time::sleep;
use tonic::transport::Server;
use tonic_health::pb::health_server::HealthServer;
use tower::util::MapResponseLayer;

use connection::Connection;
use pb::event_service_server::EventServiceServer;
use service::Producer;

/// What the proto compiles to.
#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, reason = "generated")]
mod pb {
    tonic::include_proto!("com.example.grpc");
}

const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/event_service.bin"));

/// The most bytes of one message.
const MOST_MESSAGE_BYTES: usize = 1024 * 1024;
/// How long a call may take, the arrival of its message included.
const CALL_PATIENCE: Duration = Duration::from_secs(30);
/// A connection whose peer is gone is found out after these two together.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_PATIENCE: Duration = Duration::from_secs(10);

type ServeError = Box<dyn Error + Send + Sync>;

/// Serves `ingest` on `port` until `stop`, then finishes what is in flight, at most 8 s.
///
/// Errors: none in a build whose descriptors are whole; the transport's own, otherwise.
pub(crate) async fn serve(
    port: Port,
    ingest: Ingest,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let (stopping, stopped) = watch::channel(false);
    tokio::spawn(async move {
        stop.await;
        stopping.send_replace(true);
    });
    let router = Server::builder()
        .timeout(CALL_PATIENCE)
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_PATIENCE))
        .layer(MapResponseLayer::new(status::too_large_for_out_of_range))
        .add_service(HealthServer::new(health::Health::new(ingest.clone(), stopped.clone())))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(
            EventServiceServer::new(Producer::new(ingest)).max_decoding_message_size(MOST_MESSAGE_BYTES),
        );
    let incoming = stream::unfold(port, async |port| {
        let connection = Connection::new(port.accept().await);
        Some((Ok::<_, Infallible>(connection), port))
    });
    let serving = router.serve_with_incoming_shutdown(incoming, until(stopped.clone()));
    tokio::select! {
        served = serving => served?,
        () = async { until(stopped).await; sleep(DRAIN_PATIENCE).await } => {
            tracing::warn!("calls were still in flight after {} s", DRAIN_PATIENCE.as_secs());
        }
    }
    Ok(())
}

/// Returns when the stop has come.
async fn until(mut stopped: watch::Receiver<bool>) {
    // The sender is gone only after it has sent.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
