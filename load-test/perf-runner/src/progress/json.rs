//! One JSON object per line, for programs.

use std::io::Write as _;

use chrono::{SecondsFormat, Utc};
use serde::Serialize;

use super::{Event, Observer};

/// Version of the lines' shape; raised when a reader would have to change.
const SCHEMA: &str = "perf-runner/progress/1";

#[derive(Serialize)]
struct Line<'a> {
    schema: &'a str,
    time: String,
    #[serde(flatten)]
    event: &'a Event,
}

/// Writes JSON lines to stderr.
pub(super) struct JsonLines;

impl Observer for JsonLines {
    fn observe(&self, event: &Event) {
        let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        if let Ok(text) = serde_json::to_string(&Line { schema: SCHEMA, time, event }) {
            // Nobody may be reading any more, and that must not stop a measurement.
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }
}
