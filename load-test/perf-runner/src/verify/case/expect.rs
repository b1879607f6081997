//! Expected replies in words.

use std::fmt;

use super::{Expect, RowAfter};

impl Expect {
    /// Its name in a case file, which for a fault is the fault's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Malformed => "malformed",
            Self::InvalidEvent(_) => "invalid_event",
            Self::TooLarge => "too_large",
            Self::UnsupportedMedia => "unsupported_media",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::Bulk(_) => "bulk",
            Self::Reply(_) => "reply",
            Self::NoReply => "no_reply",
            Self::OneOf(_) => "one_of",
        }
    }

    /// Whether this reply comes with a change in the table.
    pub(super) fn may_write(&self) -> bool {
        match self {
            Self::Accepted => true,
            Self::Bulk(bulk) => bulk.processed > 0,
            Self::OneOf(list) => list.iter().any(Self::may_write),
            _ => false,
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidEvent(fields) if !fields.is_empty() => {
                write!(f, "invalid_event of {}", fields.join(", "))
            }
            Self::Reply(reply) => write!(f, "status {}", reply.status),
            Self::NoReply => f.write_str("no reply"),
            other => f.write_str(other.name()),
        }
    }
}

impl RowAfter {
    /// A given row that nothing has touched.
    pub(super) fn untouched(given: &super::GivenRow) -> Self {
        Self::Untouched { entity_type: given.entity_type.clone(), id: given.id.clone() }
    }
}
