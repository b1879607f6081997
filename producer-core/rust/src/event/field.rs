//! The fields that a breach is reported on, and how each wire spells them.

/// A field of the event; the number is the entity's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The header as a whole.
    Header,
    /// The event's own id.
    Uuid,
    /// The event's name.
    EventName,
    /// When the event was created.
    CreatedDate,
    /// When the producer saved it.
    SavedDate,
    /// The event's type.
    EventType,
    /// The body as a whole.
    Body,
    /// The list of entities.
    Entities,
    /// One entity as a whole.
    Entity(usize),
    /// An entity's type.
    EntityType(usize),
    /// An entity's id.
    EntityId(usize),
    /// An entity's attributes.
    UpdatedAttributes(usize),
}

/// How a wire spells names of more than one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `eventBody`, on the REST wire.
    Camel,
    /// `event_body`, on the gRPC wire.
    Snake,
}

impl Field {
    /// The path that a caller finds the field by, for example `eventBody.entities[0].entityId`.
    pub fn path(self, spelling: Spelling) -> String {
        let (header, body) = match spelling {
            Spelling::Camel => ("eventHeader", "eventBody"),
            Spelling::Snake => ("event_header", "event_body"),
        };
        let name = self.name(spelling);
        match self {
            Self::Header => header.to_owned(),
            Self::Body => body.to_owned(),
            Self::Uuid | Self::EventName | Self::CreatedDate | Self::SavedDate | Self::EventType => {
                format!("{header}.{name}")
            }
            Self::Entities => format!("{body}.{name}"),
            Self::Entity(index) => format!("{body}.entities[{index}]"),
            Self::EntityType(index) | Self::EntityId(index) | Self::UpdatedAttributes(index) => {
                format!("{body}.entities[{index}].{name}")
            }
        }
    }

    const fn name(self, spelling: Spelling) -> &'static str {
        let (camel, snake) = match self {
            Self::Header => ("eventHeader", "event_header"),
            Self::Uuid => ("uuid", "uuid"),
            Self::EventName => ("eventName", "event_name"),
            Self::CreatedDate => ("createdDate", "created_date"),
            Self::SavedDate => ("savedDate", "saved_date"),
            Self::EventType => ("eventType", "event_type"),
            Self::Body => ("eventBody", "event_body"),
            Self::Entities | Self::Entity(_) => ("entities", "entities"),
            Self::EntityType(_) => ("entityType", "entity_type"),
            Self::EntityId(_) => ("entityId", "entity_id"),
            Self::UpdatedAttributes(_) => ("updatedAttributes", "updated_attributes"),
        };
        match spelling {
            Spelling::Camel => camel,
            Spelling::Snake => snake,
        }
    }
}

/// A field and the rule it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BrokenField {
    /// Which field.
    pub field: Field,
    /// The rule, in words that begin after the field's name: `must not be blank`.
    pub detail: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_contract() {
        let paths = |field: Field| (field.path(Spelling::Camel), field.path(Spelling::Snake));
        let pair = |camel: &str, snake: &str| (camel.to_owned(), snake.to_owned());
        assert_eq!(paths(Field::Header), pair("eventHeader", "event_header"));
        assert_eq!(paths(Field::SavedDate), pair("eventHeader.savedDate", "event_header.saved_date"));
        assert_eq!(paths(Field::Entities), pair("eventBody.entities", "event_body.entities"));
        assert_eq!(paths(Field::Entity(7)), pair("eventBody.entities[7]", "event_body.entities[7]"));
        assert_eq!(
            paths(Field::EntityId(0)),
            pair("eventBody.entities[0].entityId", "event_body.entities[0].entity_id")
        );
        assert_eq!(
            paths(Field::UpdatedAttributes(99)),
            pair("eventBody.entities[99].updatedAttributes", "event_body.entities[99].updated_attributes")
        );
    }
}
