use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

const TAG: &str = "1a2b3c4d";

fn body_of(template: &EventTemplate) -> String {
    let id = EntityId { kind: &template.kind, tag: TAG, vu: 7, call: 42 };
    format!("{}{id}{}", template.body_before_id, template.body_after_id)
}

#[test]
fn bodies_have_the_exact_size_for_every_kind_and_size() {
    for size in PayloadSize::ALL {
        // Small events are the ones that could run out of room.
        let seeds = if size.body_bytes() > 1_000 { 3 } else { 200 };
        for seed in 0..seeds {
            for template in make(size, seed).unwrap() {
                let body = body_of(&template);
                assert_eq!(body.len(), size.body_bytes(), "{size} {} seed {seed}", template.kind);
                assert_eq!(body.len(), template.body_bytes);
            }
        }
    }
}

#[test]
fn a_body_is_an_event_whose_parts_are_the_template_s() {
    for size in PayloadSize::ALL {
        for template in make(size, 1).unwrap() {
            let event: Value = serde_json::from_str(&body_of(&template)).unwrap();
            assert_eq!(event["eventHeader"]["eventName"], event["eventHeader"]["eventType"]);
            let entity = &event["eventBody"]["entities"][0];
            assert_eq!(entity["entityType"], template.entity_type.as_str());
            assert_eq!(entity["entityId"], format!("{}-{TAG}-00007-000000042", template.kind));
            let attributes: Value = serde_json::from_str(&template.attributes).unwrap();
            assert_eq!(entity["updatedAttributes"], attributes);
            assert!(attributes.as_object().unwrap().len() >= 3, "{size} {} says little", template.kind);
        }
    }
}

#[test]
fn the_grpc_message_carries_the_same_event() {
    for size in PayloadSize::ALL {
        for template in make(size, 3).unwrap() {
            let event: Value = serde_json::from_str(&body_of(&template)).unwrap();
            let header = &event["eventHeader"];
            let entity = &event["eventBody"]["entities"][0];
            let message = &template.message;
            let sent = &message["event_body"]["entities"][0];
            for (json, field) in [
                ("uuid", "uuid"),
                ("eventName", "event_name"),
                ("createdDate", "created_date"),
                ("savedDate", "saved_date"),
                ("eventType", "event_type"),
            ] {
                assert_eq!(header[json], message["event_header"][field]);
            }
            assert_eq!(sent["entity_type"], entity["entityType"]);
            assert_eq!(sent["updated_attributes"], entity["updatedAttributes"]);
            assert_eq!(sent["entity_id"], "");
            let encoded = message::from_json(&event).unwrap().encode_to_vec();
            assert_eq!(encoded.len(), template.message_bytes);
        }
    }
}

#[test]
fn there_is_one_template_for_every_kind_of_event() {
    let names: BTreeMap<String, String> = make(PayloadSize::Default, 1)
        .unwrap()
        .into_iter()
        .map(|template| {
            let name = template.message["event_header"]["event_name"].as_str().unwrap().to_owned();
            (name, template.entity_type)
        })
        .collect();
    let expected = [
        ("CarCreated", "Car"),
        ("CarServiceDone", "ServiceRecord"),
        ("LoanCreated", "Loan"),
        ("LoanPaymentSubmitted", "LoanPayment"),
        ("ServiceDone", "ServiceRecord"),
    ];
    assert_eq!(names, expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())).into());
}

#[test]
fn the_seed_decides_the_content() {
    assert_eq!(make(PayloadSize::K4, 9).unwrap(), make(PayloadSize::K4, 9).unwrap());
    assert_ne!(make(PayloadSize::K4, 9).unwrap(), make(PayloadSize::K4, 10).unwrap());
}

/// So that a change of what is sent does not go unnoticed: figures of different
/// events must not be compared.
#[test]
fn a_default_event_looks_like_this() {
    let template = &make(PayloadSize::Default, 1).unwrap()[1];
    insta::assert_snapshot!(body_of(template), @r#"{"eventHeader":{"uuid":"fba417a2-d8d9-4d08-ac0f-3f03f94ec89a","eventName":"LoanCreated","createdDate":"2025-03-04T10:30:10Z","savedDate":"2025-03-04T10:30:15Z","eventType":"LoanCreated"},"eventBody":{"entities":[{"entityType":"Loan","entityId":"loan-1a2b3c4d-00007-000000042","updatedAttributes":{"balance":38693.6,"interestRate":2.43,"note":"customer an custo","status":"ACTIVE","termMonths":36}}]}}"#);
}
