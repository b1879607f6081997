//! The real program against a real PostgreSQL, spoken to as a client would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use futures_util::future::join_all;
use nix::sys::signal::Signal;
use producer_testing::{ApplicationDatabase, PATIENCE, Service, free_port, within};
use reqwest::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_producer-api-rust-rest");
const EVENTS: &str = "/api/v1/events";
const BULK: &str = "/api/v1/events/bulk";
const HEALTH: &str = "/api/v1/events/health";

fn start(url: &str) -> Service {
    start_with(url, &[])
}

fn start_with(url: &str, more: &[(&str, &str)]) -> Service {
    let port = free_port();
    let own = [("DATABASE_URL", url), ("SERVER_PORT", port.as_str())];
    Service::start(PROGRAM, &[&own, more].concat())
}

fn event(id: &str, attributes: &Value) -> Value {
    json!({
        "eventHeader": { "eventName": "LoanCreated" },
        "eventBody": { "entities": [
            { "entityType": "Loan", "entityId": id, "updatedAttributes": attributes },
        ] },
    })
}

/// A client that gives up where a reply never comes.
fn client() -> Client {
    Client::builder().timeout(PATIENCE).build().unwrap()
}

async fn post(service: &Service, path: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = client().post(service.url(path)).header(CONTENT_TYPE, "application/json");
    request.body(body).send().await.unwrap()
}

async fn get(service: &Service, path: &str) -> Response {
    client().get(service.url(path)).send().await.unwrap()
}

/// A busy machine may be late for the second that the database has.
async fn becomes_ready(service: &Service) {
    let ready = async { while get(service, HEALTH).await.status() != 200 {} };
    within("the service is healthy", ready).await;
}

/// Checks that the reply is a whole problem document of this status and fault, and gives it.
async fn problem(response: Response, status: u16, fault: &str) -> Value {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["fault"], fault);
    assert!(problem["title"].is_string() && problem["detail"].is_string());
    problem
}

fn fields(problem: &Value) -> BTreeSet<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

fn loan(id: &str, data: &str) -> (String, String, String) {
    ("Loan".into(), id.into(), data.into())
}

#[tokio::test]
async fn an_event_is_taken_in_and_a_bad_one_is_explained() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());

    let reply = post(&service, EVENTS, event("1", &json!({"n": 1.50, "s": "ü\u{1f600}"})).to_string()).await;
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()[CONTENT_TYPE], "application/json");
    let reply: Value = reply.json().await.unwrap();
    assert_eq!(reply, json!({"success": true, "message": "Event processed successfully"}));
    post(&service, EVENTS, event("1", &json!({"m": [1, {"x": null}]})).to_string()).await;
    let stored = r#"{"m": [1, {"x": null}], "n": 1.5, "s": "ü😀"}"#;
    assert_eq!(database.rows().await, [loan("1", stored)]);

    let bad = json!({"eventHeader": {}, "eventBody": {"entities": [{"entityId": " "}]}});
    let reply = problem(post(&service, EVENTS, bad.to_string()).await, 400, "invalid_event").await;
    let expected = BTreeSet::from([
        "eventHeader.eventName",
        "eventBody.entities[0].entityType",
        "eventBody.entities[0].entityId",
        "eventBody.entities[0].updatedAttributes",
    ]);
    assert_eq!(fields(&reply), expected);
    assert!(reply["errors"].as_array().unwrap().iter().all(|error| error["detail"].is_string()));

    problem(post(&service, EVENTS, "").await, 400, "malformed").await;
    problem(post(&service, EVENTS, "[".repeat(100_000)).await, 400, "malformed").await;
    assert_eq!(database.rows().await.len(), 1);
    let ended = service.stop().await;
    assert_eq!(ended.status.code(), Some(0));
    assert!(!ended.log.contains(&*database.producer_url()), "no URL with its password in the log");
    assert!(!ended.log.contains("processed successfully"), "nothing is logged for a success");
    assert!(ended.log.contains("fault=\"invalid_event\""), "{}", ended.log);
}

#[tokio::test]
async fn paths_methods_and_media_types_are_told_apart() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    for path in ["/", "/api/v1/events/", "/api/v1/event", "/API/v1/events", "/api/v1/events/1"] {
        problem(get(&service, path).await, 404, "not_found").await;
    }
    for reply in [get(&service, EVENTS).await, client().delete(service.url(BULK)).send().await.unwrap()] {
        assert_eq!(reply.headers()[ALLOW], "POST");
        problem(reply, 405, "method_not_allowed").await;
    }
    let reply = post(&service, HEALTH, "{}").await;
    assert!(reply.headers()[ALLOW].to_str().unwrap().contains("GET"));
    problem(reply, 405, "method_not_allowed").await;

    let send = async |media: Option<&str>| {
        let mut request = client().post(service.url(EVENTS)).body(event("1", &json!({})).to_string());
        if let Some(media) = media {
            request = request.header(CONTENT_TYPE, media);
        }
        request.send().await.unwrap()
    };
    problem(send(None).await, 415, "unsupported_media").await;
    problem(send(Some("text/plain")).await, 415, "unsupported_media").await;
    assert_eq!(send(Some("application/json; charset=utf-8")).await.status(), 200);
}

#[tokio::test]
async fn a_body_may_have_one_mebibyte_and_a_list_sixteen() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    // White space after the value is part of the body and harmless.
    let sized = |text: String, bytes: usize| format!("{text}{}", " ".repeat(bytes - text.len()));
    let one = event("1", &json!({})).to_string();
    let mib = 1024 * 1024;
    assert_eq!(post(&service, EVENTS, sized(one.clone(), mib)).await.status(), 200);
    problem(post(&service, EVENTS, sized(one.clone(), mib + 1)).await, 413, "too_large").await;
    let list = format!("[{one}]");
    assert_eq!(post(&service, BULK, sized(list.clone(), 16 * mib)).await.status(), 200);
    problem(post(&service, BULK, sized(list.clone(), 16 * mib + 1)).await, 413, "too_large").await;
    // Without an announced length, in chunks.
    let chunks = (0..20).map(move |_| Ok::<_, std::io::Error>("x".repeat(mib / 10)));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    problem(post(&service, EVENTS, body).await, 413, "too_large").await;
    assert_eq!(post(&service, EVENTS, one).await.status(), 200);
}

#[tokio::test]
async fn a_list_is_answered_exactly() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let broken = json!({"eventHeader": {"eventName": "x"}, "eventBody": {"entities": []}});
    let list = json!([
        event("1", &json!({"a": 1})),
        broken,
        event("2", &json!({})),
        7,
        event("1", &json!({"a": 2})),
    ]);
    let reply = post(&service, BULK, list.to_string()).await;
    assert_eq!(reply.status(), 200);
    let reply: Value = reply.json().await.unwrap();
    assert_eq!(reply["success"], false);
    assert_eq!((&reply["processedCount"], &reply["failedCount"]), (&json!(3), &json!(2)));
    assert_eq!(reply["batchId"].as_str().unwrap().len(), 36);
    assert!(reply["processingTimeMs"].as_f64().unwrap() > 0.0 && reply["message"].is_string());
    let errors = reply["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    assert_eq!((&errors[0]["index"], &errors[0]["fault"]), (&json!(1), &json!("invalid_event")));
    assert!(errors[0]["detail"].as_str().unwrap().contains("eventBody.entities"));
    assert_eq!((&errors[1]["index"], &errors[1]["fault"]), (&json!(3), &json!("malformed")));
    assert_eq!(database.rows().await, [loan("1", r#"{"a": 2}"#), loan("2", "{}")]);

    let thousand: Vec<Value> = (0..1000).map(|n| event(&format!("many-{n:04}"), &json!({"n": n}))).collect();
    let reply: Value = post(&service, BULK, json!(thousand).to_string()).await.json().await.unwrap();
    assert_eq!((&reply["success"], &reply["processedCount"]), (&json!(true), &json!(1000)));
    assert_eq!(reply["errors"], json!([]));
    assert_eq!(database.rows().await.len(), 1002);

    problem(post(&service, BULK, "[]").await, 400, "invalid_event").await;
    problem(post(&service, BULK, "{}").await, 400, "malformed").await;
    // One line for the list with two failures, and one for each that was refused as a whole.
    let log = service.stop().await.log;
    assert_eq!(log.matches("fault=").count(), 3, "{log}");
    assert!(log.contains("fault=\"invalid_event\" events=2"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_outlives_its_database() {
    let mut database = ApplicationDatabase::start().await;
    database.pause();
    let service = start(&database.producer_url());
    let body = || event("1", &json!({"a": 1})).to_string();
    let reply = post(&service, EVENTS, body()).await;
    assert_eq!(reply.headers()[RETRY_AFTER], "1");
    let reply = problem(reply, 503, "unavailable").await;
    assert!(!reply.to_string().contains("refused"), "no driver text: {reply}");
    problem(post(&service, BULK, format!("[{}]", body())).await, 503, "unavailable").await;
    problem(get(&service, HEALTH).await, 503, "unavailable").await;

    database.resume();
    assert_eq!(post(&service, EVENTS, body()).await.status(), 200);
    becomes_ready(&service).await;
    database.pause();
    problem(post(&service, EVENTS, body()).await, 503, "unavailable").await;
    database.resume();
    assert_eq!(post(&service, EVENTS, body()).await.status(), 200);

    let owner = database.owner().await;
    owner.batch_execute("alter table car_entities rename to elsewhere").await.unwrap();
    let reply = problem(get(&service, HEALTH).await, 503, "unavailable").await;
    assert!(reply["detail"].as_str().unwrap().contains("car_entities is missing"), "{reply}");
    let ended = service.stop().await;
    assert_eq!(ended.status.code(), Some(0));
    let is_ours = |line: &str| line.contains("ERROR") && line.contains("fault=\"unavailable\"");
    assert!(ended.log.lines().any(is_ours), "{}", ended.log);
}

#[tokio::test]
async fn an_exhausted_pool_is_unavailable_and_recovers() {
    let database = ApplicationDatabase::start().await;
    let service = start_with(&database.producer_url(), &[("DATABASE_MAX_CONNECTIONS", "2")]);
    let owner = database.owner().await;
    owner.batch_execute("begin; lock table car_entities").await.unwrap();
    let body = |n: usize| event(&n.to_string(), &json!({})).to_string();
    let waiting = tokio::spawn(join_all((0..10).map(|n| {
        let request = client().post(service.url(EVENTS)).header(CONTENT_TYPE, "application/json");
        request.body(body(n)).send()
    })));
    // The eight that find no connection end first; the two that have one wait for the lock.
    database
        .wait_until(
            "select count(*) = 2 from pg_stat_activity where usename = 'producer' and wait_event_type = 'Lock'",
        )
        .await;
    problem(post(&service, EVENTS, body(99)).await, 503, "unavailable").await;
    owner.batch_execute("commit").await.unwrap();
    let statuses: Vec<u16> =
        waiting.await.unwrap().into_iter().map(|reply| reply.unwrap().status().as_u16()).collect();
    let count = |status: u16| statuses.iter().filter(|one| **one == status).count();
    assert_eq!(count(200) + count(503), 10, "{statuses:?}");
    assert!(count(200) >= 2 && database.rows().await.len() == count(200), "{statuses:?}");
    assert_eq!(post(&service, EVENTS, body(1)).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_concurrent_merges_and_creates_lose_nothing() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let service = &service;
    let merges = join_all((0..200).map(async |n| {
        let body = event("shared", &json!({format!("key{n}"): n})).to_string();
        // On a busy machine a connection may not come free in time: then again, as any client.
        while post(service, EVENTS, body.clone()).await.status() != 200 {}
    }));
    within("every merge is taken", merges).await;
    let rows = database.rows().await;
    assert_eq!(rows.len(), 1);
    let data: Value = serde_json::from_str(&rows[0].2).unwrap();
    assert_eq!(data.as_object().unwrap().len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_under_load_loses_no_acknowledged_event() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let (url, address) = (service.url(EVENTS), service.address());
    let senders = (0..20).map(|sender| {
        let url = url.clone();
        tokio::spawn(async move {
            let client = client();
            let mut acknowledged = Vec::new();
            for n in 0.. {
                let id = format!("{sender:02}-{n:06}");
                let body = event(&id, &json!({})).to_string();
                let request = client.post(&url).header(CONTENT_TYPE, "application/json").body(body);
                match request.send().await {
                    Ok(reply) if reply.status() == 200 => acknowledged.push(id),
                    _ => break,
                }
            }
            acknowledged
        })
    });
    let senders: Vec<_> = senders.collect();
    database.wait_until("select count(*) >= 200 from car_entities").await;
    let ended = service.stop().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(!ended.log.contains("still in flight"), "{}", ended.log);
    assert!(ended.log.contains("stopping on SIGTERM"), "{}", ended.log);
    assert!(TcpStream::connect(address).is_err());
    let stored: BTreeSet<String> = database.rows().await.into_iter().map(|(_, id, _)| id).collect();
    let senders = within("every sender is refused in the end", join_all(senders)).await;
    let acknowledged: Vec<String> = senders.into_iter().flat_map(|sender| sender.unwrap()).collect();
    assert!(acknowledged.len() >= 200 - 20);
    assert!(acknowledged.iter().all(|id| stored.contains(id)), "an acknowledged event is missing");
    // Per sender, at most the one event whose answer was lost.
    assert!(stored.len() <= acknowledged.len() + 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_is_finished_before_the_end() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    // The first look at the database is over, so that only the event meets the lock.
    becomes_ready(&service).await;
    let owner = database.owner().await;
    owner.batch_execute("begin; lock table car_entities").await.unwrap();
    let request = client().post(service.url(EVENTS)).header(CONTENT_TYPE, "application/json");
    let reply = tokio::spawn(request.body(event("1", &json!({})).to_string()).send());
    database.wait_until("select count(*) > 0 from pg_locks where not granted").await;
    service.terminate();
    service.refuses_connections().await;
    owner.batch_execute("commit").await.unwrap();
    assert_eq!(reply.await.unwrap().unwrap().status(), 200);
    assert_eq!(service.wait().await.status.code(), Some(0));
    assert_eq!(database.rows().await, [loan("1", "{}")]);
}

#[tokio::test]
async fn an_interrupt_stops_it_too_and_an_idle_connection_does_not_hold_it() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    let mut idle = connect(service.address());
    service.signal(Signal::SIGINT);
    let ended = service.wait().await;
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.log.contains("stopping on SIGINT"), "{}", ended.log);
    assert_eq!(idle.read(&mut [0; 8]).unwrap_or(0), 0);
}

#[test]
fn a_bad_setting_is_one_line_that_names_the_variable() {
    for (variable, value) in
        [("SERVER_PORT", "abc"), ("DATABASE_URL", "postgresql://u:s3cret@/"), ("LOG_LEVEL", "x")]
    {
        let ended = Service::run_to_end(PROGRAM, &[(variable, value)]);
        assert_eq!(ended.status.code(), Some(2));
        assert_eq!(ended.log.lines().count(), 1, "{}", ended.log);
        assert!(
            ended.log.starts_with(&format!("producer-api-rust-rest: {variable}: "))
                && !ended.log.contains("s3cret"),
            "{}",
            ended.log
        );
    }
}

#[tokio::test]
async fn a_taken_port_is_named_and_ends_the_start() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let ended = Service::run_to_end(PROGRAM, &[("SERVER_PORT", &port), ("LOG_LEVEL", "error")]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.log.contains(&port) && ended.log.contains("SERVER_PORT"), "{}", ended.log);
}

/// A connection on which nothing is waited for without end.
fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends bytes, closes the sending side, and gives everything that comes back.
fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

#[tokio::test]
async fn bytes_that_are_no_http_hurt_nobody() {
    let database = ApplicationDatabase::start().await;
    let service = start(&database.producer_url());
    for bytes in [&b"\0\xff\xfe nonsense\r\n\r\n"[..], b"GET", b"POST /api/v1/events HTTP/1.1\r\n"] {
        let reply = raw(service.address(), bytes);
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 400"), "{reply}");
    }
    let half = b"POST /api/v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    let reply = raw(service.address(), half);
    assert!(reply.is_empty() || reply.contains("\"malformed\""), "{reply}");
    becomes_ready(&service).await;
}
