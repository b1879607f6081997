//! One generated request, and the case that it makes.

use std::{collections::BTreeMap, path::PathBuf};

use prost::Message as _;
use serde_json::Value;

use super::{
    json::{Json, Text},
    oracle::{self, Table, Verdict},
};
use crate::{
    model::Protocol,
    verify::case::{
        BulkExpect, Case, EventSpec, Expect, GrpcSpec, HttpSpec, Piece, RowAfter, Send, Step, WrittenRow,
    },
    wire,
};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// The body of a single REST event.
    Event(Vec<u8>),
    /// The body of a REST bulk.
    Bulk(Vec<u8>),
    /// JSON text of an event that a gRPC message can carry.
    Mapped(String),
    /// The bytes of a gRPC message.
    Message(Vec<u8>),
}

impl Item {
    /// The event as a message, if a message can carry it.
    pub(super) fn mapped(event: &Json) -> Option<Self> {
        let text = event.written();
        message_bytes(&text).map(|_| Self::Mapped(text))
    }

    /// What must come of it.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Event(body) => oracle::rest_event(body),
            Self::Bulk(body) => oracle::bulk(body),
            Self::Mapped(event) => {
                message_bytes(event).map_or(Verdict::Internal, |bytes| oracle::message(&bytes))
            }
            Self::Message(bytes) => oracle::message(bytes),
        }
    }

    fn send(&self) -> Send {
        match self {
            Self::Event(body) => http(wire::EVENTS_PATH, body),
            Self::Bulk(body) => http(wire::BULK_PATH, body),
            Self::Mapped(event) => {
                Send::Event(EventSpec { json: Some(event.clone()), ..EventSpec::default() })
            }
            Self::Message(bytes) => Send::Grpc(GrpcSpec {
                method: wire::PROCESS_EVENT.to_owned(),
                message: vec![piece(bytes)],
                deadline_ms: None,
            }),
        }
    }
}

/// The bytes of the message that carries this event; none when none can.
pub(super) fn message_bytes(event: &str) -> Option<Vec<u8>> {
    let event: Value = serde_json::from_str(event).ok()?;
    wire::message::from_json(&event).ok().map(|message| message.encode_to_vec())
}

fn http(path: &str, body: &[u8]) -> Send {
    Send::Http(HttpSpec {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: BTreeMap::new(),
        body: Some(vec![piece(body)]),
        chunked: false,
        trickle: None,
    })
}

fn piece(bytes: &[u8]) -> Piece {
    match str::from_utf8(bytes) {
        Ok(text) => Piece::Text(text.to_owned()),
        Err(_) => Piece::Hex(hex::encode(bytes)),
    }
}

/// The case that sends these one after the other and expects what the rules say.
pub(super) fn case(name: &str, wire: Protocol, items: &[Item]) -> Case {
    let mut table = Table::new();
    let steps = items.iter().map(|item| {
        let verdict = item.verdict();
        verdict.apply(&mut table);
        Step {
            send: item.send(),
            expect: expect(&verdict),
            condition: None,
            within_ms: None,
            some: Vec::new(),
        }
    });
    let steps = steps.collect();
    let rows = table.into_iter().map(|((entity_type, id), attributes)| {
        let members = attributes.into_iter().map(|(key, value)| (Text::of(&key), value));
        RowAfter::Row(WrittenRow {
            entity_type: Value::String(entity_type),
            id: Value::String(id),
            data: None,
            json: Some(Json::Object(members.collect()).written()),
        })
    });
    Case {
        file: PathBuf::from("generated.yaml"),
        line: 1,
        name: name.to_owned(),
        wires: vec![wire],
        given: Vec::new(),
        steps,
        rows: rows.collect(),
    }
}

/// The verdict as a case expects it.
pub(super) fn expect(verdict: &Verdict) -> Expect {
    match verdict {
        Verdict::TooLarge => Expect::TooLarge,
        Verdict::Malformed => Expect::Malformed,
        Verdict::Internal => Expect::Internal,
        Verdict::Invalid(fields) => Expect::InvalidEvent(fields.clone()),
        Verdict::Stored(_) => Expect::Accepted,
        Verdict::Bulk(elements) => {
            let faults = elements.iter().map(expect).enumerate();
            let errors = faults.filter(|(_, fault)| !matches!(fault, Expect::Accepted));
            let errors: BTreeMap<usize, String> =
                errors.map(|(index, fault)| (index, fault.name().to_owned())).collect();
            Expect::Bulk(BulkExpect { processed: (elements.len() - errors.len()) as u64, errors })
        }
    }
}
