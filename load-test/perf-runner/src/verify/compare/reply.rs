use std::collections::BTreeSet;

use prost::Message as _;
use serde_json::{Value, json};

use super::bulk;
use crate::{
    model::Protocol,
    verify::{
        case::{Expect, ReplyExpect, reply_bytes},
        faults::{Faults, ListedFault},
        verdict::Difference,
    },
    wire::{Reply, Status, WireFault, pb},
};

/// What a caller is told after an event is stored, on both wires.
const STORED: &str = "Event processed successfully";

/// Words that only the inside of a service knows. None may reach a caller.
const INSIDE: [&str; 14] = [
    "sqlstate",
    "insert into",
    "on conflict",
    "unnest",
    "select 1",
    "panicked",
    "goroutine",
    "exception",
    "stacktrace",
    "\tat ",
    "pgconn",
    "tokio_postgres",
    "sqlx",
    "r2dbc",
];

/// Holds one reply, or its absence, against what was expected.
pub fn reply(
    expect: &Expect,
    wire: Protocol,
    reply: &Result<Reply, WireFault>,
    faults: &Faults,
) -> Vec<Difference> {
    if let Expect::OneOf(choices) = expect {
        return one_of(choices, wire, reply, faults);
    }
    match (expect, reply) {
        (
            Expect::NoReply,
            Err(WireFault::Broken { .. } | WireFault::Late { .. } | WireFault::Unreachable { .. }),
        ) => Vec::new(),
        (Expect::NoReply, Ok(reply)) => vec![Difference::new("no reply", reply.to_string())],
        (_, Err(fault)) => vec![Difference::new(expect.to_string(), told(fault))],
        (_, Ok(reply)) => answered(expect, wire, reply, faults),
    }
}

fn answered(expect: &Expect, wire: Protocol, reply: &Reply, faults: &Faults) -> Vec<Difference> {
    match expect {
        Expect::Accepted => accepted(wire, reply),
        Expect::Healthy => healthy(wire, reply),
        Expect::Unhealthy => match wire {
            Protocol::Rest => fault("unavailable", wire, reply, faults),
            Protocol::Grpc => unhealthy_message(reply),
        },
        Expect::Bulk(expected) => bulk::reply(expected, reply),
        Expect::Reply(expected) => exact(expected, wire, reply),
        Expect::InvalidEvent(fields) => {
            let mut differences = fault("invalid_event", wire, reply, faults);
            differences.extend(broken_fields(fields, wire, reply));
            differences
        }
        Expect::MethodNotAllowed(methods) => {
            let mut differences = fault("method_not_allowed", wire, reply, faults);
            differences.extend(allowed(methods, reply));
            differences
        }
        other => fault(other.name(), wire, reply, faults),
    }
}

fn one_of(
    choices: &[Expect],
    wire: Protocol,
    got: &Result<Reply, WireFault>,
    faults: &Faults,
) -> Vec<Difference> {
    let tried: Vec<_> = choices.iter().map(|choice| reply(choice, wire, got, faults)).collect();
    if tried.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let expected: Vec<String> = choices.iter().map(ToString::to_string).collect();
    let got = got.as_ref().map_or_else(told, ToString::to_string);
    vec![Difference::new(format!("one of: {}", expected.join("; ")), got)]
}

/// An absent reply with its cause, which tells a reset from a parse error.
fn told(fault: &WireFault) -> String {
    match std::error::Error::source(fault) {
        Some(cause) => format!("{fault} ({cause})"),
        None => fault.to_string(),
    }
}

fn accepted(wire: Protocol, reply: &Reply) -> Vec<Difference> {
    let mut differences = status(wire, "200", "OK", reply);
    if !differences.is_empty() {
        return differences;
    }
    match wire {
        Protocol::Rest => {
            differences.extend(media_type("application/json", reply));
            let expected = json!({ "success": true, "message": STORED });
            if reply.json().as_ref() != Some(&expected) {
                differences.push(Difference::new(expected.to_string(), reply.to_string()));
            }
        }
        Protocol::Grpc => {
            let expected = pb::EventResponse { success: true, message: STORED.to_owned() };
            let got = pb::EventResponse::decode(reply.body.as_slice());
            if got.as_ref() != Ok(&expected) {
                differences.push(Difference::new(format!("{expected:?}"), format!("{got:?}")));
            }
        }
    }
    differences
}

fn healthy(wire: Protocol, reply: &Reply) -> Vec<Difference> {
    let mut differences = status(wire, "200", "OK", reply);
    if !differences.is_empty() {
        return differences;
    }
    let is_as_it_should = match wire {
        Protocol::Rest => {
            differences.extend(media_type("application/json", reply));
            reply.json().is_some_and(|body| body["status"] == "healthy" && body["message"].is_string())
        }
        Protocol::Grpc => reply.is_healthy(),
    };
    if !is_as_it_should {
        differences.push(Difference::new("a healthy status and a message", reply.to_string()));
    }
    differences
}

fn unhealthy_message(reply: &Reply) -> Vec<Difference> {
    let mut differences = status(Protocol::Grpc, "", "OK", reply);
    let message = pb::HealthResponse::decode(reply.body.as_slice()).unwrap_or_default();
    if differences.is_empty() && (message.healthy || message.message.is_empty()) {
        differences.push(Difference::new("healthy = false with a message", format!("{message:?}")));
    }
    differences.extend(inside(&message.message));
    differences
}

fn fault(name: &str, wire: Protocol, reply: &Reply, faults: &Faults) -> Vec<Difference> {
    let Some(listed) = faults.get(name) else {
        return vec![Difference::new(format!("fault {name}"), "a list of faults without it")];
    };
    let http = listed.http.map(|status| status.to_string()).unwrap_or_default();
    let grpc = listed.grpc.clone().unwrap_or_default();
    let mut differences = status(wire, &http, &grpc, reply);
    if !differences.is_empty() {
        return differences;
    }
    match wire {
        Protocol::Rest => {
            differences.extend(problem(listed, reply));
            differences.extend(inside(&String::from_utf8_lossy(&reply.body)));
        }
        Protocol::Grpc => {
            // The library below a service answers for unknown methods, in no words.
            if reply.message.is_empty() && name != "not_found" {
                differences.push(Difference::new("a status message", "none"));
            }
            differences.extend(inside(&reply.message));
        }
    }
    differences
}

/// The parts of a problem+json reply that every fault has.
fn problem(listed: &ListedFault, reply: &Reply) -> Vec<Difference> {
    let mut differences: Vec<Difference> =
        media_type("application/problem+json", reply).into_iter().collect();
    let Some(body) = reply.json() else {
        differences.push(Difference::new("a JSON body", reply.to_string()));
        return differences;
    };
    let expected = [
        ("type", json!("about:blank")),
        ("title", json!(listed.title)),
        ("status", json!(listed.http)),
        ("fault", json!(listed.name)),
    ];
    for (name, value) in expected {
        if body[name] != value {
            differences.push(Difference::new(format!("\"{name}\": {value}"), body[name].to_string()));
        }
    }
    if body["detail"].as_str().is_none_or(str::is_empty) {
        differences.push(Difference::new("a text in \"detail\"", body["detail"].to_string()));
    }
    for name in &listed.headers {
        let value = reply.header(&name.to_ascii_lowercase());
        let is_good = match name.as_str() {
            "Retry-After" => value.is_some_and(|seconds| seconds.parse::<u32>().is_ok()),
            _ => value.is_some_and(|value| !value.is_empty()),
        };
        if !is_good {
            differences.push(Difference::new(format!("a header {name}"), value.unwrap_or("none")));
        }
    }
    differences
}

fn broken_fields(fields: &[String], wire: Protocol, reply: &Reply) -> Option<Difference> {
    let expected: BTreeSet<String> = match wire {
        Protocol::Rest => fields.iter().cloned().collect(),
        Protocol::Grpc => fields.iter().map(|field| in_grpc_form(field)).collect(),
    };
    let got: Vec<(String, bool)> = match wire {
        Protocol::Rest => {
            let body = reply.json().unwrap_or_default();
            let errors = body["errors"].as_array().cloned().unwrap_or_default();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            errors.iter().map(|error| (text(&error["field"]), !text(&error["detail"]).is_empty())).collect()
        }
        Protocol::Grpc => {
            let violations = reply.violations.iter();
            violations.map(|broken| (broken.field.clone(), !broken.detail.is_empty())).collect()
        }
    };
    let named: BTreeSet<String> = got.iter().map(|(field, _)| field.clone()).collect();
    if named != expected {
        return Some(Difference::new(format!("broken fields {expected:?}"), format!("{named:?}")));
    }
    let wordless = got.into_iter().find(|(_, is_explained)| !is_explained);
    wordless.map(|(field, _)| Difference::new(format!("a detail for {field}"), "none"))
}

/// `eventBody.entities[0].entityId` as `event_body.entities[0].entity_id`.
fn in_grpc_form(path: &str) -> String {
    let mut form = String::with_capacity(path.len() + 8);
    for char in path.chars() {
        if char.is_ascii_uppercase() {
            form.push('_');
        }
        form.push(char.to_ascii_lowercase());
    }
    form
}

fn allowed(methods: &[String], reply: &Reply) -> Option<Difference> {
    let allow = reply.header("allow").unwrap_or_default();
    let named: BTreeSet<&str> = allow.split(',').map(str::trim).collect();
    let is_missing = methods.iter().any(|method| !named.contains(method.as_str()));
    is_missing.then(|| Difference::new(format!("Allow: {}", methods.join(", ")), format!("Allow: {allow}")))
}

fn exact(expected: &ReplyExpect, wire: Protocol, reply: &Reply) -> Vec<Difference> {
    let mut differences = status(wire, &expected.status, &expected.status, reply);
    if let Some(body) = &expected.body {
        match reply_bytes(body, wire) {
            Ok(bytes) if bytes == reply.body => {}
            Ok(bytes) => differences.push(Difference::new(
                format!("{:?}", String::from_utf8_lossy(&bytes)),
                format!("{:?}", String::from_utf8_lossy(&reply.body)),
            )),
            Err(fault) => differences.push(Difference::new("a body", fault.to_string())),
        }
    }
    if let Some(text) = &expected.contains
        && !String::from_utf8_lossy(&reply.body).contains(text)
    {
        differences.push(Difference::new(format!("a reply with `{text}` in it"), reply.to_string()));
    }
    differences
}

fn status(wire: Protocol, http: &str, grpc: &str, reply: &Reply) -> Vec<Difference> {
    let (expected, got) = match (wire, reply.status) {
        (Protocol::Rest, Status::Http(status)) => (http, status.to_string()),
        (_, Status::Grpc(code)) => (grpc, code.name().to_owned()),
        (Protocol::Grpc, Status::Http(status)) => (grpc, status.to_string()),
    };
    if expected == got {
        return Vec::new();
    }
    let expected = if wire == Protocol::Rest { format!("HTTP {expected}") } else { expected.to_owned() };
    vec![Difference::new(expected, reply.to_string())]
}

fn media_type(expected: &str, reply: &Reply) -> Option<Difference> {
    let value = reply.header("content-type").unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    (!essence.eq_ignore_ascii_case(expected))
        .then(|| Difference::new(format!("Content-Type {expected}"), format!("Content-Type {value}")))
}

fn inside(text: &str) -> Option<Difference> {
    let lower = text.to_lowercase();
    let word = INSIDE.iter().find(|word| lower.contains(*word))?;
    Some(Difference::new(format!("nothing from inside the service, such as `{}`", word.trim()), text))
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
