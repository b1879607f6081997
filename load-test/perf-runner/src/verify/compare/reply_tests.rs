use std::path::Path;

use super::*;
use crate::wire::{GrpcCode, Violation};

fn faults() -> Faults {
    Faults::load(Path::new("../../contract/faults.yaml")).unwrap()
}

fn rest(status: u16, content_type: &str, body: &Value) -> Reply {
    Reply {
        status: Status::Http(status),
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        body: body.to_string().into_bytes(),
        message: String::new(),
        violations: vec![],
    }
}

fn grpc(code: tonic::Code, fields: &[&str]) -> Reply {
    let violation = |field: &&str| Violation { field: (*field).to_owned(), detail: "d".to_owned() };
    Reply {
        status: Status::Grpc(GrpcCode::from(code)),
        headers: vec![],
        body: vec![],
        message: "said".to_owned(),
        violations: fields.iter().map(violation).collect(),
    }
}

fn count(expect: &Expect, wire: Protocol, got: Reply) -> usize {
    reply(expect, wire, &Ok(got), &faults()).len()
}

fn problem_body() -> Value {
    json!({
        "type": "about:blank", "title": "Invalid event", "status": 400, "fault": "invalid_event", "detail": "d",
        "errors": [{ "field": "eventHeader.eventName", "detail": "must not be blank" }],
    })
}

const PROBLEM: &str = "application/problem+json";

#[test]
fn an_accepted_event_is_answered_in_exact_words() {
    let good = json!({ "success": true, "message": "Event processed successfully" });
    let count = |reply| count(&Expect::Accepted, Protocol::Rest, reply);
    assert_eq!(count(rest(200, "application/json; charset=utf-8", &good)), 0);
    assert_eq!(count(rest(201, "application/json", &good)), 1);
    assert_eq!(count(rest(200, "text/plain", &good)), 1);
    assert_eq!(count(rest(200, "application/json", &json!({ "success": true, "message": "ok" }))), 1);
    let message = pb::EventResponse { success: true, message: STORED.to_owned() };
    let mut reply = grpc(tonic::Code::Ok, &[]);
    reply.body = message.encode_to_vec();
    assert_eq!(super::reply(&Expect::Accepted, Protocol::Grpc, &Ok(reply.clone()), &faults()), []);
    reply.body = pb::EventResponse { success: false, ..message }.encode_to_vec();
    assert_eq!(super::reply(&Expect::Accepted, Protocol::Grpc, &Ok(reply), &faults()).len(), 1);
}

#[test]
fn every_part_of_a_problem_is_looked_at() {
    let expect = Expect::InvalidEvent(vec!["eventHeader.eventName".to_owned()]);
    let count = |body: &Value| count(&expect, Protocol::Rest, rest(400, PROBLEM, body));
    assert_eq!(count(&problem_body()), 0);
    let changes = [
        ("type", json!("x")),
        ("title", json!("Bad")),
        ("status", json!("400")),
        ("fault", json!("malformed")),
        ("detail", json!("")),
        ("detail", json!("ERROR: null value (SQLSTATE 23502)")),
        ("errors", json!([])),
        ("errors", json!([{ "field": "eventHeader.uuid", "detail": "d" }])),
        ("errors", json!([{ "field": "eventHeader.eventName" }])),
    ];
    for (name, value) in changes {
        let mut body = problem_body();
        body[name] = value;
        assert_eq!(count(&body), 1, "{body}");
    }
}

#[test]
fn broken_fields_are_a_set_in_the_wires_own_form() {
    let fields = ["eventBody.entities[1].updatedAttributes", "eventHeader.eventName"];
    let expect = Expect::InvalidEvent(fields.map(str::to_owned).to_vec());
    let named = ["event_header.event_name", "event_body.entities[1].updated_attributes"];
    let code = tonic::Code::InvalidArgument;
    assert_eq!(count(&expect, Protocol::Grpc, grpc(code, &named)), 0);
    assert_eq!(count(&expect, Protocol::Grpc, grpc(code, &named[..1])), 1);
    assert_eq!(count(&expect, Protocol::Grpc, grpc(tonic::Code::Unknown, &named)), 1);
}

#[test]
fn headers_of_a_fault_are_looked_at() {
    let body = json!({
        "type": "about:blank", "title": "Service unavailable", "status": 503, "fault": "unavailable", "detail": "d",
    });
    let mut reply = rest(503, PROBLEM, &body);
    assert_eq!(count(&Expect::Unavailable, Protocol::Rest, reply.clone()), 1);
    reply.headers.push(("retry-after".to_owned(), "soon".to_owned()));
    assert_eq!(count(&Expect::Unavailable, Protocol::Rest, reply.clone()), 1);
    reply.headers[1].1 = "1".to_owned();
    assert_eq!(count(&Expect::Unavailable, Protocol::Rest, reply), 0);
    let body = json!({
        "type": "about:blank", "title": "Method not allowed", "status": 405, "fault": "method_not_allowed",
        "detail": "d",
    });
    let mut reply = rest(405, PROBLEM, &body);
    reply.headers.push(("allow".to_owned(), "HEAD, GET".to_owned()));
    let expect = |method: &str| Expect::MethodNotAllowed(vec![method.to_owned()]);
    assert_eq!(count(&expect("GET"), Protocol::Rest, reply.clone()), 0);
    assert_eq!(count(&expect("POST"), Protocol::Rest, reply), 1);
}

#[test]
fn one_of_several_is_enough_and_no_reply_may_be_one() {
    let late = || Err(WireFault::Late { authority: "a:1".to_owned(), limit_ms: 5 });
    let expect = Expect::OneOf(vec![Expect::Malformed, Expect::NoReply]);
    assert_eq!(reply(&expect, Protocol::Rest, &late(), &faults()), []);
    assert_eq!(reply(&Expect::Malformed, Protocol::Rest, &late(), &faults()).len(), 1);
    let got = reply(&expect, Protocol::Rest, &Ok(rest(200, "application/json", &json!({}))), &faults());
    assert_eq!(got[0].expected, "one of: malformed; no reply");
}
