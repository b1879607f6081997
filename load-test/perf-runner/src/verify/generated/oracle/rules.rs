//! The rules of an event whose types are right.

use super::{
    Write, date,
    draft::{BodyDraft, DateDraft, EntityDraft, EventDraft, HeaderDraft},
};

/// Entities of one event.
const MOST_ENTITIES: usize = 100;
const MOST_NAME_CHARACTERS: usize = 255;
const MOST_TYPE_CHARACTERS: usize = 100;
const MOST_ID_CHARACTERS: usize = 255;

/// What the event stores, or the fields that break a rule.
pub(super) fn check(event: EventDraft) -> Result<Vec<Write>, Vec<String>> {
    let mut broken = Vec::new();
    match &event.header {
        None => broken.push("eventHeader".to_owned()),
        Some(header) => broken.extend(header_breaches(header).map(|name| format!("eventHeader.{name}"))),
    }
    let mut writes = Vec::new();
    match event.body {
        None => broken.push("eventBody".to_owned()),
        Some(body) => match entities(body) {
            Ok(stored) => writes = stored,
            Err(breaches) => broken.extend(breaches),
        },
    }
    if broken.is_empty() { Ok(writes) } else { Err(broken) }
}

fn header_breaches(header: &HeaderDraft) -> impl Iterator<Item = &'static str> {
    let is_name = header.name.as_deref().is_some_and(|name| is_text(name, MOST_NAME_CHARACTERS));
    let rules = [
        ("uuid", header.uuid.as_deref().is_none_or(is_uuid)),
        ("eventName", is_name),
        ("createdDate", header.created.as_ref().is_none_or(is_date)),
        ("savedDate", header.saved.as_ref().is_none_or(is_date)),
        ("eventType", header.event_type.as_deref().is_none_or(|text| !text.contains('\0'))),
    ];
    rules.into_iter().filter(|(_, is_kept)| !is_kept).map(|(name, _)| name)
}

fn is_date(date: &DateDraft) -> bool {
    match date {
        DateDraft::Text(text) => date::is_text_date(text),
        DateDraft::Number(written) => date::is_epoch_milliseconds(written),
    }
}

fn is_text(text: &str, most_characters: usize) -> bool {
    let is_blank = text.chars().all(char::is_whitespace);
    !is_blank && !text.contains('\0') && text.chars().count() <= most_characters
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    lengths.eq([8, 4, 4, 4, 12]) && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn entities(body: BodyDraft) -> Result<Vec<Write>, Vec<String>> {
    let field = "eventBody.entities";
    let Some(entities) = body.entities else { return Err(vec![field.to_owned()]) };
    let mut broken = Vec::new();
    if entities.is_empty() || entities.len() > MOST_ENTITIES {
        broken.push(field.to_owned());
    }
    let mut writes = Vec::new();
    // Of too many, only as many as are allowed are looked at.
    for (index, entity) in entities.into_iter().take(MOST_ENTITIES).enumerate() {
        match entity.map(write) {
            None => broken.push(format!("{field}[{index}]")),
            Some(Err(names)) => broken.extend(names.iter().map(|name| format!("{field}[{index}].{name}"))),
            Some(Ok(write)) => writes.push(write),
        }
    }
    if broken.is_empty() { Ok(writes) } else { Err(broken) }
}

fn write(entity: EntityDraft) -> Result<Write, Vec<&'static str>> {
    let mut broken = Vec::new();
    let entity_type = entity.entity_type.filter(|text| is_text(text, MOST_TYPE_CHARACTERS));
    let id = entity.id.filter(|text| is_text(text, MOST_ID_CHARACTERS));
    let attributes = entity.attributes.filter(|attributes| attributes.is_fit);
    let is_there = [
        ("entityType", entity_type.is_some()),
        ("entityId", id.is_some()),
        ("updatedAttributes", attributes.is_some()),
    ];
    broken.extend(is_there.into_iter().filter(|(_, is_there)| !is_there).map(|(name, _)| name));
    match (entity_type, id, attributes) {
        (Some(entity_type), Some(id), Some(attributes)) => {
            Ok(Write { entity_type, id, attributes: attributes.members.into_iter().collect() })
        }
        _ => Err(broken),
    }
}
