//! The contract's cases as they are written in `contract/cases/*.yaml`; the
//! format is described in the README beside them.

mod build;
mod event;
mod expect;
mod generate;
mod load;
mod pieces;

use std::{collections::BTreeMap, path::PathBuf};

pub use build::{BuildFault, Request, Requests, RowContent, reply_bytes};
pub use event::standard_event;
pub use load::load;
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::model::Protocol;

/// One file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenFile {
    /// One sentence on what the cases are about.
    pub(super) topic: String,
    /// The cases.
    pub(super) cases: Vec<Spanned<WrittenCase>>,
}

/// One case, before it is known to make sense.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenCase {
    name: String,
    wires: Option<Vec<Protocol>>,
    #[serde(default)]
    given: Vec<GivenRow>,
    steps: Vec<Spanned<Step>>,
    rows: Option<Vec<RowAfter>>,
}

/// One case: what is sent, what must come back, which rows are there afterwards.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file it is written in.
    pub file: PathBuf,
    /// The line it begins at.
    pub line: u64,
    /// Unique among all cases.
    pub name: String,
    /// The wires it is played over.
    pub wires: Vec<Protocol>,
    /// The rows of the table before.
    pub given: Vec<GivenRow>,
    /// What is sent, in order.
    pub steps: Vec<Step>,
    /// The rows of the table afterwards.
    pub rows: Vec<RowAfter>,
}

/// A row that is there before the first step. Its times lie years back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenRow {
    /// `entity_type`.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// `id`.
    pub id: String,
    /// `data`.
    pub data: Value,
}

/// A row, or rows, that must be there afterwards. Rows that no entry names must
/// not be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RowAfter {
    /// The row of the standard event, written in this case.
    Standard,
    /// A row written in this case. If it was given, `created_at` is as it was.
    Row(WrittenRow),
    /// Many of them; `${n}` counts from 0.
    Each {
        /// How many.
        times: usize,
        /// The row, with `${n}` in it.
        row: WrittenRow,
    },
    /// One for each acknowledged request of the concurrent step, whose number is
    /// `${n}`; one that was not acknowledged may be there.
    Acknowledged(WrittenRow),
    /// A row that may be there or not.
    Maybe(WrittenRow),
    /// A given row that nothing has touched.
    Untouched {
        /// `entity_type`.
        #[serde(rename = "type")]
        entity_type: String,
        /// `id`.
        id: String,
    },
}

/// The content of a row: `data` as a value, or `json` as exact text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRow {
    /// `entity_type`.
    #[serde(rename = "type")]
    pub entity_type: Value,
    /// `id`.
    pub id: Value,
    /// `data`, with generators.
    pub data: Option<Value>,
    /// `data` as JSON text.
    pub json: Option<String>,
}

/// One request, or many at once, and the reply to each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is sent.
    pub send: Send,
    /// What must come back.
    pub expect: Expect,
    /// What the environment is like meanwhile.
    #[serde(rename = "while")]
    pub condition: Option<Condition>,
    /// Repeat until the reply is as expected, for at most so long.
    pub within_ms: Option<u64>,
    /// Replies of which each must occur at least once among many.
    #[serde(default)]
    pub some: Vec<Expect>,
}

/// What is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Send {
    /// One event, over whichever wire.
    Event(EventSpec),
    /// A health call, over whichever wire.
    Health,
    /// Many events at once, over whichever wire.
    Concurrently(Concurrently),
    /// An array of events, over REST.
    Bulk(Vec<Element>),
    /// Any HTTP request.
    Http(HttpSpec),
    /// Bytes on a TCP connection to a REST service.
    Raw(RawSpec),
    /// Any unary gRPC call.
    Grpc(GrpcSpec),
}

/// An event: the standard one with changes, or JSON text as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSpec {
    /// Members to set, by path: `eventBody.entities[0].entityId`.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
    /// Members to remove, by path.
    #[serde(default)]
    pub remove: Vec<String>,
    /// JSON text instead of the standard event. REST sends it as it is.
    pub json: Option<String>,
}

/// Many events at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concurrently {
    /// How many.
    pub times: usize,
    /// How many of them are under way at any moment; all by default.
    pub at_once: Option<usize>,
    /// The events in turn, with the number of the request for `${n}`.
    pub events: Vec<EventSpec>,
}

/// An element, or elements, of a bulk request; `${n}` is its index.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Element {
    /// One event.
    Event(EventSpec),
    /// Many events.
    Each {
        /// How many.
        times: usize,
        /// The event, with `${n}` in it.
        event: EventSpec,
    },
    /// Any JSON text.
    Json(String),
}

/// An HTTP request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSpec {
    /// POST by default.
    #[serde(default = "post")]
    pub method: String,
    /// The path of single events by default.
    #[serde(default = "events_path")]
    pub path: String,
    /// `Content-Type: application/json` unless it is set to something else, or to null.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    /// The body; none by default.
    pub body: Option<Vec<Piece>>,
    /// Send the body in chunks, without a length.
    #[serde(default)]
    pub chunked: bool,
    /// Send the body slowly.
    pub trickle: Option<Trickle>,
}

/// A body in pieces with pauses.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trickle {
    /// Into how many pieces it is cut.
    pub pieces: usize,
    /// The pause before each piece, in milliseconds.
    pub pause_ms: u64,
}

/// Bytes for a TCP connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSpec {
    /// What goes over the wire, request line and headers included.
    pub bytes: Vec<Piece>,
    /// End the sending half after them, and read on.
    #[serde(default)]
    pub half_close: bool,
}

/// A unary gRPC call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrpcSpec {
    /// `ProcessEvent` by default.
    #[serde(default = "process_event")]
    pub method: String,
    /// The bytes of the message.
    #[serde(default)]
    pub message: Vec<Piece>,
    /// The deadline the server is told, in milliseconds.
    pub deadline_ms: Option<u64>,
}

/// A part of a body.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Piece {
    /// Text in UTF-8.
    Text(String),
    /// Bytes; spaces are for the reader.
    Hex(String),
    /// The same text many times.
    Repeat {
        /// The text.
        text: String,
        /// How many times.
        times: usize,
    },
    /// An event: JSON text in a body, a message in a call.
    Event(EventSpec),
    /// As many bytes as are missing to this length: white space in a body, an
    /// unknown field in a message.
    PadTo(usize),
    /// A message whose attributes are nested so deep.
    NestedStruct(usize),
}

/// What must come back. The names of faults are those of `faults.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expect {
    /// The event is stored.
    Accepted,
    /// Fault `malformed`.
    Malformed,
    /// Fault `invalid_event`, and the broken fields in their REST form.
    InvalidEvent(Vec<String>),
    /// Fault `too_large`.
    TooLarge,
    /// Fault `unsupported_media`.
    UnsupportedMedia,
    /// Fault `not_found`.
    NotFound,
    /// Fault `method_not_allowed`, and the methods that `Allow` must name.
    MethodNotAllowed(Vec<String>),
    /// Fault `unavailable`.
    Unavailable,
    /// Fault `internal`.
    Internal,
    /// The service is ready.
    Healthy,
    /// The service is not ready.
    Unhealthy,
    /// The reply to a bulk request.
    Bulk(BulkExpect),
    /// A reply in its wire's own terms.
    Reply(ReplyExpect),
    /// No reply at all: the connection ends or nothing comes.
    NoReply,
    /// One of several.
    OneOf(Vec<Expect>),
}

/// The reply to a bulk request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkExpect {
    /// `processedCount`.
    pub processed: u64,
    /// Index and fault of each failed element; `failedCount` is their number.
    #[serde(default)]
    pub errors: BTreeMap<usize, String>,
}

/// A reply in its wire's own terms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyExpect {
    /// `200` or `NOT_FOUND`.
    pub status: String,
    /// The exact body or message.
    pub body: Option<Vec<Piece>>,
    /// Text that must occur in it.
    pub contains: Option<String>,
}

/// What the environment is like during a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// The table is not there.
    TableMissing,
    /// Nobody can read or write the table for so long, in milliseconds.
    TableLocked(u64),
    /// The database takes no connections and has ended those there were.
    DatabaseAway,
    /// The database refuses every row.
    WritesRefused,
    /// The service is asked to stop (SIGTERM) so long after the requests began,
    /// in milliseconds.
    Stopping(u64),
}

fn post() -> String {
    "POST".to_owned()
}

fn events_path() -> String {
    crate::wire::EVENTS_PATH.to_owned()
}

fn process_event() -> String {
    crate::wire::PROCESS_EVENT.to_owned()
}
