//! Bodies far beyond the limit, from several clients at once, are not kept.

use futures_util::{StreamExt as _, future::join_all, stream};
use perf_runner::{
    model::Protocol,
    wire::{self, EVENTS_PATH},
};
use producer_testing::ApplicationDatabase;
use prost::bytes::Bytes;

use crate::{
    load::event,
    service::{Service, registered},
    streamed, within,
};

const MIB: usize = 1024 * 1024;
/// Of each body.
const PIECES: usize = 100;
const CLIENTS: usize = 8;
/// Half of what is sent: a service that keeps bodies needs all of it.
const MOST_GROWTH_BYTES: u64 = (PIECES * CLIENTS * MIB / 2) as u64;

#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_bounded_under_bodies_of_100_mib() {
    let database = ApplicationDatabase::start().await;
    for api in registered() {
        let mut service = Service::start(api, &database.producer_url()).await;
        let before = service.peak_memory_bytes();
        let authority = service.endpoint.authority.as_str();
        let replies = join_all((0..CLIENTS).map(|_| async {
            match api.protocol {
                Protocol::Rest => post(authority).await,
                Protocol::Grpc => call(authority).await,
            }
        }));
        for reply in within("every body is answered", replies).await {
            // A service may also end the connection of a client that does not stop.
            assert!(
                matches!(reply.as_deref(), Ok("413" | "RESOURCE_EXHAUSTED") | Err(_)),
                "{}: {reply:?}",
                api.id
            );
        }
        assert!(!service.has_ended(), "{} ended", api.id);
        let growth = service.peak_memory_bytes() - before;
        println!("{}: {} MiB before, and {} MiB more", api.id, before / MIB as u64, growth / MIB as u64);
        assert!(growth < MOST_GROWTH_BYTES, "{} took {growth} bytes more", api.id);
        let reply = wire::send_event(&service.endpoint, &event(&api.id)).await.unwrap();
        assert!(reply.is_success(), "{}: {reply}", api.id);
    }
}

/// Without a length, so that the body itself has to be refused.
async fn post(authority: &str) -> Result<String, String> {
    let piece = Bytes::from(vec![b'['; MIB]);
    let pieces = stream::iter(vec![piece; PIECES]).map(Ok::<_, std::io::Error>);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request =
        client.post(format!("http://{authority}{EVENTS_PATH}")).header("content-type", "application/json");
    let reply = request.body(reqwest::Body::wrap_stream(pieces)).send().await;
    reply.map(|reply| reply.status().as_str().to_owned()).map_err(|error| error.to_string())
}

async fn call(authority: &str) -> Result<String, String> {
    let length = u32::try_from(PIECES * MIB).unwrap().to_be_bytes();
    let begin = stream::iter([Bytes::from([&[0], length.as_slice()].concat())]);
    let pieces = stream::iter(vec![Bytes::from(vec![0; MIB]); PIECES]);
    streamed::call(authority, begin.chain(pieces)).await.map(str::to_owned)
}
