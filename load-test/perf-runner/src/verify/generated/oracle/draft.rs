//! An event as it was sent, before its rules are looked at: absent and null are
//! one, and every type is right.

use prost::Message as _;
use prost_types::{Struct, Value, value::Kind};

use super::{
    super::json::{Json, Text},
    number::double,
};
use crate::wire::pb;

/// Levels of `updatedAttributes`, itself included.
const MOST_ATTRIBUTE_LEVELS: usize = 20;

#[derive(Debug)]
pub(super) struct EventDraft {
    pub(super) header: Option<HeaderDraft>,
    pub(super) body: Option<BodyDraft>,
}

#[derive(Debug)]
pub(super) struct HeaderDraft {
    pub(super) uuid: Option<String>,
    pub(super) name: Option<String>,
    pub(super) created: Option<DateDraft>,
    pub(super) saved: Option<DateDraft>,
    pub(super) event_type: Option<String>,
}

#[derive(Debug)]
pub(super) enum DateDraft {
    Text(String),
    /// As written.
    Number(String),
}

#[derive(Debug)]
pub(super) struct BodyDraft {
    /// A null element is none.
    pub(super) entities: Option<Vec<Option<EntityDraft>>>,
}

#[derive(Debug)]
pub(super) struct EntityDraft {
    pub(super) entity_type: Option<String>,
    pub(super) id: Option<String>,
    pub(super) attributes: Option<AttributesDraft>,
}

#[derive(Debug)]
pub(super) struct AttributesDraft {
    pub(super) members: Vec<(String, Json)>,
    /// Not too deep, no number beyond a double, no NUL, nothing without a kind.
    pub(super) is_fit: bool,
}

/// A type is wrong, or a text is no text.
#[derive(Debug)]
pub(super) struct Malformed;

type Read<T> = Result<T, Malformed>;

/// The event of a JSON value.
pub(super) fn from_json(event: &Json) -> Read<EventDraft> {
    is_object(event)?;
    let header = optional(event, "eventHeader", |header| {
        is_object(header)?;
        Ok(HeaderDraft {
            uuid: optional(header, "uuid", text)?,
            name: optional(header, "eventName", text)?,
            created: optional(header, "createdDate", date)?,
            saved: optional(header, "savedDate", date)?,
            event_type: optional(header, "eventType", text)?,
        })
    })?;
    let body = optional(event, "eventBody", |body| {
        is_object(body)?;
        Ok(BodyDraft { entities: optional(body, "entities", entities)? })
    })?;
    Ok(EventDraft { header, body })
}

/// Absent and null are none.
fn optional<T>(object: &Json, name: &str, read: impl FnOnce(&Json) -> Read<T>) -> Read<Option<T>> {
    object.member(name).filter(|value| **value != Json::Null).map(read).transpose()
}

fn is_object(value: &Json) -> Read<()> {
    matches!(value, Json::Object(_)).then_some(()).ok_or(Malformed)
}

fn text(value: &Json) -> Read<String> {
    match value {
        Json::Text(text) => text.meaning().ok_or(Malformed),
        _ => Err(Malformed),
    }
}

fn date(value: &Json) -> Read<DateDraft> {
    match value {
        Json::Number(number) => Ok(DateDraft::Number(number.clone())),
        other => text(other).map(DateDraft::Text),
    }
}

fn entities(value: &Json) -> Read<Vec<Option<EntityDraft>>> {
    let Json::List(items) = value else { return Err(Malformed) };
    items.iter().map(entity).collect()
}

fn entity(value: &Json) -> Read<Option<EntityDraft>> {
    if *value == Json::Null {
        return Ok(None);
    }
    is_object(value)?;
    Ok(Some(EntityDraft {
        entity_type: optional(value, "entityType", text)?,
        id: optional(value, "entityId", text)?,
        attributes: optional(value, "updatedAttributes", attributes)?,
    }))
}

fn attributes(value: &Json) -> Read<AttributesDraft> {
    let Json::Object(members) = value else { return Err(Malformed) };
    let is_fit = is_storable(value).ok_or(Malformed)? && value.levels() <= MOST_ATTRIBUTE_LEVELS;
    let members = members.iter().map(|(key, value)| Ok((key.meaning().ok_or(Malformed)?, value.clone())));
    Ok(AttributesDraft { members: members.collect::<Read<_>>()?, is_fit })
}

/// Whether no rule of content is broken; none when a lone surrogate is in it.
fn is_storable(value: &Json) -> Option<bool> {
    let has_no_nul = |text: &Text| text.meaning().map(|text| !text.contains('\0'));
    let mut is_fit = true;
    match value {
        Json::Number(number) => is_fit = double(number).is_some(),
        Json::Text(text) => is_fit = has_no_nul(text)?,
        Json::List(items) => {
            for item in items {
                is_fit &= is_storable(item)?;
            }
        }
        Json::Object(members) => {
            for (key, value) in members {
                is_fit &= has_no_nul(key)?;
                is_fit &= is_storable(value)?;
            }
        }
        Json::Null | Json::Bool(_) => {}
    }
    Some(is_fit)
}

/// The event of a message; none when the bytes are no message.
pub(super) fn from_message(bytes: &[u8]) -> Option<EventDraft> {
    let message = pb::EventRequest::decode(bytes).ok()?;
    Some(EventDraft {
        header: message.event_header.map(|header| HeaderDraft {
            uuid: present(header.uuid),
            name: present(header.event_name),
            created: present(header.created_date).map(DateDraft::Text),
            saved: present(header.saved_date).map(DateDraft::Text),
            event_type: present(header.event_type),
        }),
        body: message.event_body.map(|body| BodyDraft {
            entities: Some(body.entities.into_iter().map(|entity| Some(message_entity(entity))).collect()),
        }),
    })
}

/// An empty string of a message counts as an absent field.
fn present(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn message_entity(entity: pb::EntityUpdate) -> EntityDraft {
    EntityDraft {
        entity_type: present(entity.entity_type),
        id: present(entity.entity_id),
        attributes: entity.updated_attributes.map(|attributes| {
            let mut is_fit = true;
            let value = object(&attributes, &mut is_fit);
            is_fit &= is_storable(&value) == Some(true) && value.levels() <= MOST_ATTRIBUTE_LEVELS;
            let members = attributes.fields.iter().map(|(key, value)| (key.clone(), json(value, &mut true)));
            AttributesDraft { members: members.collect(), is_fit }
        }),
    }
}

fn object(attributes: &Struct, is_fit: &mut bool) -> Json {
    Json::Object(attributes.fields.iter().map(|(key, value)| (Text::of(key), json(value, is_fit))).collect())
}

fn json(value: &Value, is_fit: &mut bool) -> Json {
    match &value.kind {
        None => {
            *is_fit = false;
            Json::Null
        }
        Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(bool)) => Json::Bool(*bool),
        Some(Kind::NumberValue(number)) => {
            *is_fit &= number.is_finite();
            Json::Number(format!("{number:e}"))
        }
        Some(Kind::StringValue(text)) => Json::Text(Text::of(text)),
        Some(Kind::ListValue(list)) => {
            Json::List(list.values.iter().map(|value| json(value, is_fit)).collect())
        }
        Some(Kind::StructValue(inner)) => object(inner, is_fit),
    }
}
