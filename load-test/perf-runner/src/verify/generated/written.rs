//! Cases as a case file has them. Every text is ASCII with escapes, so that what
//! looks alike stays apart.

use std::fmt::Write as _;

use crate::{
    model::Protocol,
    verify::{
        case::{Case, Expect, GrpcSpec, HttpSpec, Piece, RowAfter, Send},
        verdict::Difference,
    },
};

/// How much of a difference stands above its case.
const MOST_SHOWN_CHARACTERS: usize = 400;

/// A case, the service that breaks it and how.
#[derive(Debug, Clone)]
pub struct Example {
    /// Name of the service.
    pub service: String,
    /// The wire it speaks.
    pub wire: Protocol,
    /// The case.
    pub case: Case,
    /// What is not as the case says.
    pub differences: Vec<Difference>,
}

/// A file of these cases, in the format of `contract/cases`.
pub(super) fn file(topic: &str, examples: &[Example]) -> String {
    let mut text = format!("topic: {}\n\ncases:\n", quoted(topic));
    for (index, example) in examples.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        for difference in &example.differences {
            let line = format!("{}: {difference}", example.service);
            let shown: String =
                line.chars().take(MOST_SHOWN_CHARACTERS).flat_map(char::escape_debug).collect();
            let _ = writeln!(text, "  # {shown}");
        }
        text.push_str(&case(example));
    }
    text
}

fn case(example: &Example) -> String {
    let case = &example.case;
    let mut text = format!("  - name: {}\n    wires: [{}]\n    steps:\n", quoted(&case.name), example.wire);
    for step in &case.steps {
        let _ = writeln!(text, "      - send: {}", send(&step.send));
        let _ = writeln!(text, "        expect: {}", expect(&step.expect));
    }
    let rows = case.rows.iter().filter_map(row).collect::<Vec<_>>();
    if rows.is_empty() {
        text.push_str("    rows: []\n");
    } else {
        let _ = writeln!(text, "    rows:\n{}", rows.join("\n"));
    }
    text
}

/// What generated cases send; there is nothing else in them.
fn send(send: &Send) -> String {
    match send {
        Send::Event(event) => {
            format!("{{ event: {{ json: {} }} }}", quoted(event.json.as_deref().unwrap_or_default()))
        }
        Send::Http(HttpSpec { path, body, .. }) => {
            let body = body.iter().flatten().map(piece).collect::<Vec<_>>().join(", ");
            format!("{{ http: {{ path: {path}, body: [{body}] }} }}")
        }
        Send::Grpc(GrpcSpec { message, .. }) => {
            let message = message.iter().map(piece).collect::<Vec<_>>().join(", ");
            format!("{{ grpc: {{ message: [{message}] }} }}")
        }
        _ => "health".to_owned(),
    }
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => format!("text: {}", quoted(text)),
        Piece::Hex(hex) => format!("hex: {}", quoted(hex)),
        _ => String::new(),
    }
}

fn expect(expect: &Expect) -> String {
    match expect {
        Expect::InvalidEvent(fields) => {
            let fields = fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(", ");
            format!("{{ invalid_event: [{fields}] }}")
        }
        Expect::Bulk(bulk) => {
            let errors = bulk.errors.iter().map(|(index, fault)| format!("{index}: {fault}"));
            let errors = errors.collect::<Vec<_>>().join(", ");
            format!("{{ bulk: {{ processed: {}, errors: {{ {errors} }} }} }}", bulk.processed)
        }
        other => other.name().to_owned(),
    }
}

fn row(row: &RowAfter) -> Option<String> {
    let RowAfter::Row(row) = row else { return None };
    let (entity_type, id) = (quoted(row.entity_type.as_str()?), quoted(row.id.as_str()?));
    let json = quoted(row.json.as_deref()?);
    Some(format!("      - row: {{ type: {entity_type}, id: {id}, json: {json} }}"))
}

/// A double-quoted YAML text.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            ' '..='~' => quoted.push(char),
            char => {
                let code = u32::from(char);
                let _ = match code {
                    0..=0xff => write!(quoted, "\\x{code:02x}"),
                    0x100..=0xffff => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
            }
        }
    }
    quoted.push('"');
    quoted
}
