//! The stream as it grows, for whoever watches.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::line::{self, LINE_LIMIT_BYTES};
use crate::{
    fault::Fault,
    model::{LiveSecond, StreamLine, StreamSecond},
};

/// Read at once at most; what is left comes with the next look.
const LOOK_LIMIT_BYTES: u64 = 4 * LINE_LIMIT_BYTES;

/// Follows the stream of a generator that runs.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    file: Option<File>,
    /// The beginning of a line whose end is not written yet.
    rest: Vec<u8>,
    vus: Option<u32>,
    started_at: Option<DateTime<Utc>>,
    /// The last second that was given, by phase.
    given: BTreeMap<String, u32>,
}

impl Tail {
    /// Of the generator whose files are in this folder; it need not have begun.
    pub fn new(folder: &Path) -> Self {
        Self {
            path: folder.join(StreamLine::FILE),
            file: None,
            rest: Vec::new(),
            vus: None,
            started_at: None,
            given: BTreeMap::new(),
        }
    }

    /// The seconds that were written since the last look, each as it was known soon
    /// after its end. Does not wait.
    ///
    /// # Errors
    /// When the file cannot be read or is none of a generator. What was counted is
    /// read again after the run: here it is only seen.
    pub fn look(&mut self) -> Result<Vec<LiveSecond>, Fault> {
        let path = self.path.clone();
        let bad = |what: &str| Fault::failed(format!("{} {what}", path.display()));
        if self.file.is_none() {
            match File::open(&self.path) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(bad("cannot be read").cause(error)),
            }
        }
        if let Some(file) = &mut self.file {
            let read = file.take(LOOK_LIMIT_BYTES).read_to_end(&mut self.rest);
            read.map_err(|error| bad("cannot be read").cause(error))?;
        }
        let whole = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole == 0 && self.rest.len() as u64 >= LINE_LIMIT_BYTES {
            return Err(bad("has a line that is longer than one of the stream can be"));
        }
        let text: Vec<u8> = self.rest.drain(..whole).collect();
        let mut seconds = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            match line::parse(line).map_err(|problem| bad(&format!("is damaged: {problem}")))? {
                StreamLine::Vus { vus, .. } => self.vus = Some(vus),
                StreamLine::Second(second) => seconds.extend(self.live(&second)),
                StreamLine::Start { unix_us } => self.started_at = DateTime::from_timestamp_micros(unix_us),
                StreamLine::Format { .. } | StreamLine::End { .. } => {}
            }
        }
        Ok(seconds)
    }

    /// When second 0 began, as far as it was told.
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.started_at
    }

    /// None for what came late to a second that was given before.
    fn live(&mut self, second: &StreamSecond) -> Option<LiveSecond> {
        let given = self.given.get(&second.scenario);
        if given.is_some_and(|given| *given >= second.second) {
            return None;
        }
        self.given.insert(second.scenario.clone(), second.second);
        let histogram = second.histograms.acknowledged.as_ref().and_then(|packed| packed.open().ok());
        let quantile = |q| histogram.as_ref().and_then(|histogram| histogram.quantile_ms(q));
        Some(LiveSecond {
            phase: second.scenario.clone(),
            second: second.second,
            acknowledged: second.counters.events_acknowledged,
            failed: second.counters.events_failed.values().copied().fold(0, u64::saturating_add),
            unknown: second.counters.events_unknown,
            p50_ms: quantile(0.5),
            p99_ms: quantile(0.99),
            vus: self.vus.map(f64::from),
        })
    }
}
