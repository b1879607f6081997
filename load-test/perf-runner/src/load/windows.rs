//! The generator's stream: lines of counters and histograms per phase and second,
//! read when it has ended, or followed while it runs.

mod line;
mod tail;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs::File,
    io::BufReader,
    path::Path,
};

use chrono::{DateTime, Utc};

use self::line::Lines;
pub use self::tail::Tail;
use crate::{
    fault::Fault,
    model::{
        BadHistogram, Histogram, PackedHistogram, PlannedPhase, SecondNumbers, StreamHistograms, StreamLine,
        StreamSecond, StreamTotal,
    },
};

/// A second of a phase is some kilobytes; more than this is no stream of a test run.
const FILE_LIMIT_BYTES: u64 = 1 << 30;

/// What the stream told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stream {
    /// When the generator was released, by its own word; none when it never was.
    pub(super) started_at: Option<DateTime<Utc>>,
    /// By second, then by phase.
    pub(super) seconds: Vec<SecondNumbers>,
}

/// Reads the stream of a generator that has ended.
///
/// # Errors
/// When the file is missing, too long or cut short, when a line is none that the
/// generator writes for these phases, or when the lines are not what their totals
/// say; file and line are named.
pub(super) fn read(path: &Path, phases: &[PlannedPhase]) -> Result<Stream, Fault> {
    let bad = |what: &str| Fault::failed(format!("{} {what}", path.display()));
    let file = File::open(path).map_err(|error| bad("cannot be read").cause(error))?;
    let bytes = file.metadata().map_err(|error| bad("cannot be read").cause(error))?.len();
    if bytes > FILE_LIMIT_BYTES {
        return Err(bad("is longer than any stream of a generator"));
    }
    let mut lines = Lines::new(BufReader::new(file));
    let mut fold = Fold::default();
    while let Some(line) = lines.next().map_err(|error| bad("cannot be read").cause(error))? {
        let folded = line.and_then(|line| fold.add(line, phases));
        folded.map_err(|problem| bad(&format!("is damaged in line {}: {problem}", lines.number())))?;
    }
    fold.finish().map_err(|problem| bad(&problem))
}

/// The seconds that a generator that still runs has written. What it has not
/// written yet is not among them, so only those of phases that are over are whole.
pub fn so_far(folder: &Path, phases: &[PlannedPhase]) -> Vec<SecondNumbers> {
    let Ok(file) = File::open(folder.join(StreamLine::FILE)) else { return Vec::new() };
    let mut lines = Lines::new(BufReader::new(file));
    let mut fold = Fold::default();
    // The last line may be half there; a damaged one is told when all is read again.
    while let Ok(Some(Ok(line))) = lines.next() {
        if fold.add(line, phases).is_err() {
            break;
        }
    }
    fold.into_seconds().unwrap_or_default()
}

/// What the lines so far come to.
#[derive(Debug, Default)]
struct Fold {
    lines: u64,
    begun: bool,
    ended: bool,
    start_us: Option<i64>,
    seconds: BTreeMap<(u32, String), StreamSecond>,
    vus: BTreeMap<u32, u32>,
    totals: BTreeMap<String, StreamTotal>,
}

impl Fold {
    fn add(&mut self, line: StreamLine, phases: &[PlannedPhase]) -> Result<(), String> {
        if self.ended {
            return Err("it comes after the end".to_owned());
        }
        match (&line, self.begun) {
            (StreamLine::Format { format }, false) if *format == StreamLine::FORMAT => self.begun = true,
            (StreamLine::Format { format }, false) => {
                return Err(format!("the format is {format}, not {}", StreamLine::FORMAT));
            }
            (StreamLine::Format { .. }, true) | (_, false) => {
                return Err("the format belongs in the first line, and nowhere else".to_owned());
            }
            (_, true) => {}
        }
        match line {
            StreamLine::Format { .. } => Ok(()),
            StreamLine::Start { unix_us } => match self.start_us.replace(unix_us) {
                Some(_) => Err("it starts for the second time".to_owned()),
                None => Ok(()),
            },
            StreamLine::Vus { second, vus } => {
                self.vus.insert(second, vus);
                Ok(())
            }
            StreamLine::Second(second) => self.add_second(*second, phases),
            StreamLine::End { lines, scenarios } => {
                self.ended = true;
                if (lines, &scenarios) == (self.lines, &self.totals) {
                    Ok(())
                } else {
                    Err("its totals are not the sums of the lines before it".to_owned())
                }
            }
        }
    }

    fn add_second(&mut self, part: StreamSecond, phases: &[PlannedPhase]) -> Result<(), String> {
        if phases.iter().all(|phase| phase.name != part.scenario) {
            return Err(format!("a phase {:?} was not planned", part.scenario));
        }
        let total = self.totals.entry(part.scenario.clone()).or_default();
        *total = total.plus(&part).ok_or("it counts more than a number can hold")?;
        self.lines += 1;
        match self.seconds.entry((part.second, part.scenario.clone())) {
            Entry::Vacant(place) => {
                place.insert(part);
            }
            Entry::Occupied(mut place) => {
                let whole = place.get_mut();
                let counters = whole.counters.plus(&part.counters);
                whole.counters = counters.ok_or("it counts more than a number can hold")?;
                whole.histograms =
                    together(&whole.histograms, &part.histograms).map_err(|bad| bad.to_string())?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Stream, String> {
        if !self.ended {
            return Err(format!(
                "ends before its last line, so the generator was killed or could not write: {} lines are there",
                self.lines
            ));
        }
        let started_at = match self.start_us {
            Some(us) => Some(DateTime::from_timestamp_micros(us).ok_or("starts at no time there is")?),
            None => None,
        };
        Ok(Stream { started_at, seconds: self.into_seconds()? })
    }

    fn into_seconds(self) -> Result<Vec<SecondNumbers>, String> {
        let numbers = |second: StreamSecond| numbers(second, &self.vus).map_err(|bad| bad.to_string());
        self.seconds.into_values().map(numbers).collect()
    }
}

fn together(one: &StreamHistograms, other: &StreamHistograms) -> Result<StreamHistograms, BadHistogram> {
    Ok(StreamHistograms {
        acknowledged: merged(one.acknowledged.as_ref(), other.acknowledged.as_ref())?,
        failed: merged(one.failed.as_ref(), other.failed.as_ref())?,
        unknown: merged(one.unknown.as_ref(), other.unknown.as_ref())?,
        request: merged(one.request.as_ref(), other.request.as_ref())?,
    })
}

fn merged(
    one: Option<&PackedHistogram>,
    other: Option<&PackedHistogram>,
) -> Result<Option<PackedHistogram>, BadHistogram> {
    match (one, other) {
        (Some(one), Some(other)) => {
            Histogram::of_parts([one, other])?.as_ref().map(PackedHistogram::try_from).transpose()
        }
        (one, other) => Ok(one.or(other).cloned()),
    }
}

#[allow(clippy::cast_precision_loss)] // Microseconds of a second's iterations stay far below 2^52.
fn numbers(second: StreamSecond, vus: &BTreeMap<u32, u32>) -> Result<SecondNumbers, BadHistogram> {
    let StreamSecond { scenario, second, counters, histograms } = second;
    Ok(SecondNumbers {
        phase: scenario,
        second,
        iterations: counters.iterations,
        iteration_ms: counters.iteration_us as f64 / 1000.0,
        attempts: counters.events_attempted,
        acknowledged: counters.events_acknowledged,
        failed: counters.events_failed,
        unknown: counters.events_unknown,
        dropped: counters.dropped_iterations,
        connections_opened: counters.connections_opened,
        sent_bytes: counters.sent_bytes,
        received_bytes: counters.received_bytes,
        vus: vus.get(&second).map(|vus| f64::from(*vus)),
        ok: histograms.acknowledged,
        not_ok: merged(histograms.failed.as_ref(), histograms.unknown.as_ref())?,
        request: histograms.request,
    })
}

#[cfg(test)]
mod tests;
