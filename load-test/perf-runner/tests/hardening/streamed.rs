//! gRPC calls whose message goes out in pieces, whatever is in them.

use std::convert::Infallible;

use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use perf_runner::wire::{GRPC_CODE_NAMES, PROCESS_EVENT};
use prost::bytes::Bytes;
use tonic::{
    body::Body,
    transport::{Channel, Endpoint},
};
use tower::ServiceExt as _;

/// Sends one event's message as these pieces, which include gRPC's own framing, on a
/// connection of its own; gives the name of the status, or why there was none.
pub(crate) async fn call(
    authority: &str,
    pieces: impl Stream<Item = Bytes> + Send + 'static,
) -> Result<&'static str, String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let endpoint = Endpoint::from_shared(format!("http://{authority}")).map_err(|error| told(&error))?;
    let channel: Channel = endpoint.connect().await.map_err(|error| told(&error))?;
    let pieces = axum::body::Body::from_stream(pieces.map(Ok::<_, Infallible>));
    let request = Request::post(format!("http://{authority}{PROCESS_EVENT}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(pieces))
        .map_err(|error| told(&error))?;
    let reply = channel.oneshot(request).await.map_err(|error| told(&error))?;
    let (head, body) = reply.into_parts();
    if let Some(name) = status(&head.headers) {
        return Ok(name);
    }
    let rest = body.collect().await.map_err(|error| told(&error))?;
    rest.trailers().and_then(status).ok_or_else(|| "no status came back".to_owned())
}

fn status(headers: &HeaderMap) -> Option<&'static str> {
    let code: usize = headers.get("grpc-status")?.to_str().ok()?.parse().ok()?;
    GRPC_CODE_NAMES.get(code).copied()
}
