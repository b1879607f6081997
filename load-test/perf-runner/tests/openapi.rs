//! `contract/openapi.yaml` is an `OpenAPI` 3.1 document, and says the same as the
//! rest of the contract.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, path::Path};

use perf_runner::{
    model::Protocol,
    verify::{
        Contract,
        case::{Expect, Request},
    },
    wire,
};
use serde_json::{Value, json};

fn document() -> Value {
    let text = std::fs::read_to_string("../../contract/openapi.yaml").unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn contract() -> Contract {
    Contract::load(Path::new("../../contract")).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Calls `visit` with every value of the document and its place.
fn walk(value: &Value, place: &str, visit: &mut dyn FnMut(&str, &Value)) {
    visit(place, value);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| walk(value, &format!("{place}/{name}"), visit));
        }
        Value::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(index, value)| walk(value, &format!("{place}/{index}"), visit));
        }
        _ => {}
    }
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

/// A schema of the document that can look its references up.
fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn it_is_an_openapi_document() {
    let document = document();
    let parsed = oas3::from_json(document.to_string()).unwrap();
    assert!(parsed.openapi.starts_with("3.1."));
    let routes: BTreeSet<String> = parsed
        .operations()
        .map(|(path, method, operation)| {
            assert!(operation.operation_id.is_some() && operation.summary.is_some(), "{path}");
            format!("{method} {path}")
        })
        .collect();
    let expected = [
        format!("POST {}", wire::EVENTS_PATH),
        format!("POST {}", wire::BULK_PATH),
        format!("GET {}", wire::HEALTH_PATH),
    ];
    assert_eq!(routes, BTreeSet::from(expected));
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    walk(&document, "#", &mut |place, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(&reference[1..]).is_some(), "{place} refers to {reference}");
            used.insert(reference.to_owned());
        }
    });
    for (kind, components) in document["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys() {
            assert!(used.contains(&format!("#/components/{kind}/{name}")), "nothing uses {kind}/{name}");
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    let mut seen = 0;
    walk(&document, "#", &mut |place, value| {
        let (Some(schema), Some(examples)) = (value.get("schema"), value.get("examples")) else { return };
        let validator = validator(&document, schema);
        for (name, example) in examples.as_object().unwrap() {
            let example = &resolved(&document, example)["value"];
            if let Err(error) = validator.validate(example) {
                panic!("{place}/examples/{name}: {error}");
            }
            seen += 1;
        }
    });
    assert!(seen >= 12, "{seen} examples");
}

#[test]
fn faults_are_those_of_the_list() {
    let (document, contract) = (document(), contract());
    let rest = contract.faults.iter().filter(|fault| fault.http.is_some());
    let names: Vec<&str> = rest.map(|fault| fault.name.as_str()).collect();
    assert_eq!(document["components"]["schemas"]["Fault"]["enum"], json!(names));
    let mut shown = BTreeSet::new();
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        let examples = response["content"]["application/problem+json"]["examples"].as_object().unwrap();
        for example in examples.values() {
            let problem = &example["value"];
            let fault = contract.faults.get(problem["fault"].as_str().unwrap()).unwrap();
            assert_eq!(problem["title"], json!(fault.title));
            assert_eq!(problem["status"], json!(fault.http));
            for header in &fault.headers {
                assert_eq!(response["headers"][header]["required"], true, "{name} lacks {header}");
            }
            shown.insert(fault.name.clone());
        }
    }
    assert_eq!(shown.len(), names.len(), "every fault has an example");
}

#[test]
fn every_event_that_a_case_accepts_fits_the_schema() {
    let document = document();
    let validator = validator(&document, &document["components"]["schemas"]["Event"]);
    let mut seen = 0;
    for case in contract().cases.iter().filter(|case| case.wires.contains(&Protocol::Rest)) {
        for step in case.steps.iter().filter(|step| matches!(step.expect, Expect::Accepted)) {
            for request in step.send.requests(Protocol::Rest).unwrap().requests.into_iter().take(3) {
                let Request::Rest(request) = request else { continue };
                let body = request.body.unwrap_or_default();
                // Some hold, in unknown members, what this parser refuses to read.
                let Ok(event) = serde_json::from_slice::<Value>(&body) else { continue };
                if let Err(error) = validator.validate(&event) {
                    panic!("{}: {error}", case.name);
                }
                seen += 1;
            }
        }
    }
    assert!(seen >= 80, "{seen} events");
}

#[test]
fn an_event_that_a_schema_can_refuse_is_refused() {
    let document = document();
    let validator = validator(&document, &document["components"]["schemas"]["Event"]);
    let refused = [
        "an absent header is named, not its members",
        "an empty event name is blank",
        "an event name of 256 characters is too long",
        "a uuid in any other form is refused",
        "no entity is too few",
        "101 entities are too many",
        "an entity type of 101 characters is too long",
        "attributes that are no object are malformed",
        "a date without a zone is no date",
    ];
    let contract = contract();
    for name in refused {
        let case = contract.cases.iter().find(|case| case.name == name).unwrap();
        let requests = case.steps[0].send.requests(Protocol::Rest).unwrap().requests;
        let Request::Rest(request) = &requests[0] else { panic!("{name} sends no HTTP") };
        let event: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        let is_refused = !validator.is_valid(&event);
        assert!(is_refused, "{name}");
    }
}
