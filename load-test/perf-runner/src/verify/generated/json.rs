//! JSON as it is written: numbers and texts keep their spelling, and a text may
//! hold a lone surrogate. Independent of the parsers of the services.

use std::{fmt::Write as _, str};

/// One JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As written: `1e3`.
    Number(String),
    Text(Text),
    List(Vec<Json>),
    Object(Vec<(Text, Json)>),
}

/// A text as it stands between its quotes, escapes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(String);

impl Text {
    /// A text that means this, with no more escapes than JSON demands.
    pub(super) fn of(plain: &str) -> Self {
        let mut source = String::with_capacity(plain.len());
        for char in plain.chars() {
            match char {
                '"' | '\\' => source.extend(['\\', char]),
                char if char < ' ' => {
                    let _ = write!(source, "\\u{:04x}", u32::from(char));
                }
                char => source.push(char),
            }
        }
        Self(source)
    }

    /// A text of this source, which the caller knows to be well-formed.
    pub(super) fn from_source(source: String) -> Self {
        Self(source)
    }

    /// As it stands between its quotes.
    pub(super) fn source(&self) -> &str {
        &self.0
    }

    /// What it means; none when it holds a lone surrogate.
    pub(super) fn meaning(&self) -> Option<String> {
        let mut units: Vec<u16> = Vec::with_capacity(self.0.len());
        for piece in self.pieces() {
            let mut chars = piece.chars();
            match (chars.next(), chars.next()) {
                (Some('\\'), Some('u')) => units.push(u16::from_str_radix(piece.get(2..6)?, 16).ok()?),
                (Some('\\'), Some(escaped)) => units.push(unescaped(escaped)?),
                (Some(char), _) => units.extend_from_slice(char.encode_utf16(&mut [0; 2])),
                (None, _) => {}
            }
        }
        String::from_utf16(&units).ok()
    }

    /// Its characters and escapes, each whole.
    pub(super) fn pieces(&self) -> Vec<&str> {
        let mut pieces = Vec::new();
        let mut rest = self.0.as_str();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '\\' if rest[1..].starts_with('u') => 6,
                '\\' => 2,
                other => other.len_utf8(),
            };
            let (piece, after) = rest.split_at(length.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces
    }
}

fn unescaped(char: char) -> Option<u16> {
    Some(match char {
        '"' | '\\' | '/' => char as u16,
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        _ => return None,
    })
}

impl Json {
    /// How many containers are in each other, itself included; 0 for a scalar.
    pub(super) fn levels(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::levels).max().unwrap_or(0),
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.levels()).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// The member of this name; none when it is absent or this is no object.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let found = members.iter().find(|(key, _)| key.meaning().as_deref() == Some(name));
        found.map(|(_, value)| value)
    }

    /// The member of this name, to be changed.
    pub(super) fn member_mut(&mut self, name: &str) -> Option<&mut Self> {
        let Self::Object(members) = self else { return None };
        let found = members.iter_mut().find(|(key, _)| key.meaning().as_deref() == Some(name));
        found.map(|(_, value)| value)
    }

    /// As text without white space.
    pub(super) fn written(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(bool) => text.push_str(if *bool { "true" } else { "false" }),
            Self::Number(number) => text.push_str(number),
            Self::Text(Text(source)) => text.extend(["\"", source, "\""]),
            Self::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    item.write(text);
                }
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (index, (Text(key), value)) in members.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    text.extend([comma, "\"", key, "\":"]);
                    value.write(text);
                }
                text.push('}');
            }
        }
    }
}

/// Reads a body: one JSON value in UTF-8, nothing but white space around it, and at
/// most so many levels. None when it is anything else.
pub(super) fn parse(body: &[u8], most_levels: usize) -> Option<Json> {
    let text = str::from_utf8(body).ok()?;
    let mut parser = Parser { rest: text, levels_left: most_levels };
    let value = parser.value()?;
    parser.skip_white_space();
    parser.rest.is_empty().then_some(value)
}

struct Parser<'a> {
    rest: &'a str,
    levels_left: usize,
}

impl Parser<'_> {
    fn skip_white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Goes past this text if it is next.
    fn eats(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn value(&mut self) -> Option<Json> {
        self.skip_white_space();
        match self.rest.bytes().next()? {
            b'{' => self.inside(Self::object),
            b'[' => self.inside(Self::list),
            b'"' => self.text().map(Json::Text),
            b'-' | b'0'..=b'9' => self.number().map(Json::Number),
            _ if self.eats("null") => Some(Json::Null),
            _ if self.eats("true") => Some(Json::Bool(true)),
            _ if self.eats("false") => Some(Json::Bool(false)),
            _ => None,
        }
    }

    fn inside(&mut self, read: fn(&mut Self) -> Option<Json>) -> Option<Json> {
        self.levels_left = self.levels_left.checked_sub(1)?;
        self.rest = &self.rest[1..];
        self.skip_white_space();
        let value = read(self)?;
        self.levels_left += 1;
        Some(value)
    }

    fn object(&mut self) -> Option<Json> {
        let mut members = Vec::new();
        if self.eats("}") {
            return Some(Json::Object(members));
        }
        loop {
            self.skip_white_space();
            let key = self.text()?;
            self.skip_white_space();
            if !self.eats(":") {
                return None;
            }
            members.push((key, self.value()?));
            self.skip_white_space();
            if self.eats("}") {
                return Some(Json::Object(members));
            }
            if !self.eats(",") {
                return None;
            }
        }
    }

    fn list(&mut self) -> Option<Json> {
        let mut items = Vec::new();
        if self.eats("]") {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_white_space();
            if self.eats("]") {
                return Some(Json::List(items));
            }
            if !self.eats(",") {
                return None;
            }
        }
    }

    fn text(&mut self) -> Option<Text> {
        if !self.eats("\"") {
            return None;
        }
        let mut at = 0;
        let bytes = self.rest.as_bytes();
        loop {
            match *bytes.get(at)? {
                b'"' => break,
                b'\\' => at += escape_length(bytes.get(at + 1..)?)?,
                byte if byte < b' ' => return None,
                _ => at += 1,
            }
        }
        let source = self.rest[..at].to_owned();
        self.rest = &self.rest[at + 1..];
        Some(Text(source))
    }

    fn number(&mut self) -> Option<String> {
        let whole = self.rest;
        self.eats("-");
        if !self.eats("0") && self.digits() == 0 {
            return None;
        }
        if self.eats(".") && self.digits() == 0 {
            return None;
        }
        if self.eats("e") || self.eats("E") {
            let _ = self.eats("+") || self.eats("-");
            if self.digits() == 0 {
                return None;
            }
        }
        Some(whole[..whole.len() - self.rest.len()].to_owned())
    }

    fn digits(&mut self) -> usize {
        let after = self.rest.trim_start_matches(|char: char| char.is_ascii_digit());
        let count = self.rest.len() - after.len();
        self.rest = after;
        count
    }
}

/// The length of an escape, whose backslash stands before these bytes.
fn escape_length(after: &[u8]) -> Option<usize> {
    match after.first()? {
        b'u' => after.get(1..5)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_as_it_was() {
        let text = r#"{"a":[1e3,-0,1.50,null,true,false,"\u00e9\/\ud800\"x"],"":{},"b":[]}"#;
        let value = parse(text.as_bytes(), 64).unwrap();
        assert_eq!(value.written(), text);
        assert_eq!(parse(b" \t\n\r[ 1 , 2 ] ", 1).unwrap().written(), "[1,2]");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{,}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "nul",
            "NaN",
            "[1 2]",
            "{\"a\" 1}",
            "{a:1}",
            "1 2",
            "\u{feff}1",
            "\u{a0}1",
            "\"\\",
            "\"\\\"",
        ] {
            assert_eq!(parse(text.as_bytes(), 64), None, "{text}");
        }
        assert_eq!(parse(b"\"\xff\"", 64), None);
        assert_eq!(parse(&b"[".repeat(100_000), 64), None);
    }

    #[test]
    fn levels_are_counted_from_the_outermost_container() {
        assert!(parse(b"[[1]]", 2).is_some_and(|value| value.levels() == 2));
        assert_eq!(parse(b"[[]]", 1), None);
        assert!(parse(b"[[],[]]", 2).is_some());
    }

    #[test]
    fn a_pair_of_surrogates_is_one_character_and_half_of_one_is_none() {
        assert_eq!(Text::from_source(r"\ud83d\ude97".to_owned()).meaning().as_deref(), Some("🚗"));
        assert_eq!(Text::from_source(r"\ude97\ud83d".to_owned()).meaning(), None);
        assert_eq!(Text::from_source(r"\ud83d🚗".to_owned()).meaning(), None);
        assert_eq!(Text::of("a\"\\\n").meaning().as_deref(), Some("a\"\\\n"));
    }
}
