//! What the generator wrote, read into types that refuse what they do not know.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader, ErrorKind, Read as _},
    path::Path,
};

use serde::Deserialize;

use super::{agreement, exit, windows};
use crate::{
    fault::Fault,
    model::{
        FailureKind, GeneratorEnd, GeneratorJob, GeneratorSummary, LoadResult, PhaseNumbers, PhaseSummary,
        PlannedRun, StreamLine, Unacknowledged, Updates,
    },
};

/// A summary is a few kilobytes a phase; more than this is none.
const SUMMARY_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// A line names one event; a longer one does not come from our script.
const LINE_LIMIT_BYTES: u64 = 8 * 1024;

/// Reads the outputs of a generator that has ended.
///
/// # Errors
/// When it ended in a way that leaves no numbers, or when a file is missing, cut
/// short, or holds anything but what this run's generator writes; the file and
/// the field are named.
pub fn read(job: &GeneratorJob, end: &GeneratorEnd, run: &PlannedRun) -> Result<LoadResult, Fault> {
    let exit = exit::meaning(end);
    let path = job.file(GeneratorSummary::FILE);
    if !exit.usable || !path.exists() {
        let told = if path.exists() { "" } else { ", and it wrote no summary" };
        return Err(Fault::failed(format!("k6 gave no usable numbers: {}{told}", exit.text))
            .repair(format!("its files are in {}", job.folder.display()))
            .log(end.log_tail.clone()));
    }
    let summary = summary(&path, run)?;
    let (unacknowledged, cut) = unacknowledged(&job.file(Unacknowledged::FILE))?;
    let stream =
        if job.streams { Some(windows::read(&job.file(StreamLine::FILE), &run.phases)?) } else { None };
    let summary_differences =
        stream.as_ref().map(|stream| agreement::differences(&summary, &stream.seconds)).transpose()?;
    let (started_at, seconds) =
        stream.map_or((None, None), |stream| (stream.started_at, Some(stream.seconds)));
    let phases: Vec<PhaseNumbers> = run
        .phases
        .iter()
        .filter_map(|phase| Some(numbers(&phase.name, summary.phases.get(&phase.name)?)))
        .collect();
    let to_be_named = |phase: &PhaseNumbers| {
        let all = phase.unknown + phase.failed.values().sum::<u64>();
        all.saturating_sub(phase.updates.unknown + phase.updates.failed)
    };
    let not_acknowledged: u64 = phases.iter().map(to_be_named).sum();
    Ok(LoadResult {
        exit,
        phase_ms: phase_lengths(&summary),
        unacknowledged_complete: !cut && unacknowledged.len() as u64 == not_acknowledged,
        unacknowledged,
        phases,
        seconds,
        started_at,
        summary_differences,
    })
}

fn numbers(name: &str, summary: &PhaseSummary) -> PhaseNumbers {
    // Calls that were cut short were begun and never counted as anything else.
    let without_answer = summary.attempts.saturating_sub(summary.acknowledged).saturating_sub(summary.failed);
    PhaseNumbers {
        name: name.to_owned(),
        iterations: summary.iterations,
        attempts: summary.attempts,
        acknowledged: summary.acknowledged,
        failed: summary.failed_by_kind.clone(),
        unknown: summary.unknown.max(without_answer),
        updates: Updates {
            acknowledged: summary.updates_acknowledged,
            failed: summary.updates_failed,
            unknown: summary.updates_unknown,
        },
        dropped: summary.dropped,
        connections_opened: Some(summary.connections_opened),
        sent_bytes: summary.sent_bytes,
        received_bytes: summary.received_bytes,
        request: summary.request.as_ref().map(Into::into),
        iteration: summary.acknowledged_duration.as_ref().map(Into::into),
    }
}

fn phase_lengths(summary: &GeneratorSummary) -> BTreeMap<String, f64> {
    summary
        .phases
        .iter()
        .filter_map(|(name, phase)| Some((name.clone(), phase.last_call_ms? - phase.first_call_ms?)))
        .collect()
}

/// Reads and proves the summary.
fn summary(path: &Path, run: &PlannedRun) -> Result<GeneratorSummary, Fault> {
    let bad = |what: &str| Fault::failed(format!("{} {what}", path.display()));
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(SUMMARY_LIMIT_BYTES).read_to_string(&mut text))
        .map_err(|error| bad("cannot be read").cause(error))?;
    if text.trim().is_empty() {
        return Err(bad("is empty, so k6 was stopped while it wrote it"));
    }
    let deserializer = &mut serde_json::Deserializer::from_str(&text);
    let summary: GeneratorSummary = serde_path_to_error::deserialize(&mut *deserializer)
        .map_err(|error| bad("is not the summary k6 writes for a test run").cause(Located::from(error)))?;
    deserializer.end().map_err(|error| bad("has something after its summary").cause(error))?;
    if summary.format != GeneratorSummary::FORMAT {
        return Err(bad(&format!("has format {}, not {}", summary.format, GeneratorSummary::FORMAT)));
    }
    if summary.run != run.id.0 {
        return Err(bad(&format!("belongs to the test run {}", summary.run)));
    }
    for phase in &run.phases {
        let found = summary.phases.get(&phase.name);
        let found = found.ok_or_else(|| bad(&format!("has no numbers of phase {}", phase.name)))?;
        let by_kind: u64 = found.failed_by_kind.values().sum();
        if by_kind != found.failed {
            return Err(bad(&format!(
                "counts {} failed events in phase {}, but {by_kind} by kind",
                found.failed, phase.name
            )));
        }
    }
    if let Some(other) =
        summary.phases.keys().find(|name| run.phases.iter().all(|phase| phase.name != **name))
    {
        return Err(bad(&format!("has numbers of a phase {other}, which was not planned")));
    }
    Ok(summary)
}

/// Where in the document, and what is wrong there.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
struct Located {
    place: String,
    problem: String,
}

impl From<serde_path_to_error::Error<serde_json::Error>> for Located {
    fn from(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        Self { place: error.path().to_string(), problem: error.inner().to_string() }
    }
}

/// An [`Unacknowledged`] with a word for people about what went wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    entity_id: String,
    failed: Option<FailureKind>,
    #[serde(rename = "why")]
    _why: Option<String>,
}

/// The events that were not acknowledged, at most [`Unacknowledged::LIMIT`], and
/// whether more were named than were read.
fn unacknowledged(path: &Path) -> Result<(Vec<Unacknowledged>, bool), Fault> {
    let bad = |what: String| Fault::failed(format!("{} {what}", path.display()));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Vec::new(), false)),
        Err(error) => return Err(bad("cannot be read".to_owned()).cause(error)),
    };
    let mut file = BufReader::new(file);
    let mut events = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        file.by_ref()
            .take(LINE_LIMIT_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(|error| bad("cannot be read".to_owned()).cause(error))?;
        if line.is_empty() {
            break;
        }
        if events.len() == Unacknowledged::LIMIT {
            return Ok((events, true));
        }
        let Line { entity_id, failed, .. } = serde_json::from_slice(&line)
            .map_err(|error| bad(format!("does not name an event in line {number}")).cause(error))?;
        events.push(Unacknowledged { entity_id, failed });
    }
    Ok((events, false))
}

#[cfg(test)]
mod tests;
