//! A message into the draft of an event.

use std::borrow::Cow;

use producer_core::event::{BodyDraft, DateDraft, EntityDraft, EventDraft, HeaderDraft};

use super::attributes;
use super::pb::{EntityUpdate, EventBody, EventHeader, EventRequest};

/// The draft borrows everything but the attributes. An empty string is an absent field.
pub(super) fn draft(request: &EventRequest) -> EventDraft<'_> {
    EventDraft {
        header: request.event_header.as_ref().map(header),
        body: request.event_body.as_ref().map(body),
    }
}

fn header(header: &EventHeader) -> HeaderDraft<'_> {
    HeaderDraft {
        uuid: text(&header.uuid),
        event_name: text(&header.event_name),
        created_date: text(&header.created_date).map(DateDraft::Text),
        saved_date: text(&header.saved_date).map(DateDraft::Text),
        event_type: text(&header.event_type),
    }
}

fn body(body: &EventBody) -> BodyDraft<'_> {
    // A list without elements and a list that is absent are the same bytes.
    BodyDraft { entities: Some(body.entities.iter().map(|update| Some(entity(update))).collect()) }
}

fn entity(update: &EntityUpdate) -> EntityDraft<'_> {
    EntityDraft {
        entity_type: text(&update.entity_type),
        entity_id: text(&update.entity_id),
        updated_attributes: update
            .updated_attributes
            .as_ref()
            .map(|map| attributes::json(map).map(Cow::Owned)),
    }
}

fn text(text: &str) -> Option<Cow<'_, str>> {
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use producer_core::event::Spelling;
    use prost_types::value::Kind;
    use prost_types::{Struct, Value};

    use super::*;

    fn valid() -> EventRequest {
        EventRequest {
            event_header: Some(EventHeader { event_name: "LoanCreated".into(), ..EventHeader::default() }),
            event_body: Some(EventBody {
                entities: vec![EntityUpdate {
                    entity_type: "Loan".into(),
                    entity_id: "loan-1".into(),
                    updated_attributes: Some(Struct::default()),
                }],
            }),
        }
    }

    /// The broken fields after `change`, as this wire spells them.
    fn broken(change: impl FnOnce(&mut EventHeader, &mut EntityUpdate)) -> BTreeSet<String> {
        let mut request = valid();
        let (header, body) = (request.event_header.as_mut().unwrap(), request.event_body.as_mut().unwrap());
        change(header, &mut body.entities[0]);
        fields(&request)
    }

    fn fields(request: &EventRequest) -> BTreeSet<String> {
        let broken = draft(request).validate().err().map(|fault| fault.broken_fields).unwrap_or_default();
        broken.iter().map(|broken| broken.field.path(Spelling::Snake)).collect()
    }

    #[test]
    fn an_event_is_read_and_its_attributes_become_json() {
        let request = valid();
        let event = draft(&request).validate().unwrap();
        assert_eq!(event.entities()[0].entity_id, "loan-1");
        assert_eq!(event.entities()[0].updated_attributes, "{}");
    }

    #[test]
    fn empty_is_absent() {
        assert!(fields(&valid()).is_empty());
        assert_eq!(fields(&EventRequest::default()), ["event_body", "event_header"].map(String::from).into());
        let nothing = EventRequest {
            event_header: Some(EventHeader::default()),
            event_body: Some(EventBody::default()),
        };
        assert_eq!(
            fields(&nothing),
            ["event_body.entities", "event_header.event_name"].map(String::from).into()
        );
        assert_eq!(
            broken(|_, entity| *entity = EntityUpdate::default()),
            ["entity_id", "entity_type", "updated_attributes"]
                .map(|name| format!("event_body.entities[0].{name}"))
                .into()
        );
    }

    #[test]
    fn dates_are_text() {
        assert!(broken(|header, _| header.created_date = "1705314600000".into()).is_empty());
        assert_eq!(
            broken(|header, _| header.saved_date = "2024-02-30T00:00:00Z".into()),
            ["event_header.saved_date".to_owned()].into()
        );
    }

    #[test]
    fn a_number_that_is_none_breaks_the_rule_of_the_attributes() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let value = Value { kind: Some(Kind::NumberValue(number)) };
            let attributes = Struct { fields: BTreeMap::from([("n".to_owned(), value)]) };
            assert_eq!(
                broken(|_, entity| entity.updated_attributes = Some(attributes)),
                ["event_body.entities[0].updated_attributes".to_owned()].into()
            );
        }
    }
}
