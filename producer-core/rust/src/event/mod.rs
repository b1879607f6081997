//! An event before and after its rules were checked.

mod date;
mod field;
mod fold;
mod rules;

use std::borrow::Cow;

pub use field::{BrokenField, Field, Spelling};
pub use rules::{MOST_ATTRIBUTE_LEVELS, MOST_ENTITIES};

/// An event as a wire read it: of the right types, not yet checked. Absent and null are both `None`.
#[derive(Debug, Default)]
pub struct EventDraft<'a> {
    /// Required.
    pub header: Option<HeaderDraft<'a>>,
    /// Required.
    pub body: Option<BodyDraft<'a>>,
}

/// The header of a draft.
#[derive(Debug, Default)]
pub struct HeaderDraft<'a> {
    /// Optional.
    pub uuid: Option<Cow<'a, str>>,
    /// Required.
    pub event_name: Option<Cow<'a, str>>,
    /// Optional.
    pub created_date: Option<DateDraft<'a>>,
    /// Optional.
    pub saved_date: Option<DateDraft<'a>>,
    /// Optional.
    pub event_type: Option<Cow<'a, str>>,
}

/// A date as it was written.
#[derive(Debug)]
pub enum DateDraft<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// A JSON number, exactly as it stood in the document.
    Number(&'a str),
}

/// The body of a draft.
#[derive(Debug, Default)]
pub struct BodyDraft<'a> {
    /// Required; an entity that is null is `None`.
    pub entities: Option<Vec<Option<EntityDraft<'a>>>>,
}

/// One entity of a draft.
#[derive(Debug, Default)]
pub struct EntityDraft<'a> {
    /// Required.
    pub entity_type: Option<Cow<'a, str>>,
    /// Required.
    pub entity_id: Option<Cow<'a, str>>,
    /// Required: the text of a JSON object, or the first rule that it breaks.
    pub updated_attributes: Option<Result<Cow<'a, str>, AttributeBreach>>,
}

/// A rule that only a walk through the attributes can find broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeBreach {
    /// Objects and arrays nested deeper than [`MOST_ATTRIBUTE_LEVELS`].
    TooDeep,
    /// A number that an IEEE 754 double cannot hold.
    NumberOutOfRange,
    /// A NUL character in a string or a key.
    NulCharacter,
    /// A value that is of no kind at all, which protobuf can write and JSON cannot.
    NoKind,
}

/// A valid event: what is left to store. No (type, id) occurs twice.
#[derive(Debug, PartialEq, Eq)]
pub struct Event<'a> {
    entities: Vec<Entity<'a>>,
}

impl<'a> Event<'a> {
    /// The rows to create or merge, at least one.
    pub fn entities(&self) -> &[Entity<'a>] {
        &self.entities
    }
}

/// One row to create or merge.
#[derive(Debug, PartialEq, Eq)]
pub struct Entity<'a> {
    /// Kind of the entity.
    pub entity_type: Cow<'a, str>,
    /// Id within its kind.
    pub entity_id: Cow<'a, str>,
    /// The text of a JSON object.
    pub updated_attributes: Cow<'a, str>,
}
