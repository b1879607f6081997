//! Clients that take their time, by the byte, hold nothing for ever, and in all services
//! equally long.

use std::time::Duration;

use futures_util::{StreamExt as _, future::join_all, stream};
use perf_runner::model::Protocol;
use producer_testing::ApplicationDatabase;
use prost::bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{
    service::{Service, registered},
    streamed,
};

/// Often enough that nobody takes the client for gone.
const DRIP: Duration = Duration::from_millis(200);

/// Within this time a client that has not begun must be given up: 10 s by the contract, and as
/// much again for a machine that is busy.
const NOT_BEGUN: Duration = Duration::from_secs(20);
/// The same of one that does not go on, after 40 s.
const NOT_ENDED: Duration = Duration::from_secs(80);

/// What a client says at once, what it then says over and over, and when it must be closed.
struct SlowClient {
    what: &'static str,
    begin: &'static str,
    drip: &'static str,
    within: Duration,
}

const REST: [SlowClient; 4] = [
    SlowClient { what: "silence", begin: "", drip: "", within: NOT_BEGUN },
    SlowClient {
        what: "a slow head",
        begin: "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nX: ",
        drip: "x",
        within: NOT_ENDED,
    },
    SlowClient {
        what: "a slow body",
        begin: "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 100000\r\n\r\n{",
        drip: " ",
        within: NOT_ENDED,
    },
    SlowClient {
        what: "slow chunks",
        begin: "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        drip: "1\r\n \r\n",
        within: NOT_ENDED,
    },
];

const GRPC: [SlowClient; 5] = [
    SlowClient { what: "silence", begin: "", drip: "", within: NOT_BEGUN },
    SlowClient { what: "half a preface", begin: "PRI * HTTP/2.0\r\n", drip: "", within: NOT_BEGUN },
    SlowClient { what: "HTTP/1.1", begin: "POST / HTTP/1.1\r\nHost: x\r\n\r\n", drip: "", within: NOT_BEGUN },
    SlowClient {
        what: "no settings",
        begin: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        drip: "",
        within: NOT_BEGUN,
    },
    // A frame of 4,096 bytes with the headers of stream 1, after the client's settings.
    SlowClient {
        what: "a slow head",
        begin: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\x10\0\x01\x04\0\0\0\x01",
        drip: "\0",
        within: NOT_ENDED,
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_its_time_is_closed() {
    let database = ApplicationDatabase::start().await;
    let mut services = Service::start_all(registered(), &database).await;
    join_all(services.iter().map(|service| async {
        let authority = service.endpoint.authority.as_str();
        let clients: &[SlowClient] = if service.endpoint.protocol == Protocol::Rest { &REST } else { &GRPC };
        let held: Vec<&str> = stream::iter(clients)
            .map(|client| async { (!is_closed(authority, client).await).then_some(client.what) })
            .buffer_unordered(clients.len())
            .filter_map(async |held| held)
            .collect()
            .await;
        assert!(held.is_empty(), "{} holds clients with {held:?}", service.api.id);
    }))
    .await;
    for service in &mut services {
        service.becomes_healthy().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_message_never_ends_is_ended() {
    let database = ApplicationDatabase::start().await;
    let apis = registered().iter().filter(|api| api.protocol == Protocol::Grpc);
    let mut services = Service::start_all(apis, &database).await;
    join_all(services.iter_mut().map(|service| async {
        // A message of 1,000 bytes; the connection itself is as lively as any.
        let begin = stream::iter([Bytes::from_static(&[0, 0, 0, 0x03, 0xe8])]);
        let drip = stream::repeat(Bytes::from_static(&[0])).then(async |piece| {
            sleep(DRIP).await;
            piece
        });
        let ended = timeout(NOT_ENDED, streamed::call(&service.endpoint.authority, begin.chain(drip))).await;
        let ended = ended.unwrap_or_else(|_| panic!("{} waits too long", service.api.id));
        assert_ne!(ended, Ok("OK"), "{}", service.api.id);
        service.becomes_healthy().await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_does_not_count_as_slow_processing() {
    let database = ApplicationDatabase::start().await;
    let apis = registered().iter().filter(|api| api.protocol == Protocol::Rest);
    for service in Service::start_all(apis, &database).await {
        let (mut from, mut to) = TcpStream::connect(&service.endpoint.authority).await.unwrap().into_split();
        let begin = "POST /api/v1/events/bulk HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                     Connection: close\r\nContent-Length: 4\r\n\r\n[{}";
        to.write_all(begin.as_bytes()).await.unwrap();
        // So long that a service which counts it is seen, and one that does not cannot fail by a pause.
        sleep(DRIP * 5).await;
        let whole = Instant::now();
        to.write_all(b"]").await.unwrap();
        let mut reply = String::new();
        from.read_to_string(&mut reply).await.unwrap();
        let most_ms = whole.elapsed().as_secs_f64() * 1000.0;
        let (_, told) = reply.split_once("\"processingTimeMs\":").unwrap_or_else(|| panic!("{reply}"));
        let told_ms: f64 = told.split([',', '}']).next().unwrap().trim().parse().unwrap();
        assert!(told_ms <= most_ms, "{}: {told_ms} ms of {most_ms} ms", service.api.id);
    }
}

/// Whether the service ends the connection in time while the client goes on.
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
    let ended = timeout(client.within, from.read_to_end(&mut Vec::new())).await;
    dripping.abort();
    ended.is_ok()
}
