use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::Fate;

/// One call as the service saw it: a line of its log. Times are microseconds since
/// the epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its number, from 1.
    pub call: u64,
    /// The id of the event's entity.
    pub entity_id: String,
    /// When it was there whole.
    pub arrived_us: u64,
    /// When a server was free for it.
    pub begun_us: u64,
    /// When its answer was ready; none for one without an answer.
    pub ended_us: Option<u64>,
    /// How it ended.
    pub fate: Fate,
}

impl Call {
    /// What the caller waited for, in milliseconds; none without an answer.
    #[allow(clippy::cast_precision_loss)] // Minutes at most.
    pub fn response_ms(&self) -> Option<f64> {
        Some(self.ended_us?.saturating_sub(self.arrived_us) as f64 / 1000.0)
    }
}

/// Writes the calls, one JSON object a line.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write(path: &Path, calls: &[Call]) -> io::Result<()> {
    let mut text = Vec::new();
    for call in calls {
        serde_json::to_writer(&mut text, call)?;
        text.push(b'\n');
    }
    fs::write(path, text)
}

/// Reads what a service wrote.
///
/// # Errors
/// When there is no such file, or it is another's.
pub fn read(path: &Path) -> io::Result<Vec<Call>> {
    fs::read_to_string(path)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
