//! The rules of the contract once more, written for nothing but to be held
//! against services: what must come back for some bytes, and what they store.
//! Shares no code with any service; without I/O.

mod date;
mod draft;
mod number;
mod rules;

use std::collections::BTreeMap;

pub(super) use number::{Decimal, double};

use self::draft::EventDraft;
use super::json::{self, Json};

/// Levels of a body, itself included.
const MOST_LEVELS: usize = 64;
/// Bytes of one event, on both wires.
pub(super) const EVENT_LIMIT_BYTES: usize = 1024 * 1024;
/// Bytes of a bulk request.
const BULK_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// Events of one bulk request.
const MOST_EVENTS: usize = 1000;

/// What must come of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    TooLarge,
    Malformed,
    /// Bytes that are no message.
    Internal,
    /// The broken fields in their REST form.
    Invalid(Vec<String>),
    /// Stored, in this order.
    Stored(Vec<Write>),
    /// A bulk reply: each element for itself.
    Bulk(Vec<Verdict>),
}

/// One entity of an acknowledged event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Write {
    pub(super) entity_type: String,
    pub(super) id: String,
    pub(super) attributes: BTreeMap<String, Json>,
}

/// The rows of the table, by type and id.
pub(super) type Table = BTreeMap<(String, String), BTreeMap<String, Json>>;

/// What the body of a single REST event must lead to.
pub(super) fn rest_event(body: &[u8]) -> Verdict {
    if body.len() > EVENT_LIMIT_BYTES {
        return Verdict::TooLarge;
    }
    json::parse(body, MOST_LEVELS).map_or(Verdict::Malformed, |event| json_event(&event))
}

/// What the body of a bulk request must lead to.
pub(super) fn bulk(body: &[u8]) -> Verdict {
    match json::parse(body, MOST_LEVELS) {
        _ if body.len() > BULK_LIMIT_BYTES => Verdict::TooLarge,
        Some(Json::List(events)) if events.is_empty() || events.len() > MOST_EVENTS => {
            Verdict::Invalid(Vec::new())
        }
        Some(Json::List(events)) => Verdict::Bulk(events.iter().map(json_event).collect()),
        _ => Verdict::Malformed,
    }
}

fn json_event(event: &Json) -> Verdict {
    draft::from_json(event).map_or_else(|draft::Malformed| Verdict::Malformed, judged)
}

/// What the bytes of a gRPC message must lead to.
pub(super) fn message(bytes: &[u8]) -> Verdict {
    if bytes.len() > EVENT_LIMIT_BYTES {
        return Verdict::TooLarge;
    }
    draft::from_message(bytes).map_or(Verdict::Internal, judged)
}

fn judged(draft: EventDraft) -> Verdict {
    match rules::check(draft) {
        Ok(writes) => Verdict::Stored(writes),
        Err(fields) => Verdict::Invalid(fields),
    }
}

impl Verdict {
    /// Changes the table as this must.
    pub(super) fn apply(&self, table: &mut Table) {
        match self {
            Self::Stored(writes) => {
                for Write { entity_type, id, attributes } in writes {
                    let row = table.entry((entity_type.clone(), id.clone())).or_default();
                    row.extend(attributes.clone());
                }
            }
            Self::Bulk(elements) => elements.iter().for_each(|element| element.apply(table)),
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "golden_tests.rs"]
mod golden_tests;
