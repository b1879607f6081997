//! What grows with time, as files: one JSON value a line, so that a reader needs no
//! more than a line of it at once.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, ErrorKind},
    path::Path,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::files::unreadable;
use crate::{
    fault::Fault,
    model::{ActivitySample, DatabaseCounters, PhaseFigures, ResourceSample, Samples, SecondFigures},
    whole_file,
};

const SECONDS_FILE: &str = "seconds.jsonl";
const SAMPLES_FILE: &str = "samples.jsonl";

/// A line of [`SECONDS_FILE`].
#[derive(Serialize, Deserialize)]
struct Second {
    phase: String,
    #[serde(flatten)]
    figures: SecondFigures,
}

/// A line of [`SAMPLES_FILE`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "sample")]
enum Sample {
    Resource(ResourceSample),
    Activity(ActivitySample),
    Database(DatabaseCounters),
}

pub(super) fn write_seconds(folder: &Path, phases: &[PhaseFigures]) -> Result<(), Fault> {
    let seconds = phases.iter().flat_map(|phase| {
        let line = |figures: &SecondFigures| Second { phase: phase.name.clone(), figures: figures.clone() };
        phase.seconds.iter().map(line)
    });
    write(&folder.join(SECONDS_FILE), seconds)
}

/// Gives each phase its seconds. Without the file, they keep what they have.
pub(super) fn read_seconds(folder: &Path, phases: &mut [PhaseFigures]) -> Result<(), Fault> {
    for_each(&folder.join(SECONDS_FILE), |Second { phase: name, figures }| {
        if let Some(phase) = phases.iter_mut().find(|phase| phase.name == name) {
            phase.seconds.push(figures);
        }
    })
}

pub(super) fn write_samples(folder: &Path, samples: &Samples) -> Result<(), Fault> {
    // Every field by name: a new one must find its file. Those left out here stand
    // in the test run's own.
    let Samples { released_at: _, missing: _, processors: _, resources, activity, database } = samples;
    let resources = resources.iter().cloned().map(Sample::Resource);
    let activity = activity.iter().cloned().map(Sample::Activity);
    let database = database.iter().cloned().map(Sample::Database);
    write(&folder.join(SAMPLES_FILE), resources.chain(activity).chain(database))
}

/// Adds what was sampled. Without the file, nothing is added.
pub(super) fn read_samples(folder: &Path, samples: &mut Samples) -> Result<(), Fault> {
    for_each(&folder.join(SAMPLES_FILE), |sample| match sample {
        Sample::Resource(sample) => samples.resources.push(sample),
        Sample::Activity(sample) => samples.activity.push(sample),
        Sample::Database(sample) => samples.database.push(sample),
    })
}

fn write<T: Serialize>(path: &Path, lines: impl Iterator<Item = T>) -> Result<(), Fault> {
    let mut content = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut content, &line)
            .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))?;
        content.push(b'\n');
    }
    whole_file::write(path, &content)
}

fn for_each<T: DeserializeOwned>(path: &Path, mut found: impl FnMut(T)) -> Result<(), Fault> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(path, error)),
    };
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| unreadable(path, error))?;
        found(serde_json::from_str(&line).map_err(|error| unreadable(path, error))?);
    }
    Ok(())
}
