use std::fmt;

use prost::Message as _;
use serde_json::Value;

use super::{GrpcCode, pb};

/// How much of a body is worth a line.
const SHOWN_CHARS: usize = 300;

/// The status of a reply, in the terms of its wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// An HTTP status.
    Http(u16),
    /// A gRPC status code.
    Grpc(GrpcCode),
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(status) => write!(f, "HTTP {status}"),
            Self::Grpc(code) => write!(f, "{code}"),
        }
    }
}

/// A broken field as a gRPC reply names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// `event_body.entities[0].entity_id`.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

/// What came back for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: Status,
    /// Headers, and on gRPC trailers too; names in lower case, in wire order.
    pub headers: Vec<(String, String)>,
    /// The HTTP body, or the one message of a successful call.
    pub body: Vec<u8>,
    /// The text beside a gRPC status; empty on REST.
    pub message: String,
    /// The `google.rpc.BadRequest` of a failed call; empty on REST, where the
    /// body names the fields.
    pub violations: Vec<Violation>,
}

impl Reply {
    /// The request was answered with success. Says nothing about the body.
    pub fn is_success(&self) -> bool {
        match self.status {
            Status::Http(status) => (200..300).contains(&status),
            Status::Grpc(code) => code == GrpcCode::OK,
        }
    }

    /// The reply to a health call of a service that is ready.
    pub fn is_healthy(&self) -> bool {
        match self.status {
            Status::Http(status) => status == 200,
            Status::Grpc(code) => {
                code == GrpcCode::OK
                    && pb::HealthResponse::decode(self.body.as_slice()).is_ok_and(|health| health.healthy)
            }
        }
    }

    /// The body as JSON; none when it is none.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The first header of this name, which must be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One line: the status and the beginning of what was said.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if !self.message.is_empty() {
            write!(f, " {}", shortened(&self.message))?;
        }
        for Violation { field, detail } in &self.violations {
            write!(f, " [{field}: {detail}]")?;
        }
        if !self.body.is_empty() {
            write!(f, " {}", shortened(&String::from_utf8_lossy(&self.body)))?;
        }
        Ok(())
    }
}

/// On one line, at most [`SHOWN_CHARS`] characters, with nothing a terminal would obey.
fn shortened(text: &str) -> String {
    let mut shown = String::new();
    for (position, char) in text.chars().enumerate() {
        if position == SHOWN_CHARS {
            shown.push('…');
            break;
        }
        if char.is_control() {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_body_is_shown_on_one_short_line() {
        let reply = Reply {
            status: Status::Http(200),
            headers: Vec::new(),
            body: format!("\u{1b}[2J\n{}", "x".repeat(1000)).into_bytes(),
            message: String::new(),
            violations: Vec::new(),
        };
        let line = reply.to_string();
        assert!(line.starts_with("HTTP 200 \\u{1b}[2J\\nxxx"), "{line}");
        assert!(line.ends_with("x…") && line.chars().count() < 330, "{line}");
    }

    #[test]
    fn a_grpc_service_that_says_false_is_not_healthy() {
        let mut reply = Reply {
            status: Status::Grpc(GrpcCode::OK),
            headers: Vec::new(),
            body: pb::HealthResponse { healthy: false, message: String::new() }.encode_to_vec(),
            message: String::new(),
            violations: Vec::new(),
        };
        assert!(!reply.is_healthy());
        reply.body = pb::HealthResponse { healthy: true, message: String::new() }.encode_to_vec();
        assert!(reply.is_healthy());
    }
}
