//! A service that is asked to end does so, whoever is still there.

use std::time::Duration;

use futures_util::future::join_all;
use perf_runner::model::Protocol;
use producer_testing::ApplicationDatabase;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    service::{Service, registered},
    within,
};

/// 10 s by the contract, and as much again for a machine that is busy. A client that is not
/// given up at the stop holds its service for longer.
const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// Clients that hold up an orderly end for as long as they are let.
const REST: [&str; 2] = [
    // A body that is announced, asked for, and never sent.
    "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\
     Expect: 100-continue\r\n\r\n",
    // Nothing.
    "",
];
const GRPC: [&str; 2] = [
    // Preface, settings, their acknowledgement, and from then on deaf: no ping is answered.
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\0\x04\x01\0\0\0\0",
    "",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_client_keeps_a_service_from_its_end() {
    let database = ApplicationDatabase::start().await;
    let mut services = Service::start_all(registered(), &database).await;
    let ends = join_all(services.iter_mut().map(|service| async {
        let clients = if service.endpoint.protocol == Protocol::Rest { REST } else { GRPC };
        let mut held = Vec::new();
        for words in clients {
            held.push(connected(&service.endpoint.authority, words).await);
        }
        let code = service.stop(STOP_PATIENCE).await;
        drop(held);
        (service.api.id.as_str(), code)
    }))
    .await;
    let bad: Vec<_> = ends.into_iter().filter(|(_, code)| *code != Some(0)).collect();
    assert!(bad.is_empty(), "not ended in order and in time: {bad:?}");
}

/// A client that has said this and has been answered, where it said anything: the service knows it.
async fn connected(authority: &str, words: &str) -> TcpStream {
    let mut client = TcpStream::connect(authority).await.unwrap();
    client.write_all(words.as_bytes()).await.unwrap();
    if !words.is_empty() {
        // Its settings, or that it waits for the body.
        within("the service answers", client.read_exact(&mut [0; 9])).await.unwrap();
    }
    client
}
