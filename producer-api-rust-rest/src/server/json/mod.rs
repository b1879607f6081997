//! JSON text into drafts of events.
//!
//! The parser borrows from the body; attributes are not parsed at all but checked and passed
//! on as they were written, since the database reads them anyway.

mod attributes;
mod document;
mod tokens;

use producer_core::event::EventDraft;
use producer_core::fault::{Fault, FaultKind};
use serde_json::error::Category;

use document::{Elements, Object};
use tokens::{Token, Tokens};

/// Levels of a body, its root included.
const MOST_LEVELS: usize = 64;
/// Events of one list.
const MOST_EVENTS: usize = 1000;

/// One event.
///
/// Errors: `malformed`.
pub(super) fn event(body: &[u8]) -> Result<EventDraft<'_>, Fault> {
    parse_event(checked_text(body)?)
}

/// A list of events; an element that is none is a fault of its own.
///
/// Errors: `malformed` when the body is no array, `invalid_event` when it is empty or too long.
pub(super) fn events(body: &[u8]) -> Result<Vec<Result<EventDraft<'_>, Fault>>, Fault> {
    let text = checked_text(body)?;
    let elements: Elements<'_> = serde_json::from_str(text).map_err(|error| parse_fault(&error))?;
    if elements.count == 0 {
        return Err(Fault::new(FaultKind::InvalidEvent, "The list of events is empty"));
    }
    if elements.count > MOST_EVENTS {
        return Err(Fault::new(FaultKind::InvalidEvent, "The list has more than 1,000 events"));
    }
    Ok(elements.first.into_iter().map(|element| parse_event(element.get())).collect())
}

fn parse_event(text: &str) -> Result<EventDraft<'_>, Fault> {
    match serde_json::from_str(text) {
        Ok(Object(event)) => Ok(event),
        Err(error) => Err(parse_fault(&error)),
    }
}

fn checked_text(body: &[u8]) -> Result<&str, Fault> {
    if body.is_empty() {
        return Err(Fault::malformed("The body is empty"));
    }
    let text = std::str::from_utf8(body).map_err(|_| Fault::malformed("The body is not valid UTF-8"))?;
    check_tokens(text)?;
    Ok(text)
}

/// Counts levels without recursion and before anything is parsed, so that no depth can hurt.
/// Looks for control characters too: the parser lets them pass in keys that are read as bytes.
fn check_tokens(text: &str) -> Result<(), Fault> {
    let mut level = 0_usize;
    for token in Tokens::new(text) {
        match token {
            Token::Open => level += 1,
            Token::Close => level = level.saturating_sub(1),
            Token::Text(text) if text.bytes().any(|byte| byte < b' ') => {
                return Err(Fault::malformed("A control character is not escaped"));
            }
            Token::Text(_) | Token::Number(_) => {}
        }
        if level > MOST_LEVELS {
            return Err(Fault::malformed("The body is nested deeper than 64 levels"));
        }
    }
    Ok(())
}

/// The parser's own words may repeat what was sent, so only the place is kept.
fn parse_fault(error: &serde_json::Error) -> Fault {
    let what = match error.classify() {
        Category::Data => "A field has the wrong JSON type or holds a lone surrogate",
        Category::Eof => "The JSON text ends early",
        Category::Syntax | Category::Io => "The body is not valid JSON",
    };
    Fault::malformed(format!("{what} (line {}, column {})", error.line(), error.column()))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
