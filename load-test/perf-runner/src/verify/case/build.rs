//! From what a case says to what goes over the wire.

use std::time::Duration;

use prost::Message as _;
use serde_json::Value;

use super::{
    Case, Element, EventSpec, Expect, GrpcSpec, HttpSpec, Piece, RawSpec, ReplyExpect, Send, WrittenRow,
    generate, pieces,
};
use crate::{
    model::Protocol,
    wire::{self, Delivery, GrpcCode, GrpcRequest, RawRequest, RestRequest},
};

/// Why a case cannot be turned into requests or rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BuildFault(String);

impl From<String> for BuildFault {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// One request of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// A health call.
    Health,
    /// An HTTP request.
    Rest(RestRequest),
    /// Bytes on a TCP connection.
    Raw(RawRequest),
    /// A unary call.
    Grpc(GrpcRequest),
}

/// All requests of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// In order.
    pub requests: Vec<Request>,
    /// How many of them are under way at any moment.
    pub at_once: usize,
}

impl Send {
    /// What this sends over a wire.
    ///
    /// # Errors
    /// When a part of it cannot be made, or not for this wire.
    pub fn requests(&self, wire: Protocol) -> Result<Requests, BuildFault> {
        let one = |request| Requests { requests: vec![request], at_once: 1 };
        Ok(match self {
            Self::Health => one(Request::Health),
            Self::Event(event) => one(event_request(event, wire, 0)?),
            Self::Concurrently(many) => {
                let request =
                    |number: usize| event_request(&many.events[number % many.events.len()], wire, number);
                let requests = (0..many.times).map(request).collect::<Result<_, _>>()?;
                Requests { requests, at_once: many.at_once.unwrap_or(many.times) }
            }
            Self::Bulk(elements) => {
                one(Request::Rest(RestRequest::post_json(wire::BULK_PATH, bulk(elements)?)))
            }
            Self::Http(http) => one(Request::Rest(rest(http)?)),
            Self::Raw(RawSpec { bytes, half_close }) => {
                let bytes = pieces::join(bytes, Protocol::Rest)?;
                one(Request::Raw(RawRequest { bytes, half_close: *half_close }))
            }
            Self::Grpc(GrpcSpec { method, message, deadline_ms }) => one(Request::Grpc(GrpcRequest {
                method: method.clone(),
                message: pieces::join(message, Protocol::Grpc)?,
                deadline: deadline_ms.map(Duration::from_millis),
            })),
        })
    }

    /// The wires that can carry this.
    pub(super) fn wires(&self) -> &'static [Protocol] {
        match self {
            Self::Event(_) | Self::Health | Self::Concurrently(_) => &[Protocol::Rest, Protocol::Grpc],
            Self::Bulk(_) | Self::Http(_) | Self::Raw(_) => &[Protocol::Rest],
            Self::Grpc(_) => &[Protocol::Grpc],
        }
    }
}

fn event_request(event: &EventSpec, wire: Protocol, number: usize) -> Result<Request, BuildFault> {
    Ok(match wire {
        Protocol::Rest => {
            Request::Rest(RestRequest::post_json(wire::EVENTS_PATH, event.text(number)?.into_bytes()))
        }
        Protocol::Grpc => {
            let message =
                wire::message::from_json(&event.value(number)?).map_err(|error| error.to_string())?;
            Request::Grpc(GrpcRequest::new(wire::PROCESS_EVENT, message.encode_to_vec()))
        }
    })
}

fn rest(http: &HttpSpec) -> Result<RestRequest, BuildFault> {
    let mut headers: Vec<_> =
        http.headers.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
    let says_type = http.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    if !says_type && http.body.is_some() {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let body = http.body.as_ref().map(|body| pieces::join(body, Protocol::Rest)).transpose()?;
    let (pieces, pause_ms) = http.trickle.map_or((4, 0), |trickle| (trickle.pieces.max(1), trickle.pause_ms));
    let delivery = if http.chunked || http.trickle.is_some() {
        let length_bytes = body.as_ref().filter(|_| !http.chunked).map(Vec::len);
        Delivery::Pieces { pieces, pause: Duration::from_millis(pause_ms), length_bytes }
    } else {
        Delivery::Whole
    };
    Ok(RestRequest { method: http.method.clone(), path: http.path.clone(), headers, body, delivery })
}

/// A JSON array of these elements.
fn bulk(elements: &[Element]) -> Result<Vec<u8>, BuildFault> {
    let mut texts = Vec::new();
    for element in elements {
        match element {
            Element::Event(event) => texts.push(event.text(texts.len())?),
            Element::Json(text) => texts.push(text.clone()),
            Element::Each { times, event } => {
                for _ in 0..*times {
                    texts.push(event.text(texts.len())?);
                }
            }
        }
    }
    Ok(format!("[{}]", texts.join(",")).into_bytes())
}

/// The bytes of an expected reply.
///
/// # Errors
/// When a part of them cannot be made.
pub fn reply_bytes(parts: &[Piece], wire: Protocol) -> Result<Vec<u8>, BuildFault> {
    Ok(pieces::join(parts, wire)?)
}

/// Type, id and attributes (as JSON text) of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowContent {
    /// `entity_type`.
    pub entity_type: String,
    /// `id`.
    pub id: String,
    /// `data` as JSON text.
    pub data: String,
}

impl WrittenRow {
    /// The row, with a number in place of `${n}`.
    ///
    /// # Errors
    /// When it has neither `data` nor `json`, or both, or a part of it cannot be made.
    pub fn content(&self, number: usize) -> Result<RowContent, BuildFault> {
        let name = |value: &Value| match generate::expand(&generate::numbered(value, "${n}", number))? {
            Value::String(text) => Ok(text),
            other => Err(format!("`{other}` is no name of a row")),
        };
        let data = match (&self.data, &self.json) {
            (Some(data), None) => generate::expand(&generate::numbered(data, "${n}", number))?.to_string(),
            (None, Some(json)) => json.replace("${n}", &number.to_string()),
            _ => return Err(BuildFault("a row has either `data` or `json`".to_owned())),
        };
        Ok(RowContent { entity_type: name(&self.entity_type)?, id: name(&self.id)?, data })
    }
}

impl Expect {
    /// Reads what a reply must be, to see that one can be: else a service would be blamed.
    fn try_build(&self, wire: Protocol) -> Result<(), BuildFault> {
        match self {
            Self::OneOf(choices) => choices.iter().try_for_each(|choice| choice.try_build(wire)),
            Self::Reply(ReplyExpect { status, body, .. }) => {
                match wire {
                    Protocol::Rest => status
                        .parse::<http::StatusCode>()
                        .map(|_| ())
                        .map_err(|_| format!("`{status}` is no HTTP status"))?,
                    Protocol::Grpc => status.parse::<GrpcCode>().map(|_| ())?,
                }
                reply_bytes(body.as_deref().unwrap_or_default(), wire).map(drop)
            }
            _ => Ok(()),
        }
    }
}

impl Case {
    /// How many requests its largest step sends.
    pub fn most_requests(&self) -> usize {
        let many = |step: &super::Step| match &step.send {
            Send::Concurrently(many) => many.times,
            _ => 1,
        };
        self.steps.iter().map(many).max().unwrap_or(0)
    }

    /// Makes everything the case sends and expects once, to see that it can be made.
    pub(super) fn try_build(&self) -> Result<(), BuildFault> {
        for wire in &self.wires {
            for step in &self.steps {
                match &step.send {
                    // Each event once is enough to see that all of them can be made.
                    Send::Concurrently(many) => {
                        for event in &many.events {
                            event_request(event, *wire, 0)?;
                        }
                    }
                    send => {
                        send.requests(*wire)?;
                    }
                }
                for expect in std::iter::once(&step.expect).chain(&step.some) {
                    expect.try_build(*wire)?;
                }
            }
        }
        crate::verify::compare::rows::expected(self, &[]).map(|_| ())
    }
}
