//! Generated requests on the real Rust services, and on services that break the
//! contract in a way that is easy to miss.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod services;

use std::path::Path;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, header},
};
use perf_runner::{
    model::Protocol,
    progress::Silence,
    verify::{
        Contract, Outcome, Target, case,
        generated::{self, Plan, Played},
        play,
    },
};
use producer_testing::ApplicationDatabase;
use serde_json::Value;
use services::{endpoint, start};

const PLAN: Plan = Plan { count: 600, seed: 11 };

fn contract() -> Contract {
    Contract::load(Path::new("../../contract")).unwrap_or_else(|fault| panic!("{fault}"))
}

fn target(protocol: Protocol, port: u16, database: &ApplicationDatabase) -> Target {
    Target { endpoint: endpoint(protocol, port), database_url: Some(database.runner_url()), pid: None }
}

async fn played(target: &Target) -> Played {
    generated::play(&contract(), ("service", target), PLAN, &Silence)
        .await
        .unwrap_or_else(|fault| panic!("{fault}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_services_treat_generated_requests_as_the_rules_say() {
    for protocol in [Protocol::Rest, Protocol::Grpc] {
        let database = ApplicationDatabase::start().await;
        let service = start(protocol, &database);
        let played = played(&target(protocol, service.address().port(), &database)).await;
        assert_eq!(played.count, PLAN.count);
        assert_eq!(generated::case_file(PLAN, &[played]), None);
        service.stop().await;
    }
}

/// What a stand-in does to an event before the real service sees it.
type Defect = fn(&mut Value) -> bool;

/// Forgets one attribute.
fn drops_a_key(event: &mut Value) -> bool {
    let entities = event.pointer_mut("/eventBody/entities").and_then(Value::as_array_mut);
    let attributes =
        entities.into_iter().flatten().filter_map(|entity| entity["updatedAttributes"].as_object_mut());
    attributes.map(|attributes| attributes.remove("balance").is_some()).fold(false, |any, one| any | one)
}

/// Takes a name that is one character too long.
fn takes_256_characters(event: &mut Value) -> bool {
    match event.pointer_mut("/eventHeader/eventName") {
        Some(Value::String(name)) if name.chars().count() == 256 && !name.contains('\0') => {
            "LoanCreated".clone_into(name);
            true
        }
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subtle_defect_is_found_and_shrunk_to_a_case_that_shows_it() {
    let database = ApplicationDatabase::start().await;
    let service = start(Protocol::Rest, &database);
    let real = target(Protocol::Rest, service.address().port(), &database);
    for (defect, sign) in
        [(drops_a_key as Defect, "balance"), (takes_256_characters, "eventHeader.eventName")]
    {
        let broken = target(Protocol::Rest, stand_in(service.url(""), defect).await, &database);
        let file = generated::case_file(PLAN, &[played(&broken).await])
            .unwrap_or_else(|| panic!("{sign} is not seen"));

        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("found.yaml"), &file).unwrap();
        let cases = case::load(folder.path()).unwrap_or_else(|fault| panic!("{fault}\n{file}"));
        assert!(file.contains(sign), "{file}");
        assert!(cases.iter().all(|case| case.steps.len() == 1), "{file}");
        // 256 characters, and what is needed around them.
        assert!(file.lines().filter(|line| line.contains("send:")).all(|line| line.len() < 600), "{file}");

        let found = Contract { cases, faults: contract().faults };
        let on_broken = play(&found, &broken, &Silence).await.unwrap();
        assert!(on_broken.iter().all(|verdict| matches!(verdict.outcome, Outcome::Failed { .. })), "{file}");
        let on_real = play(&found, &real, &Silence).await.unwrap();
        assert!(on_real.iter().all(|verdict| matches!(verdict.outcome, Outcome::Passed { .. })), "{file}");
    }
    service.stop().await;
}

/// A REST service that passes everything on, spoiled where the defect has a say.
async fn stand_in(real: String, defect: Defect) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // A proxy of the user's is not for loopback.
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let app = Router::new().fallback(pass_on).with_state((real, defect, client));
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

async fn pass_on(
    State((real, defect, client)): State<(String, Defect, reqwest::Client)>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let mut body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    if let Ok(mut event) = serde_json::from_slice::<Value>(&body)
        && defect(&mut event)
    {
        body = event.to_string().into_bytes();
    }
    let mut request = client.request(parts.method, format!("{real}{}", parts.uri)).body(body);
    if let Some(content_type) = parts.headers.get(header::CONTENT_TYPE) {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    let reply = request.send().await.unwrap();
    let mut response = Response::builder().status(reply.status());
    for name in [header::CONTENT_TYPE, header::RETRY_AFTER] {
        if let Some(value) = reply.headers().get(&name) {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(reply.bytes().await.unwrap())).unwrap()
}
