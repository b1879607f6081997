//! Bodies and messages from their parts.

use prost::{Message as _, encoding};

use super::Piece;
use crate::{model::Protocol, wire};

/// The field number of padding in a message; the contract's messages end far below it.
const PADDING_FIELD: u32 = 1000;

/// Puts the parts of a body (REST) or of a message (gRPC) together.
///
/// # Errors
/// Says which part cannot be made.
pub(super) fn join(pieces: &[Piece], wire: Protocol) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for piece in pieces {
        match (piece, wire) {
            (Piece::Text(text), _) => bytes.extend_from_slice(text.as_bytes()),
            (Piece::Hex(digits), _) => bytes.extend(from_hex(digits)?),
            (Piece::Repeat { text, times }, _) => bytes.extend(text.repeat(*times).into_bytes()),
            (Piece::Event(event), Protocol::Rest) => bytes.extend(event.text(0)?.into_bytes()),
            (Piece::Event(event), Protocol::Grpc) => {
                let message =
                    wire::message::from_json(&event.value(0)?).map_err(|error| error.to_string())?;
                bytes.extend(message.encode_to_vec());
            }
            (Piece::PadTo(length), Protocol::Rest) => bytes.resize((*length).max(bytes.len()), b' '),
            (Piece::PadTo(length), Protocol::Grpc) => pad_message(&mut bytes, *length)?,
            (Piece::NestedStruct(levels), Protocol::Grpc) => bytes.extend(nested_attributes(*levels)),
            (Piece::NestedStruct(_), Protocol::Rest) => {
                return Err("`nested_struct` is part of a gRPC message only".to_owned());
            }
        }
    }
    Ok(bytes)
}

fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    hex::decode(digits).map_err(|_| format!("`{text}` is no hexadecimal text"))
}

/// Adds an unknown field of such a size that the message has this length.
fn pad_message(bytes: &mut Vec<u8>, length: usize) -> Result<(), String> {
    let missing = length.checked_sub(bytes.len()).ok_or("`pad_to` is less than what stands before it")?;
    let field = |content: usize| {
        let key_and_length = encoding::key_len(PADDING_FIELD) + encoding::encoded_len_varint(content as u64);
        key_and_length + content
    };
    // The length of the length depends on the content: at most a few bytes to search.
    let content = (missing.saturating_sub(16)..=missing).find(|content| field(*content) == missing);
    let content = content.ok_or("`pad_to` leaves no room for a field")?;
    encoding::bytes::encode(PADDING_FIELD, &vec![0_u8; content], bytes);
    Ok(())
}

/// A whole event whose attributes are objects nested so deep, built from the
/// inside out by lengths: a recursive encoder would not survive what it makes.
fn nested_attributes(levels: usize) -> Vec<u8> {
    // Around the content of each Struct but the innermost: Struct.fields entry
    // { key "k", value: Value { struct_value } }.
    let mut headers: Vec<Vec<u8>> = Vec::with_capacity(levels);
    let mut length = 0;
    for _ in 1..levels {
        let value = delimited(5, length);
        let entry = [&b"\x0a\x01k"[..], &delimited(2, value.len() + length)].concat();
        let field = delimited(1, entry.len() + value.len() + length);
        let header = [field, entry, value].concat();
        length += header.len();
        headers.push(header);
    }
    let attributes: Vec<u8> = headers.into_iter().rev().flatten().collect();
    let entity = [&b"\x0a\x04Loan\x12\x04deep"[..], &delimited(3, attributes.len()), &attributes].concat();
    let body = [delimited(1, entity.len()), entity].concat();
    [&b"\x0a\x0d\x12\x0bLoanCreated"[..], &delimited(2, body.len()), &body].concat()
}

/// The key and length before a length-delimited field.
fn delimited(field: u32, length: usize) -> Vec<u8> {
    let mut header = Vec::new();
    encoding::encode_key(field, encoding::WireType::LengthDelimited, &mut header);
    encoding::encode_varint(length as u64, &mut header);
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{verify::case::EventSpec, wire::pb::EventRequest};

    #[test]
    fn a_padded_message_has_its_length_and_still_reads() {
        for length in [300, 500, 1024 * 1024] {
            let pieces = [Piece::Event(EventSpec::default()), Piece::PadTo(length)];
            let bytes = join(&pieces, Protocol::Grpc).unwrap();
            assert_eq!(bytes.len(), length);
            let message = EventRequest::decode(bytes.as_slice()).unwrap();
            assert_eq!(message.event_header.unwrap().event_name, "LoanPaymentSubmitted");
        }
    }

    #[test]
    fn a_nested_struct_is_as_deep_as_it_says() {
        for levels in [1, 2, 21] {
            let bytes = join(&[Piece::NestedStruct(levels)], Protocol::Grpc).unwrap();
            let message = EventRequest::decode(bytes.as_slice()).unwrap();
            let text = format!("{:?}", message.event_body.unwrap().entities[0].updated_attributes);
            assert_eq!(text.matches("Struct {").count(), levels);
        }
        assert!(join(&[Piece::NestedStruct(20_000)], Protocol::Grpc).unwrap().len() < 1024 * 1024);
    }

    #[test]
    fn bytes_are_written_as_hexadecimal_text() {
        assert_eq!(join(&[Piece::Hex("ef bb bf".to_owned())], Protocol::Rest), Ok(vec![0xef, 0xbb, 0xbf]));
        for bad in ["efb", "xx", "+f"] {
            let fault = join(&[Piece::Hex(bad.to_owned())], Protocol::Rest).unwrap_err();
            assert_eq!(fault, format!("`{bad}` is no hexadecimal text"));
        }
    }
}
