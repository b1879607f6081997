//! Event templates: seeded, of every kind, of exact size.

use prost::Message as _;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::attributes::{self, KINDS, Kind};
use crate::{
    fault::Fault,
    model::{EntityId, EventTemplate, PayloadSize},
    wire::message,
};

/// Stands where the id will be while a body is taken apart.
const HOLE: &str = "@id@";

/// As long as every run's tag.
const EXAMPLE_TAG: &str = "00000000";

/// Makes one template per kind of event. The same size and seed give the same
/// templates; the body of each measures exactly `size.body_bytes()` with an id in it.
///
/// # Errors
/// When an event of that size cannot be made, which would be a mistake in this program.
pub fn make(size: PayloadSize, seed: u64) -> Result<Vec<EventTemplate>, Fault> {
    let mut random = StdRng::seed_from_u64(seed);
    KINDS.iter().map(|kind| template(kind, size.body_bytes(), &mut random)).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    event_header: &'a Header,
    event_body: Body<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    uuid: String,
    event_name: &'static str,
    created_date: String,
    saved_date: String,
    event_type: &'static str,
}

#[derive(Serialize)]
struct Body<'a> {
    entities: [Entity<'a>; 1],
}

#[derive(Serialize)]
struct Entity<'a> {
    #[serde(rename = "entityType")]
    kind: &'a str,
    #[serde(rename = "entityId")]
    id: &'a str,
    #[serde(rename = "updatedAttributes")]
    attributes: &'a Map<String, Value>,
}

fn template(kind: &Kind, body_bytes: usize, random: &mut StdRng) -> Result<EventTemplate, Fault> {
    let header = header(kind.event_name, random);
    let id = EntityId { kind: kind.word, tag: EXAMPLE_TAG, vu: 1, call: 0 }.to_string();
    let empty = body(&header, kind, &id, &Map::new())?;
    // The braces of the empty object are part of the attributes' own length.
    let free = (body_bytes + 2).saturating_sub(empty.len());
    let attributes = attributes::of(kind, free, random);
    let whole = body(&header, kind, HOLE, &attributes)?;
    let (before, after) = whole
        .split_once(HOLE)
        .ok_or_else(|| Fault::failed(format!("the event template {} has no place for an id", kind.word)))?;
    Ok(EventTemplate {
        kind: kind.word.to_owned(),
        entity_type: kind.entity_type.to_owned(),
        body_bytes: before.len() + id.len() + after.len(),
        message_bytes: message_bytes(&format!("{before}{id}{after}"))?,
        body_before_id: before.to_owned(),
        body_after_id: after.to_owned(),
        message: grpc_message(&header, kind, &attributes),
        attributes: Value::Object(attributes).to_string(),
    })
}

fn header(event_name: &'static str, random: &mut StdRng) -> Header {
    let (day, second) = (random.random_range(1..=28), random.random_range(0..50));
    let date = |second: u32| format!("2025-03-{day:02}T10:30:{second:02}Z");
    Header {
        uuid: uuid::Builder::from_random_bytes(random.random()).into_uuid().to_string(),
        event_name,
        created_date: date(second),
        saved_date: date(second + 5),
        event_type: event_name,
    }
}

fn body(header: &Header, kind: &Kind, id: &str, attributes: &Map<String, Value>) -> Result<String, Fault> {
    let entity = Entity { kind: kind.entity_type, id, attributes };
    let event = Event { event_header: header, event_body: Body { entities: [entity] } };
    serde_json::to_string(&event)
        .map_err(|error| Fault::failed(format!("cannot write the event template {}", kind.word)).cause(error))
}

/// The event as the gRPC client takes it; the id is the hole.
fn grpc_message(header: &Header, kind: &Kind, attributes: &Map<String, Value>) -> Value {
    json!({
        "event_header": {
            "uuid": header.uuid,
            "event_name": header.event_name,
            "created_date": header.created_date,
            "saved_date": header.saved_date,
            "event_type": header.event_type,
        },
        "event_body": {
            "entities": [{
                "entity_type": kind.entity_type,
                "entity_id": "",
                "updated_attributes": attributes,
            }],
        },
    })
}

/// Bytes of the encoded message that carries the event of this JSON body.
fn message_bytes(body: &str) -> Result<usize, Fault> {
    let fault = || Fault::failed("an event template cannot be sent as a gRPC message");
    let event: Value = serde_json::from_str(body).map_err(|error| fault().cause(error))?;
    Ok(message::from_json(&event).map_err(|error| fault().cause(error))?.encoded_len())
}

#[cfg(test)]
mod tests;
