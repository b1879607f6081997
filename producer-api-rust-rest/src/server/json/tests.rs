use producer_core::event::Spelling;
use serde_json::{Value, json};

use super::*;

fn valid() -> Value {
    json!({
        "eventHeader": {
            "uuid": "550e8400-e29b-41d4-a716-446655440000",
            "eventName": "LoanPaymentSubmitted",
            "createdDate": "2024-01-15T10:30:00Z",
            "savedDate": 1_705_314_600_000_u64,
            "eventType": "LoanPaymentSubmitted",
        },
        "eventBody": { "entities": [
            { "entityType": "Loan", "entityId": "loan-1", "updatedAttributes": { "balance": 24439.75 } },
        ] },
    })
}

/// What a body is answered with: `ok`, `malformed`, or the broken fields.
fn verdict(body: &[u8]) -> Vec<String> {
    match event(body).and_then(EventDraft::validate) {
        Ok(_) => vec!["ok".into()],
        Err(fault) if fault.broken_fields.is_empty() => vec![fault.kind.name().into()],
        Err(fault) => fault.broken_fields.iter().map(|broken| broken.field.path(Spelling::Camel)).collect(),
    }
}

/// The verdict on the valid event with the value at `pointer` replaced by raw JSON text.
fn with(pointer: &str, text: &str) -> Vec<String> {
    let mut document = valid();
    *document.pointer_mut(pointer).unwrap() = Value::from("@@");
    verdict(document.to_string().replace(r#""@@""#, text).as_bytes())
}

const NAME: &str = "/eventHeader/eventName";
const DATE: &str = "/eventHeader/createdDate";
const ID: &str = "/eventBody/entities/0/entityId";
const ATTRIBUTES: &str = "/eventBody/entities/0/updatedAttributes";

#[test]
fn a_whole_event_is_read() {
    let body = valid().to_string();
    let draft = event(body.as_bytes()).unwrap();
    let header = draft.header.as_ref().unwrap();
    assert_eq!(header.event_name.as_deref(), Some("LoanPaymentSubmitted"));
    assert_eq!(header.event_type.as_deref(), Some("LoanPaymentSubmitted"));
    let event = draft.validate().unwrap();
    assert_eq!(event.entities()[0].entity_type, "Loan");
    assert_eq!(event.entities()[0].entity_id, "loan-1");
    assert_eq!(event.entities()[0].updated_attributes, r#"{"balance":24439.75}"#);
}

#[test]
fn a_body_that_is_not_one_json_object_is_malformed() {
    let valid = valid().to_string();
    for body in [
        "",
        " ",
        "null",
        "5",
        "[]",
        "\"text\"",
        "{",
        "{]",
        "{\"eventHeader\":}",
        "{'a':1}",
        "{} {}",
        "nonsense",
        &format!("{valid}x"),
        &format!("{valid}\0"),
        &format!("\u{feff}{valid}"),
        &valid.replace("loan-1", "loan\t1"),
        "{\"unknown\tkey\":1}",
        "{\"unknown\\n\tkey\":1}",
    ] {
        assert_eq!(verdict(body.as_bytes()), ["malformed"], "{body}");
    }
    assert_eq!(verdict(format!(" \r\n\t{valid}\n").as_bytes()), ["ok"]);
    assert_eq!(verdict(b"{\"a\":\"\xff\"}"), ["malformed"]);
    assert_eq!(verdict(b"{\"a\":\"\xed\xa0\x80\"}"), ["malformed"]);
}

#[test]
fn a_wrong_json_type_is_malformed_and_outweighs_a_broken_rule() {
    for (pointer, text) in [
        ("/eventHeader", "[]"),
        ("/eventHeader", "\"x\""),
        ("/eventHeader/uuid", "5"),
        (NAME, "5"),
        (NAME, "[]"),
        (DATE, "true"),
        (DATE, "{}"),
        (DATE, "[1]"),
        ("/eventHeader/eventType", "false"),
        ("/eventBody", "[]"),
        ("/eventBody/entities", "{}"),
        ("/eventBody/entities", "\"\""),
        ("/eventBody/entities/0", "5"),
        ("/eventBody/entities/0", "[]"),
        ("/eventBody/entities/0/entityType", "{}"),
        (ID, "7"),
        (ATTRIBUTES, "[]"),
        (ATTRIBUTES, "\"{}\""),
        (ATTRIBUTES, "1"),
    ] {
        assert_eq!(with(pointer, text), ["malformed"], "{pointer} {text}");
    }
    assert_eq!(verdict(br#"{"eventHeader":{"eventName":" "},"eventBody":7}"#), ["malformed"]);
}

#[test]
fn null_is_absent() {
    for pointer in ["/eventHeader/uuid", DATE, "/eventHeader/savedDate", "/eventHeader/eventType"] {
        assert_eq!(with(pointer, "null"), ["ok"], "{pointer}");
    }
    assert_eq!(with("/eventHeader", "null"), ["eventHeader"]);
    assert_eq!(with("/eventBody", "null"), ["eventBody"]);
    assert_eq!(with("/eventBody/entities", "null"), ["eventBody.entities"]);
    assert_eq!(with("/eventBody/entities/0", "null"), ["eventBody.entities[0]"]);
    assert_eq!(with(NAME, "null"), ["eventHeader.eventName"]);
    assert_eq!(with(ATTRIBUTES, "null"), ["eventBody.entities[0].updatedAttributes"]);
}

#[test]
fn dates_are_strings_or_whole_numbers() {
    for text in
        ["\"2024-01-15T10:30:00Z\"", "\"123\"", "0", "999999999999999", r#""2024\u002d01-15T10:30:00Z""#]
    {
        assert_eq!(with(DATE, text), ["ok"], "{text}");
    }
    for text in ["1e3", "1.0", "-1", "1000000000000000", "1e400", "\"\"", "\"soon\""] {
        assert_eq!(with(DATE, text), ["eventHeader.createdDate"], "{text}");
    }
}

#[test]
fn unknown_fields_of_any_type_are_ignored_and_names_are_exact() {
    let unknown = r#""x":[1e999,{"deep":"\ud800"}],"\ud800":1,"EVENTHEADER":5,"eventheader":[],"#;
    for place in ["{\"eventBody\"", "{\"entities\"", "{\"entityId\"", "{\"createdDate\""] {
        let body = valid().to_string().replace(place, &format!("{{{unknown}{}", &place[1..]));
        assert!(body.contains(unknown));
        assert_eq!(verdict(body.as_bytes()), ["ok"], "{place}");
    }
    let body = valid().to_string().replace("entityType", "entitytype");
    assert_eq!(verdict(body.as_bytes()), ["eventBody.entities[0].entityType"]);
    let body = valid().to_string().replace("eventHeader", "EVENTHEADER");
    assert_eq!(verdict(body.as_bytes()), ["eventHeader"]);
}

#[test]
fn a_key_may_be_written_with_escapes() {
    let body = valid().to_string().replace("entityType", r"entity\u0054ype");
    assert_eq!(verdict(body.as_bytes()), ["ok"]);
}

#[test]
fn nul_breaks_a_rule_and_a_lone_surrogate_is_malformed() {
    for (pointer, field) in [
        (NAME, "eventHeader.eventName"),
        ("/eventHeader/eventType", "eventHeader.eventType"),
        ("/eventHeader/uuid", "eventHeader.uuid"),
        (DATE, "eventHeader.createdDate"),
        (ID, "eventBody.entities[0].entityId"),
    ] {
        assert_eq!(with(pointer, r#""a\u0000b""#), [field]);
        assert_eq!(with(pointer, r#""a\ud800b""#), ["malformed"]);
        assert_eq!(with(pointer, r#""a\udc00""#), ["malformed"]);
    }
    assert_eq!(with(ATTRIBUTES, r#"{"a":"\u0000"}"#), ["eventBody.entities[0].updatedAttributes"]);
    assert_eq!(with(ATTRIBUTES, r#"{"a":"\ud800"}"#), ["malformed"]);
    assert_eq!(with(ID, r#""\ud83d\ude00""#), ["ok"]);
}

#[test]
fn sixty_four_levels_are_read_and_no_deeper_one_hurts() {
    // The unknown field sits at level 1.
    let nested = |levels: usize| {
        let unknown = format!("{{\"x\":{}{},", "[".repeat(levels - 1), "]".repeat(levels - 1));
        valid().to_string().replacen('{', &unknown, 1)
    };
    assert_eq!(verdict(nested(64).as_bytes()), ["ok"]);
    assert_eq!(verdict(nested(65).as_bytes()), ["malformed"]);
    assert_eq!(verdict(nested(100_000).as_bytes()), ["malformed"]);
    assert_eq!(verdict("[".repeat(100_000).as_bytes()), ["malformed"]);
    assert_eq!(verdict(r#"{"a":"#.repeat(100_000).as_bytes()), ["malformed"]);
}

#[test]
fn attributes_may_be_twenty_levels_deep() {
    let nested = |levels: usize| format!("{}{}", r#"{"a":"#.repeat(levels - 1) + "{", "}".repeat(levels));
    assert_eq!(with(ATTRIBUTES, &nested(20)), ["ok"]);
    assert_eq!(with(ATTRIBUTES, &nested(21)), ["eventBody.entities[0].updatedAttributes"]);
}

#[test]
fn a_message_repeats_nothing_that_was_sent() {
    let fault = event(br#"{"eventHeader":"secret"}"#).unwrap_err();
    assert!(!fault.detail.contains("secret"), "{}", fault.detail);
    assert!(fault.detail.contains("line 1, column 23"), "{}", fault.detail);
}

/// Per element of a list: `ok` or the fault's name. A fault of the whole list is an error.
fn list(body: &str) -> Result<Vec<&'static str>, (&'static str, String)> {
    let elements = events(body.as_bytes()).map_err(|f| (f.kind.name(), f.detail.into_owned()))?;
    let verdict = |draft: Result<EventDraft<'_>, Fault>| match draft.and_then(EventDraft::validate) {
        Ok(_) => "ok",
        Err(fault) => fault.kind.name(),
    };
    Ok(elements.into_iter().map(verdict).collect())
}

#[test]
fn an_element_fails_alone_and_a_body_that_is_no_array_as_a_whole() {
    let valid = valid().to_string();
    let body = format!(r#"[{valid},5,null,"x",[],{{}},{{"eventHeader":[]}},{valid}]"#);
    assert_eq!(
        list(&body).unwrap(),
        ["ok", "malformed", "malformed", "malformed", "malformed", "invalid_event", "malformed", "ok"]
    );
    for body in ["", "{}", "null", "5", "[", "[1,]", "[{]}", "[] []", &valid] {
        assert_eq!(list(body).unwrap_err().0, "malformed", "{body}");
    }
}

#[test]
fn a_list_has_one_to_a_thousand_events() {
    let many = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
    assert_eq!(list("[]").unwrap_err().0, "invalid_event");
    assert_eq!(list(&many(1)).unwrap().len(), 1);
    assert_eq!(list(&many(1000)).unwrap().len(), 1000);
    assert_eq!(list(&many(1001)).unwrap_err().0, "invalid_event");
    assert_eq!(list(&many(1001).replace("{}]", "{]")).unwrap_err().0, "malformed");
}
