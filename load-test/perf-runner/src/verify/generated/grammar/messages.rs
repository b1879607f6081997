//! Messages that no JSON event makes.

use prost::Message as _;
use prost_types::{Value, value::Kind};

use super::super::{
    dice::Dice,
    item::{Item, message_bytes},
    json::Json,
    oracle::EVENT_LIMIT_BYTES,
};
use crate::wire::pb;

/// A message with one thing in it that JSON cannot have, or that is no message.
pub(super) fn spoiled(dice: &mut Dice, event: &Json) -> Option<Item> {
    let mut bytes = message_bytes(&event.written())?;
    match dice.below(6) {
        0 => bytes.truncate(dice.below(bytes.len() + 1)),
        1 => bytes.extend_from_slice(&[0xff; 4]),
        2 => bytes.extend_from_slice(unknown_field(dice)),
        // The header again: its fields win, and the others stay.
        3 => bytes.extend_from_slice(b"\x0a\x0d\x12\x0bLoanCreated"),
        4 => {
            // A header whose name is no UTF-8.
            bytes.extend_from_slice(b"\x0a\x04\x12\x02\xc3\x28");
        }
        _ => {
            let mut message = pb::EventRequest::decode(bytes.as_slice()).ok()?;
            let entity = message.event_body.as_mut()?.entities.last_mut()?;
            let fields = &mut entity.updated_attributes.get_or_insert_default().fields;
            fields.insert("odd".to_owned(), Value { kind: odd_kind(dice) });
            bytes = message.encode_to_vec();
        }
    }
    Some(Item::Message(bytes))
}

fn odd_kind(dice: &mut Dice) -> Option<Kind> {
    match dice.below(5) {
        0 => None,
        1 => Some(Kind::NumberValue(f64::NAN)),
        2 => Some(Kind::NumberValue(f64::INFINITY)),
        3 => Some(Kind::NumberValue(f64::NEG_INFINITY)),
        _ => Some(Kind::NumberValue(-0.0)),
    }
}

/// A field that the message does not have, of each type there is.
fn unknown_field(dice: &mut Dice) -> &'static [u8] {
    let fields: [&'static [u8]; 4] = [
        b"\xc2\x3e\x03abc",
        b"\xf8\x3e\x07",
        b"\xfd\x3e\x01\x02\x03\x04",
        b"\xf9\x3e\x01\x02\x03\x04\x05\x06\x07\x08",
    ];
    fields[dice.below(fields.len())]
}

/// The event in a message that is as large as a message may be, or one byte off.
pub(super) fn sized(dice: &mut Dice, event: &Json) -> Option<Item> {
    let length = EVENT_LIMIT_BYTES + dice.below(3) - 1;
    let bytes = message_bytes(&event.written())?;
    let mut message = pb::EventRequest::decode(bytes.as_slice()).ok()?;
    for _ in 0..4 {
        let there = message.encoded_len();
        let text = &mut message.event_header.get_or_insert_default().event_type;
        if there < length {
            text.push_str(&"x".repeat(length - there));
        } else {
            // The lengths before the text have grown with it.
            text.truncate(text.len().checked_sub(there - length)?);
        }
        if message.encoded_len() == length {
            return Some(Item::Message(message.encode_to_vec()));
        }
    }
    None
}
