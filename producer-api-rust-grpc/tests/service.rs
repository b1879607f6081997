//! The real program against a real PostgreSQL, spoken to as a client would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;

use std::collections::BTreeSet;

use client::pb::event_service_client::EventServiceClient;
use client::pb::{EventRequest, HealthRequest};
use client::{event, number, object, raw_call};
use futures_util::future::join_all;
use futures_util::stream;
use producer_testing::{ApplicationDatabase, PATIENCE, Service, free_port, within};
use prost::Message;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_types::StatusExt;

const PROGRAM: &str = env!("CARGO_BIN_EXE_producer-api-rust-grpc");
const PROCESS_EVENT: &str = "/com.example.grpc.EventService/ProcessEvent";
const MIB: usize = 1024 * 1024;

fn start(url: &str) -> Service {
    Service::start(PROGRAM, &[("DATABASE_URL", url), ("GRPC_SERVER_PORT", &free_port())])
}

async fn connect(service: &Service) -> Channel {
    // No call waits for a reply that never comes.
    Channel::from_shared(service.url("")).unwrap().timeout(PATIENCE).connect().await.unwrap()
}

fn loan(id: &str, data: &str) -> (String, String, String) {
    ("Loan".into(), id.into(), data.into())
}

fn violations(status: &Status) -> BTreeSet<String> {
    let details = status.get_details_bad_request().unwrap();
    details.field_violations.into_iter().map(|violation| violation.field).collect()
}

#[tokio::test]
async fn an_event_is_taken_in_and_a_bad_one_is_explained() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let mut client = EventServiceClient::new(connect(&service).await);

    let reply = client.process_event(event("1", object(&[("n", number(1.5)), ("w", number(2.0))]))).await;
    let reply = reply.unwrap().into_inner();
    assert!(reply.success);
    assert_eq!(reply.message, "Event processed successfully");
    client.process_event(event("1", object(&[("w", number(-3.0))]))).await.unwrap();
    assert_eq!(database.rows().await, [loan("1", r#"{"n": 1.5, "w": -3}"#)]);

    let status = client.process_event(EventRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(violations(&status), ["event_body", "event_header"].map(String::from).into());
    let status = client.process_event(event(" ", object(&[("n", number(f64::NAN))]))).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(
        violations(&status),
        ["entity_id", "updated_attributes"].map(|name| format!("event_body.entities[0].{name}")).into()
    );
    assert_eq!(database.rows().await.len(), 1);

    let ended = service.stop().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(!ended.log.contains("still in flight"), "{}", ended.log);
    assert!(!ended.log.contains(&*database.producer_url()), "no URL with its password in the log");
    assert!(!ended.log.contains("processed successfully"), "nothing is logged for a success");
    assert!(ended.log.contains("fault=\"invalid_event\""), "{}", ended.log);
}

#[tokio::test]
async fn bytes_and_sizes_that_cannot_be_taken_leave_the_connection_alive() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let channel = connect(&service).await;

    // Field 99 is unknown: any amount of bytes in it makes a valid message of any size.
    let padded = |bytes: usize| {
        let mut message = event("1", object(&[])).encode_to_vec();
        let padding = bytes - message.len() - 5;
        prost::encoding::bytes::encode(99, &vec![0_u8; padding], &mut message);
        assert_eq!(message.len(), bytes);
        message
    };
    raw_call(&channel, PROCESS_EVENT, padded(MIB)).await.unwrap();
    let status = raw_call(&channel, PROCESS_EVENT, padded(MIB + 1)).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::ResourceExhausted, "The message is over 1 MiB"));
    let status = raw_call(&channel, PROCESS_EVENT, vec![0; 9 * MIB]).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);

    for bytes in [&b"\xff\xff\xff"[..], b"\x0a\x05ab", b"\x0a\x04\x12\x02\xc3\x28"] {
        let status = raw_call(&channel, PROCESS_EVENT, bytes.to_vec()).await.unwrap_err();
        assert_eq!(status.code(), Code::Internal, "{bytes:?}");
    }
    let deep =
        (0..200).fold(object(&[]), |inner, _| object(&[("a", prost_types::value::Kind::StructValue(inner))]));
    let status = raw_call(&channel, PROCESS_EVENT, event("1", deep).encode_to_vec()).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);

    for path in ["/com.example.grpc.EventService/Nothing", "/com.example.Nothing/ProcessEvent", "/x"] {
        let status = raw_call(&channel, path, Vec::new()).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
    }
    EventServiceClient::new(channel).process_event(event("2", object(&[]))).await.unwrap();
}

async fn health(channel: &Channel) -> (bool, String, ServingStatus) {
    let own = EventServiceClient::new(channel.clone()).health_check(HealthRequest::default()).await.unwrap();
    let own = own.into_inner();
    let mut statuses = BTreeSet::new();
    for service in ["", "com.example.grpc.EventService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let reply = HealthClient::new(channel.clone()).check(request).await.unwrap();
        statuses.insert(reply.into_inner().status());
    }
    assert_eq!(statuses.len(), 1, "both names have one health");
    (own.healthy, own.message, statuses.pop_first().unwrap())
}

/// A busy machine may be late for the second that the database has.
async fn becomes_ready(channel: &Channel) {
    let mut client = EventServiceClient::new(channel.clone());
    let ready =
        async { while !client.health_check(HealthRequest::default()).await.unwrap().into_inner().healthy {} };
    within("the service is healthy", ready).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_outlives_its_database_and_its_health_says_so() {
    let mut database = ApplicationDatabase::start().await;
    database.pause();
    let service = start(&database.producer_url());
    let channel = connect(&service).await;
    let mut client = EventServiceClient::new(channel.clone());

    let status = client.process_event(event("1", object(&[]))).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(!status.message().contains("refused"), "no driver text: {status}");
    let (healthy, message, status) = health(&channel).await;
    assert_eq!((healthy, status), (false, ServingStatus::NotServing), "{message}");

    database.resume();
    client.process_event(event("1", object(&[]))).await.unwrap();
    becomes_ready(&channel).await;
    let (healthy, _, status) = health(&channel).await;
    assert_eq!((healthy, status), (true, ServingStatus::Serving));

    let owner = database.owner().await;
    owner.batch_execute("alter table car_entities rename to elsewhere").await.unwrap();
    let (healthy, message, status) = health(&channel).await;
    assert_eq!((healthy, status), (false, ServingStatus::NotServing));
    assert!(message.contains("car_entities is missing"), "{message}");

    let unknown = HealthCheckRequest { service: "nothing".to_owned() };
    let status = HealthClient::new(channel).check(unknown).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(service.stop().await.status.code(), Some(0));
}

#[tokio::test]
async fn reflection_lists_the_services_and_shows_the_file() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let ask = async |request: MessageRequest| {
        let request = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
        let mut client = ServerReflectionClient::new(connect(&service).await);
        let reply = client.server_reflection_info(stream::iter([request])).await.unwrap();
        reply.into_inner().message().await.unwrap().unwrap().message_response.unwrap()
    };
    let MessageResponse::ListServicesResponse(list) = ask(MessageRequest::ListServices(String::new())).await
    else {
        unreachable!("a list was asked for")
    };
    let names: BTreeSet<String> = list.service.into_iter().map(|service| service.name).collect();
    for name in
        ["com.example.grpc.EventService", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]
    {
        assert!(names.contains(name), "{names:?}");
    }
    let symbol = "com.example.grpc.EventService.ProcessEvent".to_owned();
    let reply = ask(MessageRequest::FileContainingSymbol(symbol)).await;
    assert!(matches!(reply, MessageResponse::FileDescriptorResponse(_)), "{reply:?}");
}

/// Passes over what a busy machine may have been late for.
async fn is_told(changes: &mut Streaming<HealthCheckResponse>, status: ServingStatus) {
    let told = async { while changes.message().await.unwrap().unwrap().status() != status {} };
    within(&format!("the watcher is told {status:?}"), told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_sees_every_change_and_does_not_hold_the_stop() {
    let mut database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let mut client = HealthClient::new(connect(&service).await);
    let mut changes = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    is_told(&mut changes, ServingStatus::Serving).await;
    database.pause();
    is_told(&mut changes, ServingStatus::NotServing).await;
    let ended = service.stop().await;
    assert_eq!(ended.status.code(), Some(0));
    assert!(!ended.log.contains("still in flight"), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_concurrent_merges_lose_nothing() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let channel = connect(&service).await;
    let merges = join_all((0..200).map(async |n| {
        let mut client = EventServiceClient::new(channel.clone());
        let event = event("shared", object(&[(&format!("key{n}"), number(1.0))]));
        // On a busy machine a connection may not come free in time: then again, as any client.
        while let Err(status) = client.process_event(event.clone()).await {
            assert_eq!(status.code(), Code::Unavailable, "{status}");
        }
    }));
    within("every merge is taken", merges).await;
    let rows = database.rows().await;
    assert_eq!((rows.len(), rows[0].2.matches("key").count()), (1, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_under_load_loses_no_acknowledged_event() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let address = service.address();
    let mut senders = Vec::new();
    for sender in 0..20 {
        let mut client = EventServiceClient::new(connect(&service).await);
        senders.push(tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0.. {
                let id = format!("{sender:02}-{n:06}");
                match client.process_event(event(&id, object(&[]))).await {
                    Ok(_) => acknowledged.push(id),
                    Err(_) => break,
                }
            }
            acknowledged
        }));
    }
    database.wait_until("select count(*) >= 200 from car_entities").await;
    let ended = service.stop().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(!ended.log.contains("still in flight"), "{}", ended.log);
    assert!(ended.log.contains("stopping on SIGTERM"), "{}", ended.log);
    assert!(std::net::TcpStream::connect(address).is_err());
    let stored: BTreeSet<String> = database.rows().await.into_iter().map(|(_, id, _)| id).collect();
    let senders = within("every sender is refused in the end", join_all(senders)).await;
    let acknowledged: Vec<String> = senders.into_iter().flat_map(|sender| sender.unwrap()).collect();
    assert!(acknowledged.len() >= 200 - 20);
    assert!(acknowledged.iter().all(|id| stored.contains(id)), "an acknowledged event is missing");
    assert!(stored.len() <= acknowledged.len() + 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_flight_is_finished_before_the_end() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    // The first look at the database is over, so that only the event meets the lock.
    becomes_ready(&connect(&service).await).await;
    let owner = database.owner().await;
    owner.batch_execute("begin; lock table car_entities").await.unwrap();
    let mut client = EventServiceClient::new(connect(&service).await);
    let reply = tokio::spawn(async move { client.process_event(event("1", object(&[]))).await });
    database.wait_until("select count(*) > 0 from pg_locks where not granted").await;
    service.terminate();
    service.refuses_connections().await;
    owner.batch_execute("commit").await.unwrap();
    assert!(reply.await.unwrap().unwrap().into_inner().success);
    assert_eq!(service.wait().await.status.code(), Some(0));
    assert_eq!(database.rows().await, [loan("1", "{}")]);
}

#[test]
fn a_bad_setting_is_one_line_that_names_the_variable() {
    for (variable, value) in [("GRPC_SERVER_PORT", "abc"), ("DATABASE_MAX_CONNECTIONS", "0")] {
        let ended = Service::run_to_end(PROGRAM, &[(variable, value)]);
        assert_eq!(ended.status.code(), Some(2));
        assert_eq!(ended.log.lines().count(), 1, "{}", ended.log);
        assert!(ended.log.starts_with(&format!("producer-api-rust-grpc: {variable}: ")), "{}", ended.log);
    }
}
