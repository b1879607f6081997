//! The contract's cases on the real Rust services and a real PostgreSQL, and on
//! a service that breaks the contract.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod services;

use std::path::Path;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header, request::Parts},
};
use perf_runner::{
    model::Protocol,
    progress::Silence,
    verify::{CaseVerdict, Contract, Matrix, Outcome, Target, case, play},
};
use producer_testing::ApplicationDatabase;
use services::{endpoint, start};

fn contract() -> Contract {
    Contract::load(Path::new("../../contract")).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The cases whose files have these names.
fn cases_of(files: &[&str]) -> Contract {
    let mut contract = contract();
    contract.cases.retain(|case| files.iter().any(|file| case.file.ends_with(file)));
    contract
}

async fn kept_by(protocol: Protocol) {
    let database = ApplicationDatabase::start().await;
    let service = start(protocol, &database);
    let target = Target {
        endpoint: endpoint(protocol, service.address().port()),
        database_url: Some(database.owner_url()),
        pid: Some(service.pid()),
    };
    let verdicts = play(&contract(), &target, &Silence).await.unwrap_or_else(|fault| panic!("{fault}"));
    let mut matrix = Matrix::default();
    matrix.add(format!("rust-{protocol}"), verdicts);
    let (_, tally) = matrix.tallies().next().unwrap();
    assert!(matrix.is_kept() && tally.not_played == 0, "{}", matrix.to_text(None, true));
    let ended = service.wait().await;
    assert_eq!(ended.status.code(), Some(0), "a case asked it to stop: {}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_rest_service_keeps_the_contract() {
    kept_by(Protocol::Rest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_grpc_service_keeps_the_contract() {
    kept_by(Protocol::Grpc).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_runner_may_not_do_is_not_played_and_says_why() {
    let database = ApplicationDatabase::start().await;
    let service = start(Protocol::Rest, &database);
    let endpoint = endpoint(Protocol::Rest, service.address().port());
    let contract = cases_of(&["health.yaml", "merging.yaml"]);
    let runner = Some(database.runner_url());
    let target = Target { endpoint: endpoint.clone(), database_url: runner, pid: None };
    let verdicts = play(&contract, &target, &Silence).await.unwrap();
    let reason = |case: &str| match outcome(&verdicts, case) {
        Outcome::NotPlayed { reason } => reason.clone(),
        other => panic!("{case}: {other:?}"),
    };
    let missing = "without the table an invalid event is still invalid";
    assert_eq!(reason(missing), "the database's role does not own the table");
    let away = "while the database is away events are unavailable, and nothing needs a restart";
    assert_eq!(reason(away), "the database's role is no superuser");
    let locked = "a database that does not answer within a second is not ready";
    assert_eq!(outcome(&verdicts, locked), &Outcome::Passed { rows_checked: true });

    let target = Target { endpoint, database_url: None, pid: None };
    let verdicts = play(&cases_of(&["merging.yaml"]), &target, &Silence).await.unwrap();
    let given = "an update keeps created_at and sets updated_at";
    assert!(matches!(outcome(&verdicts, given), Outcome::NotPlayed { .. }));
    let plain = "a second event merges into the row of the first";
    assert_eq!(outcome(&verdicts, plain), &Outcome::Passed { rows_checked: false });
}

#[tokio::test]
async fn a_service_that_is_not_there_is_told_before_the_first_case() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = Target { endpoint: endpoint(Protocol::Rest, free.port()), database_url: None, pid: None };
    let fault = play(&contract(), &target, &Silence).await.unwrap_err();
    assert!(fault.to_string().contains(&format!("nothing answers at {free}")), "{fault}");
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_told_with_its_place_and_without_its_password() {
    for (url, said, exit_code) in [
        ("postgresql://me:s3cret@127.0.0.1:port/cars", "cannot be understood", 2),
        ("postgresql://me:s3cret@127.0.0.1:1/cars", "writes to at 127.0.0.1:1", 1),
    ] {
        let endpoint = endpoint(Protocol::Rest, 1);
        let target = Target { endpoint, database_url: Some(url.to_owned()), pid: None };
        let fault = play(&contract(), &target, &Silence).await.unwrap_err();
        let told = format!("{fault} {fault:?}");
        assert!(told.contains(said) && !told.contains("s3cret"), "{told}");
        assert_eq!(fault.class.code(), exit_code, "{told}");
        assert!(fault.repair.is_some());
    }
}

/// What a broken service does to a reply of the real one.
type Defect = fn(&mut Answer);

struct Answer {
    status: StatusCode,
    content_type: String,
    body: String,
}

/// Its name, the defect, a case that must see it and one that must not; none where every case sees it.
fn defects() -> [(&'static str, Defect, &'static str, &'static str); 6] {
    let standard = "the standard event is stored";
    let absent = "an absent event name is named";
    let bulk = "a bulk of valid and invalid elements stores the valid ones";
    [
        (
            "another status",
            |answer| answer.status = StatusCode::from_u16(answer.status.as_u16() + 1).unwrap(),
            standard,
            "",
        ),
        (
            "an unnamed field",
            |answer| answer.body = answer.body.replace("eventHeader.eventName", "eventName"),
            absent,
            standard,
        ),
        (
            "another fault",
            |answer| answer.body = answer.body.replace("invalid_event", "malformed"),
            absent,
            standard,
        ),
        (
            "another media type",
            |answer| answer.content_type = String::from("application/json"),
            absent,
            standard,
        ),
        (
            "a wrong count",
            |answer| answer.body = answer.body.replace("\"failedCount\":7", "\"failedCount\":6"),
            bulk,
            absent,
        ),
        (
            "driver's words",
            |answer| answer.body = answer.body.replace("\"detail\":\"", "\"detail\":\"sqlx: "),
            absent,
            standard,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_defect_turns_its_case_red_and_leaves_another_green() {
    let database = ApplicationDatabase::start().await;
    let service = start(Protocol::Rest, &database);
    let mut contract = contract();
    contract
        .cases
        .retain(|case| defects().iter().any(|(_, _, red, green)| case.name == *red || case.name == *green));
    for (name, defect, red, green) in defects() {
        let port = stand_in(Some((service.url(""), defect))).await;
        let target = Target {
            endpoint: endpoint(Protocol::Rest, port),
            database_url: Some(database.owner_url()),
            pid: None,
        };
        let verdicts =
            play(&contract, &target, &Silence).await.unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(matches!(outcome(&verdicts, red), Outcome::Failed { .. }), "{name} is not seen by `{red}`");
        if !green.is_empty() {
            assert!(
                matches!(outcome(&verdicts, green), Outcome::Passed { .. }),
                "{name} is seen by `{green}`"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_says_yes_and_stores_nothing_is_found_out() {
    let database = ApplicationDatabase::start().await;
    let target = Target {
        endpoint: endpoint(Protocol::Rest, stand_in(None).await),
        database_url: Some(database.owner_url()),
        pid: None,
    };
    let verdicts = play(&cases_of(&["header.yaml"]), &target, &Silence).await.unwrap();
    let Outcome::Failed { differences } = outcome(&verdicts, "the standard event is stored") else {
        panic!("a missing row is not seen");
    };
    assert_eq!((differences.len(), differences[0].place.as_str()), (1, "rows"));
    assert_eq!(differences[0].got, "no such row");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_acknowledged_events_must_be_stored_whatever_is_sent_after_them() {
    let database = ApplicationDatabase::start().await;
    let target = Target {
        endpoint: endpoint(Protocol::Rest, stand_in(None).await),
        database_url: Some(database.owner_url()),
        pid: None,
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("many.yaml"), MANY_AND_THEN_HEALTH).unwrap();
    let cases = case::load(folder.path()).unwrap_or_else(|fault| panic!("{fault}"));
    let contract = Contract { cases, faults: contract().faults };
    let verdicts = play(&contract, &target, &Silence).await.unwrap();
    let Outcome::Failed { differences } = outcome(&verdicts, "many") else {
        panic!("missing rows are not seen");
    };
    assert_eq!(differences.iter().filter(|difference| difference.got == "no such row").count(), 20);
}

const MANY_AND_THEN_HEALTH: &str = r#"
topic: Many events, and something else after them
cases:
  - name: many
    steps:
      - send: { concurrently: { times: 20, events: [{ set: { "eventBody.entities[0].entityId": "loan-${n}" } }] } }
        expect: accepted
      - { send: health, expect: healthy }
    rows: [acknowledged: { type: Loan, id: "loan-${n}", data: {} }]
"#;

fn outcome<'a>(verdicts: &'a [CaseVerdict], case: &str) -> &'a Outcome {
    let verdict = verdicts.iter().find(|verdict| verdict.case == case);
    &verdict.unwrap_or_else(|| panic!("no case `{case}`")).outcome
}

/// A REST service that passes requests on and spoils the replies, or that says
/// yes to everything.
async fn stand_in(behind: Option<(String, Defect)>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = Router::new().fallback(answer).with_state(behind);
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

async fn answer(State(behind): State<Option<(String, Defect)>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Parts { method, uri, headers, .. } = parts;
    let (status, headers, body) = match behind {
        None => {
            let yes = match uri.path() {
                "/api/v1/events/health" => r#"{"status":"healthy","message":"m"}"#,
                _ => r#"{"success":true,"message":"Event processed successfully"}"#,
            };
            (
                StatusCode::OK,
                HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse().unwrap())]),
                yes.to_owned(),
            )
        }
        Some((real, defect)) => {
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            // A proxy of the user's is not for loopback.
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let mut request = client.request(method, format!("{real}{uri}")).body(body);
            if let Some(content_type) = headers.get(header::CONTENT_TYPE) {
                request = request.header(header::CONTENT_TYPE, content_type);
            }
            let reply = request.send().await.unwrap();
            let (status, mut headers) = (reply.status(), reply.headers().clone());
            let content_type = headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            let mut answer = Answer { status, content_type, body: reply.text().await.unwrap() };
            // A runner that finds no health plays no case.
            if !uri.path().ends_with("health") {
                defect(&mut answer);
            }
            headers.insert(header::CONTENT_TYPE, answer.content_type.parse().unwrap());
            headers.remove(header::CONTENT_LENGTH);
            (answer.status, headers, answer.body)
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
