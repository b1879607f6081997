//! Clients that take their time, by the byte, hold nothing for ever.

use std::time::Duration;

use futures_util::{StreamExt as _, future::join_all, stream};
use perf_runner::{model::Protocol, wire};
use producer_testing::ApplicationDatabase;
use prost::bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    PATIENCE,
    service::{Service, registered},
    streamed,
};

/// Often enough that nobody takes the client for gone.
const DRIP: Duration = Duration::from_millis(200);

/// What a client says at once, and what it then says over and over.
struct SlowClient {
    what: &'static str,
    begin: &'static str,
    drip: &'static str,
}

const REST: [SlowClient; 4] = [
    SlowClient { what: "silence", begin: "", drip: "" },
    SlowClient { what: "a slow head", begin: "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nX: ", drip: "x" },
    SlowClient {
        what: "a slow body",
        begin: "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 100000\r\n\r\n{",
        drip: " ",
    },
    SlowClient {
        what: "slow chunks",
        begin: "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        drip: "1\r\n \r\n",
    },
];

const GRPC: [SlowClient; 4] = [
    SlowClient { what: "silence", begin: "", drip: "" },
    SlowClient { what: "half a preface", begin: "PRI * HTTP/2.0\r\n", drip: "" },
    SlowClient { what: "HTTP/1.1", begin: "POST / HTTP/1.1\r\nHost: x\r\n\r\n", drip: "" },
    // A frame of 4,096 bytes with the headers of stream 1, after the client's settings.
    SlowClient {
        what: "a slow head",
        begin: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\x10\0\x01\x04\0\0\0\x01",
        drip: "\0",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_its_time_is_closed() {
    let database = ApplicationDatabase::start().await;
    let mut services = Vec::new();
    for api in registered() {
        services.push(Service::start(api, &database.producer_url()).await);
    }
    join_all(services.iter().map(|service| async {
        let authority = service.endpoint.authority.as_str();
        let clients = if service.endpoint.protocol == Protocol::Rest { &REST } else { &GRPC };
        let held: Vec<&str> = stream::iter(clients)
            .map(|client| async { (!is_closed(authority, client).await).then_some(client.what) })
            .buffer_unordered(clients.len())
            .filter_map(async |held| held)
            .collect()
            .await;
        assert!(held.is_empty(), "{} holds clients with {held:?}", service.api.id);
    }))
    .await;
    for service in &services {
        wire::health(&service.endpoint).await.unwrap_or_else(|fault| panic!("{}: {fault}", service.api.id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_message_never_ends_is_ended() {
    let database = ApplicationDatabase::start().await;
    let mut services = Vec::new();
    for api in registered().iter().filter(|api| api.protocol == Protocol::Grpc) {
        services.push(Service::start(api, &database.producer_url()).await);
    }
    join_all(services.iter().map(|service| async {
        // A message of 1,000 bytes; the connection itself is as lively as any.
        let begin = stream::iter([Bytes::from_static(&[0, 0, 0, 0x03, 0xe8])]);
        let drip = stream::repeat(Bytes::from_static(&[0])).then(async |piece| {
            sleep(DRIP).await;
            piece
        });
        let ended = timeout(PATIENCE, streamed::call(&service.endpoint.authority, begin.chain(drip))).await;
        let ended = ended.unwrap_or_else(|_| panic!("{} waits for ever", service.api.id));
        assert_ne!(ended, Ok("OK"), "{}", service.api.id);
        wire::health(&service.endpoint).await.unwrap_or_else(|fault| panic!("{}: {fault}", service.api.id));
    }))
    .await;
}

/// Whether the service ends the connection while the client goes on.
async fn is_closed(authority: &str, client: &SlowClient) -> bool {
    let (mut from, mut to) = TcpStream::connect(authority).await.unwrap().into_split();
    to.write_all(client.begin.as_bytes()).await.unwrap();
    let drip = client.drip;
    let dripping = tokio::spawn(async move {
        while to.write_all(drip.as_bytes()).await.is_ok() {
            sleep(DRIP).await;
        }
    });
    // It ends; whether by a reset or not depends on the bytes under way.
    let ended = timeout(PATIENCE, from.read_to_end(&mut Vec::new())).await;
    dripping.abort();
    ended.is_ok()
}
