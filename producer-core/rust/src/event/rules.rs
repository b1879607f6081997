//! The rules of the contract's event table.

use std::borrow::Cow;

use uuid::Uuid;

use super::fold::fold;
use super::{
    AttributeBreach, BodyDraft, BrokenField, DateDraft, Entity, EntityDraft, Event, EventDraft, Field,
    HeaderDraft,
};
use crate::fault::Fault;

/// Entities of one event.
pub const MOST_ENTITIES: usize = 100;
/// Levels of `updatedAttributes`, itself included.
pub const MOST_ATTRIBUTE_LEVELS: usize = 20;

const MOST_NAME_CHARACTERS: usize = 255;
const MOST_TYPE_CHARACTERS: usize = 100;
const MOST_ID_CHARACTERS: usize = 255;
const UUID_CHARACTERS: usize = 36;

const REQUIRED: &str = "is required";
const NUL: &str = "must not contain a NUL character";
const TOO_LONG_100: &str = "must have at most 100 characters";
const TOO_LONG_255: &str = "must have at most 255 characters";

impl<'a> EventDraft<'a> {
    /// Checks every rule of the event and folds repeated entities.
    ///
    /// Errors: `invalid_event` naming every broken field. Of a list with too many
    /// entities only the allowed number is looked at, so that the reply stays bounded.
    pub fn validate(self) -> Result<Event<'a>, Fault> {
        let mut broken = Breaches::default();
        match self.header {
            None => broken.add(Field::Header, REQUIRED),
            Some(header) => check_header(&header, &mut broken),
        }
        let entities = match self.body {
            None => {
                broken.add(Field::Body, REQUIRED);
                Vec::new()
            }
            Some(body) => check_body(body, &mut broken),
        };
        if !broken.0.is_empty() {
            return Err(Fault::invalid_event(broken.0));
        }
        let entities = fold(entities).map_err(|error| Fault::internal(error.to_string()))?;
        Ok(Event { entities })
    }
}

#[derive(Default)]
struct Breaches(Vec<BrokenField>);

impl Breaches {
    fn add(&mut self, field: Field, detail: &'static str) {
        self.0.push(BrokenField { field, detail });
    }
}

fn check_header(header: &HeaderDraft<'_>, broken: &mut Breaches) {
    if header.uuid.as_deref().is_some_and(|uuid| !is_uuid(uuid)) {
        broken.add(Field::Uuid, "must be a UUID such as 550e8400-e29b-41d4-a716-446655440000");
    }
    let name = Limit { characters: MOST_NAME_CHARACTERS, detail: TOO_LONG_255 };
    check_text(header.event_name.as_deref(), Field::EventName, name, broken);
    for (date, field) in [(&header.created_date, Field::CreatedDate), (&header.saved_date, Field::SavedDate)]
    {
        if date.as_ref().is_some_and(|date: &DateDraft<'_>| !date.is_valid()) {
            broken.add(field, "must be an RFC 3339 date-time or 1 to 15 digits of epoch milliseconds");
        }
    }
    if header.event_type.as_deref().is_some_and(|text| text.contains('\0')) {
        broken.add(Field::EventType, NUL);
    }
}

fn check_body<'a>(body: BodyDraft<'a>, broken: &mut Breaches) -> Vec<Entity<'a>> {
    let Some(entities) = body.entities else {
        broken.add(Field::Entities, REQUIRED);
        return Vec::new();
    };
    if entities.is_empty() {
        broken.add(Field::Entities, "must have at least 1 entity");
    }
    if entities.len() > MOST_ENTITIES {
        broken.add(Field::Entities, "must have at most 100 entities");
    }
    let looked_at = entities.into_iter().take(MOST_ENTITIES).enumerate();
    looked_at.filter_map(|(index, entity)| check_entity(entity, index, broken)).collect()
}

/// Gives nothing for an entity without one of its parts; that is a breach in any case.
fn check_entity<'a>(
    entity: Option<EntityDraft<'a>>,
    index: usize,
    broken: &mut Breaches,
) -> Option<Entity<'a>> {
    let Some(entity) = entity else {
        broken.add(Field::Entity(index), REQUIRED);
        return None;
    };
    let kind = Limit { characters: MOST_TYPE_CHARACTERS, detail: TOO_LONG_100 };
    check_text(entity.entity_type.as_deref(), Field::EntityType(index), kind, broken);
    let id = Limit { characters: MOST_ID_CHARACTERS, detail: TOO_LONG_255 };
    check_text(entity.entity_id.as_deref(), Field::EntityId(index), id, broken);
    let attributes: Option<Cow<'a, str>> = match entity.updated_attributes {
        None => {
            broken.add(Field::UpdatedAttributes(index), REQUIRED);
            None
        }
        Some(Err(breach)) => {
            broken.add(Field::UpdatedAttributes(index), breach.detail());
            None
        }
        Some(Ok(text)) => Some(text),
    };
    Some(Entity {
        entity_type: entity.entity_type?,
        entity_id: entity.entity_id?,
        updated_attributes: attributes?,
    })
}

#[derive(Clone, Copy)]
struct Limit {
    characters: usize,
    detail: &'static str,
}

fn check_text(text: Option<&str>, field: Field, limit: Limit, broken: &mut Breaches) {
    match text {
        None => broken.add(field, REQUIRED),
        Some(text) if text.chars().all(char::is_whitespace) => broken.add(field, "must not be blank"),
        Some(text) if is_longer(text, limit.characters) => broken.add(field, limit.detail),
        Some(text) if text.contains('\0') => broken.add(field, NUL),
        Some(_) => {}
    }
}

/// Code points are counted only when there are more bytes than the limit.
fn is_longer(text: &str, characters: usize) -> bool {
    text.len() > characters && text.chars().nth(characters).is_some()
}

/// Only the hyphenated form has 36 characters.
fn is_uuid(text: &str) -> bool {
    text.len() == UUID_CHARACTERS && Uuid::try_parse(text).is_ok()
}

impl AttributeBreach {
    const fn detail(self) -> &'static str {
        match self {
            Self::TooDeep => "must be at most 20 levels deep",
            Self::NumberOutOfRange => "must hold only finite numbers that fit a double",
            Self::NulCharacter => NUL,
            Self::NoKind => "must hold only values that have a kind",
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
