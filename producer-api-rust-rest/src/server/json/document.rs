//! The shape of the document, for serde.
//!
//! Written by hand for two reasons: a derived struct also accepts an array in its place, and
//! refuses an unknown key that is no valid text. The contract wants neither.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use producer_core::event::{AttributeBreach, BodyDraft, DateDraft, EntityDraft, EventDraft, HeaderDraft};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{MOST_EVENTS, attributes};

/// A draft that is filled from the members of a JSON object.
pub(super) trait Members<'de>: Default {
    /// Takes the value of the member `key`, or passes over it.
    fn member<M: MapAccess<'de>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error>;
}

/// A JSON object as a draft.
pub(super) struct Object<T>(pub(super) T);

/// The elements of a JSON array, as written: at most [`MOST_EVENTS`] are kept, all are counted.
pub(super) struct Elements<'a> {
    pub(super) first: Vec<&'a RawValue>,
    pub(super) count: usize,
}

impl<'de> Members<'de> for EventDraft<'de> {
    fn member<M: MapAccess<'de>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        match key {
            b"eventHeader" => self.header = map.next_value::<Option<Object<_>>>()?.map(|object| object.0),
            b"eventBody" => self.body = map.next_value::<Option<Object<_>>>()?.map(|object| object.0),
            _ => pass_over(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for HeaderDraft<'de> {
    fn member<M: MapAccess<'de>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        match key {
            b"uuid" => self.uuid = text(map)?,
            b"eventName" => self.event_name = text(map)?,
            b"createdDate" => self.created_date = date(map)?,
            b"savedDate" => self.saved_date = date(map)?,
            b"eventType" => self.event_type = text(map)?,
            _ => pass_over(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for BodyDraft<'de> {
    fn member<M: MapAccess<'de>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        match key {
            b"entities" => {
                let entities = map.next_value::<Option<Vec<Option<Object<EntityDraft<'de>>>>>>()?;
                self.entities = entities
                    .map(|list| list.into_iter().map(|entity| entity.map(|object| object.0)).collect());
            }
            _ => pass_over(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for EntityDraft<'de> {
    fn member<M: MapAccess<'de>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        match key {
            b"entityType" => self.entity_type = text(map)?,
            b"entityId" => self.entity_id = text(map)?,
            b"updatedAttributes" => self.updated_attributes = updated_attributes(map)?,
            _ => pass_over(map)?,
        }
        Ok(())
    }
}

fn pass_over<'de, M: MapAccess<'de>>(map: &mut M) -> Result<(), M::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

fn text<'de, M: MapAccess<'de>>(map: &mut M) -> Result<Option<Cow<'de, str>>, M::Error> {
    Ok(map.next_value::<Option<Text<'de>>>()?.map(|text| text.0))
}

fn date<'de, M: MapAccess<'de>>(map: &mut M) -> Result<Option<DateDraft<'de>>, M::Error> {
    let Some(written) = map.next_value::<Option<&'de RawValue>>()? else { return Ok(None) };
    let written = written.get();
    match written.as_bytes().first() {
        Some(b'"') => {
            let text: Text<'de> = serde_json::from_str(written).map_err(M::Error::custom)?;
            Ok(Some(DateDraft::Text(text.0)))
        }
        Some(b'-' | b'0'..=b'9') => Ok(Some(DateDraft::Number(written))),
        _ => Err(M::Error::custom("neither a string nor a number")),
    }
}

type Attributes<'de> = Result<Cow<'de, str>, AttributeBreach>;

fn updated_attributes<'de, M: MapAccess<'de>>(map: &mut M) -> Result<Option<Attributes<'de>>, M::Error> {
    let Some(written) = map.next_value::<Option<&'de RawValue>>()? else { return Ok(None) };
    if !written.get().starts_with('{') {
        return Err(M::Error::custom("not an object"));
    }
    match attributes::check(written.get()) {
        Ok(checked) => Ok(Some(checked)),
        Err(attributes::LoneSurrogate) => Err(M::Error::custom("a lone surrogate")),
    }
}

impl<'de, T: Members<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Members<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object<T>, M::Error> {
                let mut draft = T::default();
                while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
                    draft.member(&key, &mut map)?;
                }
                Ok(Object(draft))
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// A key as bytes: one that holds a lone surrogate is unknown, not an error.
struct Key<'de>(Cow<'de, [u8]>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_bytes<E: Error>(self, key: &'de [u8]) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_vec())))
            }
        }

        deserializer.deserialize_bytes(KeyVisitor)
    }
}

/// A string, borrowed where it has no escapes. (serde's own `Cow` always owns inside an `Option`.)
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Elements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ElementsVisitor;

        impl<'de> Visitor<'de> for ElementsVisitor {
            type Value = Elements<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Elements<'de>, S::Error> {
                let mut elements = Elements { first: Vec::new(), count: 0 };
                while elements.count < MOST_EVENTS
                    && let Some(element) = list.next_element()?
                {
                    elements.first.push(element);
                    elements.count += 1;
                }
                // Counted, not kept: a long list of small things would take much memory.
                while list.next_element::<IgnoredAny>()?.is_some() {
                    elements.count += 1;
                }
                Ok(elements)
            }
        }

        deserializer.deserialize_seq(ElementsVisitor)
    }
}
