use super::*;
use crate::event::Spelling;
use crate::fault::FaultKind;

fn header() -> HeaderDraft<'static> {
    HeaderDraft { event_name: Some("CarCreated".into()), ..HeaderDraft::default() }
}

fn entity() -> EntityDraft<'static> {
    EntityDraft {
        entity_type: Some("Car".into()),
        entity_id: Some("car-1".into()),
        updated_attributes: Some(Ok("{}".into())),
    }
}

fn draft(header: HeaderDraft<'static>, entities: Vec<Option<EntityDraft<'static>>>) -> EventDraft<'static> {
    EventDraft { header: Some(header), body: Some(BodyDraft { entities: Some(entities) }) }
}

/// The paths of the broken fields, sorted; none for a valid event.
fn broken(draft: EventDraft<'_>) -> Vec<String> {
    match draft.validate() {
        Ok(_) => Vec::new(),
        Err(fault) => {
            assert_eq!(fault.kind, FaultKind::InvalidEvent);
            let mut paths: Vec<String> =
                fault.broken_fields.iter().map(|broken| broken.field.path(Spelling::Camel)).collect();
            paths.sort();
            paths
        }
    }
}

fn with_header(change: impl FnOnce(&mut HeaderDraft<'static>)) -> Vec<String> {
    let mut header = header();
    change(&mut header);
    broken(draft(header, vec![Some(entity())]))
}

fn with_entity(change: impl FnOnce(&mut EntityDraft<'static>)) -> Vec<String> {
    let mut entity = entity();
    change(&mut entity);
    broken(draft(header(), vec![Some(entity)]))
}

const NONE: [&str; 0] = [];

#[test]
fn the_smallest_event_is_valid() {
    let event = draft(header(), vec![Some(entity())]).validate().unwrap();
    assert_eq!(event.entities().len(), 1);
    assert_eq!(event.entities()[0].entity_id, "car-1");
}

#[test]
fn header_and_body_are_required_and_named_alone() {
    assert_eq!(broken(EventDraft::default()), ["eventBody", "eventHeader"]);
}

#[test]
fn uuid() {
    let with = |text: &'static str| with_header(|header| header.uuid = Some(text.into()));
    assert_eq!(with("550e8400-e29b-41d4-a716-446655440000"), NONE);
    assert_eq!(with("550E8400-E29B-41D4-A716-44665544000F"), NONE);
    for text in [
        "",
        "550e8400e29b41d4a716446655440000",
        "{550e8400-e29b-41d4-a716-446655440000}",
        "urn:uuid:550e8400-e29b-41d4-a716-446655440000",
        "550e8400-e29b-41d4-a716-44665544000g",
        "550e8400-e29b-41d4-a716-44665544000",
        "550e8400-e29b-41d4-a716-44665544000\0",
        "550e840-0e29b-41d4-a716-446655440000",
    ] {
        assert_eq!(with(text), ["eventHeader.uuid"], "{text:?}");
    }
}

#[test]
fn event_name() {
    let with = |text: Option<String>| with_header(|header| header.event_name = text.map(Cow::Owned));
    for valid in ["x", " x ", "AnyNameAtAll", &"x".repeat(255), &"😀".repeat(255)] {
        assert_eq!(with(Some(valid.to_owned())), NONE, "{valid}");
    }
    for invalid in ["", " ", "\t\n\u{a0}\u{3000}", &"x".repeat(256), &"ä".repeat(256), "a\0b"] {
        assert_eq!(with(Some(invalid.to_owned())), ["eventHeader.eventName"], "{invalid:?}");
    }
    assert_eq!(with(None), ["eventHeader.eventName"]);
}

#[test]
fn a_zero_width_space_is_no_white_space() {
    assert_eq!(with_header(|header| header.event_name = Some("\u{200b}".into())), NONE);
}

#[test]
fn dates_and_event_type() {
    assert_eq!(
        with_header(|header| {
            header.created_date = Some(DateDraft::Text("soon".into()));
            header.saved_date = Some(DateDraft::Number("1.5"));
            header.event_type = Some("a\0".into());
        }),
        ["eventHeader.createdDate", "eventHeader.eventType", "eventHeader.savedDate"]
    );
    assert_eq!(
        with_header(|header| {
            header.created_date = Some(DateDraft::Text("2024-01-15T10:30:00Z".into()));
            header.saved_date = Some(DateDraft::Number("1705314600000"));
            header.event_type = Some("".into());
        }),
        NONE
    );
}

#[test]
fn entities_are_required_one_to_one_hundred() {
    let many = |count: usize| {
        let one = |index: usize| Some(EntityDraft { entity_id: Some(index.to_string().into()), ..entity() });
        (0..count).map(one).collect::<Vec<_>>()
    };
    let body = Some(BodyDraft { entities: None });
    assert_eq!(broken(EventDraft { header: Some(header()), body }), ["eventBody.entities"]);
    assert_eq!(broken(draft(header(), Vec::new())), ["eventBody.entities"]);
    assert_eq!(broken(draft(header(), many(1))), NONE);
    assert_eq!(broken(draft(header(), many(100))), NONE);
    assert_eq!(broken(draft(header(), many(101))), ["eventBody.entities"]);
}

#[test]
fn a_reply_about_far_too_many_entities_stays_bounded() {
    let nulls = (0..50_000).map(|_| None).collect();
    assert_eq!(broken(draft(header(), nulls)).len(), 101);
}

#[test]
fn entity_type_and_id() {
    let kind = |text: String| with_entity(|entity| entity.entity_type = Some(text.into()));
    let id = |text: String| with_entity(|entity| entity.entity_id = Some(text.into()));
    assert_eq!(kind("x".repeat(100)), NONE);
    assert_eq!(kind("😀".repeat(100)), NONE);
    assert_eq!(id("x".repeat(255)), NONE);
    assert_eq!(id("ß".repeat(255)), NONE);
    for text in [String::new(), "\u{2003}".into(), "x".repeat(101), "a\0".into()] {
        assert_eq!(kind(text), ["eventBody.entities[0].entityType"]);
    }
    for text in [String::new(), " ".into(), "x".repeat(256), "\0".into()] {
        assert_eq!(id(text), ["eventBody.entities[0].entityId"]);
    }
}

#[test]
fn attributes_are_required_and_their_breach_is_named() {
    let with = |attributes| with_entity(|entity| entity.updated_attributes = attributes);
    assert_eq!(with(None), ["eventBody.entities[0].updatedAttributes"]);
    for breach in [
        AttributeBreach::TooDeep,
        AttributeBreach::NumberOutOfRange,
        AttributeBreach::NulCharacter,
        AttributeBreach::NoKind,
    ] {
        assert_eq!(with(Some(Err(breach))), ["eventBody.entities[0].updatedAttributes"]);
    }
}

#[test]
fn every_broken_field_of_every_entity_is_named() {
    let bad = EntityDraft { entity_type: Some(" ".into()), entity_id: None, updated_attributes: None };
    let entities = vec![Some(entity()), None, Some(bad)];
    let header = HeaderDraft { uuid: Some("no".into()), ..HeaderDraft::default() };
    assert_eq!(
        broken(draft(header, entities)),
        [
            "eventBody.entities[1]",
            "eventBody.entities[2].entityId",
            "eventBody.entities[2].entityType",
            "eventBody.entities[2].updatedAttributes",
            "eventHeader.eventName",
            "eventHeader.uuid",
        ]
    );
}

#[test]
fn the_same_entity_twice_becomes_one_row() {
    let with = |attributes: &'static str| {
        Some(EntityDraft { updated_attributes: Some(Ok(attributes.into())), ..entity() })
    };
    let event = draft(header(), vec![with(r#"{"a":1,"b":1}"#), with(r#"{"b":2}"#)]).validate().unwrap();
    assert_eq!(event.entities().len(), 1);
    assert_eq!(event.entities()[0].updated_attributes, r#"{"a":1,"b":2}"#);
}
