//! The oracle against the contract's own cases: two accounts of one set of rules.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::*;
use crate::{
    model::Protocol,
    verify::{
        Case, Contract,
        case::{Expect, Request, Step},
        compare,
        generated::item,
    },
    wire::{self, RestRequest},
};

/// What the oracle says to a step; none for what it does not judge.
fn judged(step: &Step, wire: Protocol) -> Option<Verdict> {
    let requests = step.send.requests(wire).ok()?.requests;
    let [request] = &requests[..] else { return None };
    match request {
        _ if step.condition.is_some() => None,
        Request::Rest(request) if is_json_post(request) => {
            let body = request.body.as_deref().unwrap_or_default();
            match request.path.as_str() {
                wire::EVENTS_PATH => Some(rest_event(body)),
                wire::BULK_PATH => Some(bulk(body)),
                _ => None,
            }
        }
        Request::Grpc(call) if call.method == wire::PROCESS_EVENT && call.deadline.is_none() => {
            Some(message(&call.message))
        }
        _ => None,
    }
}

fn is_json_post(request: &RestRequest) -> bool {
    request.method == "POST"
        && request.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.eq_ignore_ascii_case("application/json")
        })
}

fn agrees(expected: &Expect, got: &Expect) -> bool {
    let set = |fields: &[String]| fields.iter().cloned().collect::<BTreeSet<_>>();
    match (expected, got) {
        (Expect::OneOf(choices), got) => choices.iter().any(|choice| agrees(choice, got)),
        (Expect::InvalidEvent(expected), Expect::InvalidEvent(got)) => set(expected) == set(got),
        (Expect::Bulk(expected), Expect::Bulk(got)) => {
            expected.processed == got.processed && expected.errors == got.errors
        }
        (expected, got) => expected.name() == got.name(),
    }
}

/// The value with every number and text in one spelling and members in order.
fn plain(value: &Json) -> String {
    match value {
        Json::Number(written) => format!("{:?}", Decimal::of(written)),
        Json::Text(text) => format!("{:?}", text.meaning()),
        Json::List(items) => format!("{:?}", items.iter().map(plain).collect::<Vec<_>>()),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.meaning(), plain(value)));
            format!("{:?}", members.collect::<BTreeMap<_, _>>())
        }
        Json::Null | Json::Bool(_) => value.written(),
    }
}

fn object(members: &BTreeMap<String, Json>) -> Json {
    Json::Object(members.iter().map(|(key, value)| (json::Text::of(key), value.clone())).collect())
}

fn given(case: &Case) -> Table {
    let rows = case.given.iter().map(|row| {
        let Some(Json::Object(members)) = json::parse(row.data.to_string().as_bytes(), 64) else {
            panic!("{}: a given row is an object", case.name)
        };
        let members = members.into_iter().map(|(key, value)| (key.meaning().unwrap(), value));
        ((row.entity_type.clone(), row.id.clone()), members.collect())
    });
    rows.collect()
}

/// How many steps of the case were judged.
fn check(case: &Case, wire: Protocol) -> usize {
    let mut table = given(case);
    let mut judged_steps = 0;
    for (index, step) in case.steps.iter().enumerate() {
        let Some(verdict) = judged(step, wire) else { continue };
        let got = item::expect(&verdict);
        assert!(
            agrees(&step.expect, &got),
            "{wire}, {}, step {}: {:?}, the oracle says {got:?}",
            case.name,
            index + 1,
            step.expect
        );
        verdict.apply(&mut table);
        judged_steps += 1;
    }
    if judged_steps == case.steps.len() {
        let expected = compare::rows::expected(case, &[]).unwrap().into_iter().map(|row| {
            let data = json::parse(row.content.data.as_bytes(), 64).unwrap();
            ((row.content.entity_type, row.content.id), plain(&data))
        });
        let got = table.iter().map(|(key, data)| (key.clone(), plain(&object(data))));
        assert_eq!(got.collect::<BTreeMap<_, _>>(), expected.collect(), "{wire}, {}", case.name);
    }
    judged_steps
}

#[test]
fn the_oracle_agrees_with_every_golden_case_of_single_requests() {
    let contract = Contract::load(Path::new("../../contract")).unwrap_or_else(|fault| panic!("{fault}"));
    let cases = contract.cases.iter().flat_map(|case| case.wires.iter().map(move |wire| (case, *wire)));
    let judged: usize = cases.map(|(case, wire)| check(case, wire)).sum();
    assert!(judged > 400, "only {judged} steps were judged");
}
