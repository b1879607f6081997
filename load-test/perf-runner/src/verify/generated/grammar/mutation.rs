//! Bytes that were JSON.

use super::super::{dice::Dice, json::Json};

/// What stands before or after a body, or somewhere in it, and must not.
const INTRUDERS: [&[u8]; 16] = [
    b"\xef\xbb\xbf",
    b"x",
    b"{}",
    b",",
    b"]",
    b"}",
    b" null",
    b"\0",
    b"\x0b",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc2\xa0",
    b"// c",
];

/// Single bytes that mean something in JSON.
const MARKS: &[u8] = b"{}[]\",:\\0123456789-+.eEtfnu \n\t\x01\x7f\xe9";

/// A body with one thing wrong in its bytes, which may by chance still be JSON.
pub(super) fn spoiled(dice: &mut Dice, mut body: Vec<u8>) -> Vec<u8> {
    if body.is_empty() {
        return body;
    }
    let at = dice.below(body.len());
    match dice.below(9) {
        0 => body.extend_from_slice(INTRUDERS[dice.below(INTRUDERS.len())]),
        1 => {
            let intruder = INTRUDERS[dice.below(INTRUDERS.len())];
            body.splice(0..0, intruder.iter().copied());
        }
        2 => {
            let intruder = INTRUDERS[dice.below(INTRUDERS.len())];
            body.splice(at..at, intruder.iter().copied());
        }
        3 => body.truncate(at),
        4 => {
            body.pop();
        }
        5 => {
            body.remove(at);
        }
        6 => body.insert(at, MARKS[dice.below(MARKS.len())]),
        7 if dice.one_in(4) => body = body.iter().flat_map(|byte| [*byte, 0]).collect(),
        _ => body[at] = MARKS[dice.below(MARKS.len())],
    }
    body
}

/// The event with white space wherever JSON allows it at its ends and after commas.
pub(super) fn spaced(dice: &mut Dice, event: &Json) -> Vec<u8> {
    let space = |dice: &mut Dice| dice.pick(&["", " ", "\n", "\t", "\r\n", "   "]).to_owned();
    let (before, after) = (space(dice), space(dice));
    let mut text = before;
    match event {
        Json::Object(members) => {
            let parts = members.iter().map(|(key, value)| {
                let (a, b, c) = (space(dice), space(dice), space(dice));
                format!("{a}\"{}\"{b}:{c}{}", key.source(), value.written())
            });
            let parts: Vec<String> = parts.collect();
            text.extend(["{", &parts.join(","), "}"]);
        }
        other => text.push_str(&other.written()),
    }
    text.push_str(&after);
    text.into_bytes()
}
