//! The closed list of `contract/faults.yaml`, and one occurrence of it.

use std::borrow::Cow;

use crate::event::BrokenField;

/// What kind of failure; a wire maps each to its status by one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Not what the wire carries at all: not JSON, a wrong JSON type, nothing.
    Malformed,
    /// A rule of the event is broken.
    InvalidEvent,
    /// The body or message is over its limit.
    TooLarge,
    /// The Content-Type is not one we read.
    UnsupportedMedia,
    /// There is nothing at this path.
    NotFound,
    /// There is something at this path, not with this method.
    MethodNotAllowed,
    /// The database is out of reach, its table missing, or no connection came free.
    Unavailable,
    /// Anything else.
    Internal,
}

impl FaultKind {
    /// Every kind, in the order of the file.
    pub const ALL: [Self; 8] = [
        Self::Malformed,
        Self::InvalidEvent,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The word that callers see in `fault`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::InvalidEvent => "invalid_event",
            Self::TooLarge => "too_large",
            Self::UnsupportedMedia => "unsupported_media",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// True where repeating the same request cannot help.
    pub const fn is_callers(self) -> bool {
        !matches!(self, Self::Unavailable | Self::Internal)
    }

    /// The title of a problem document.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Malformed => "Malformed request",
            Self::InvalidEvent => "Invalid event",
            Self::TooLarge => "Body too large",
            Self::UnsupportedMedia => "Unsupported media type",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Unavailable => "Service unavailable",
            Self::Internal => "Internal error",
        }
    }
}

/// One failure. What the caller may see and what only the log may see are kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which of the closed list.
    pub kind: FaultKind,
    /// One sentence for the caller: no SQL, no driver text, nothing of the event.
    pub detail: Cow<'static, str>,
    /// Every broken field of an invalid event; empty otherwise.
    pub broken_fields: Vec<BrokenField>,
    /// For the log alone.
    cause: Option<String>,
}

impl Fault {
    /// A failure that needs no explanation in the log.
    pub fn new(kind: FaultKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), broken_fields: Vec::new(), cause: None }
    }

    /// What was sent is not what the wire carries.
    pub fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FaultKind::Malformed, detail)
    }

    /// The event breaks the rules of these fields.
    pub fn invalid_event(broken_fields: Vec<BrokenField>) -> Self {
        let detail = match broken_fields.len() {
            1 => "1 field breaks a rule".to_owned(),
            count => format!("{count} fields break a rule"),
        };
        Self { broken_fields, ..Self::new(FaultKind::InvalidEvent, detail) }
    }

    /// The database cannot take the event now; `cause` goes to the log.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(FaultKind::Unavailable, detail) }
    }

    /// Something that should not happen; `cause` goes to the log.
    pub fn internal(cause: impl Into<String>) -> Self {
        let detail = "The event could not be processed";
        Self { cause: Some(cause.into()), ..Self::new(FaultKind::Internal, detail) }
    }

    /// What lies behind it, for the log alone; empty when there is nothing more to say.
    pub fn cause(&self) -> &str {
        self.cause.as_deref().unwrap_or_default()
    }

    /// Writes the one log line of this failure. A caller's mistake is information, ours is an error.
    pub fn log(&self) {
        self.log_of_events(1);
    }

    /// The same one line where so many events of one request failed.
    pub fn log_of_events(&self, events: usize) {
        let fault = self.kind.name();
        let events = (events > 1).then_some(events);
        if self.kind.is_callers() {
            tracing::info!(fault, events, fields = self.broken_fields.len(), "{}", self.detail);
        } else {
            tracing::error!(fault, events, cause = self.cause(), "{}", self.detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Listed {
        name: String,
        title: String,
    }

    #[test]
    fn the_list_is_the_one_of_the_contract() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract/faults.yaml");
        let listed: Vec<Listed> = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let listed: Vec<(&str, &str)> = listed.iter().map(|l| (l.name.as_str(), l.title.as_str())).collect();
        let ours: Vec<(&str, &str)> = FaultKind::ALL.iter().map(|kind| (kind.name(), kind.title())).collect();
        assert_eq!(ours, listed);
    }

    #[test]
    fn the_cause_is_not_part_of_what_a_caller_sees() {
        let fault = Fault::unavailable("The database is unreachable", "password authentication failed");
        assert_eq!(fault.detail, "The database is unreachable");
        assert!(fault.broken_fields.is_empty());
    }
}
