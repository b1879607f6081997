//! What is going on, for whoever watches: a terminal, a log, a program, nobody.
//! Stages speak to an [`Observer`]; nobody else writes to the terminal.

mod json;
mod live;
mod load;
mod plain;
mod words;

use std::{collections::BTreeMap, io::IsTerminal as _};

use serde::Serialize;

use crate::model::{RunStatus, Target, TestRunId};

pub use load::{Loading, PhaseEnd};

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// `live` on a terminal, else `plain`.
    Auto,
    /// Moving lines at the bottom of the terminal, finished work above them.
    Live,
    /// One line per event, with the time.
    Plain,
    /// One JSON object per line.
    Json,
    /// Nothing.
    None,
}

/// The observer for a style; everything it writes goes to stderr.
pub fn observer(style: Style) -> Box<dyn Observer> {
    match style {
        Style::None => Box::new(Silence),
        Style::Json => Box::new(json::JsonLines),
        Style::Live => Box::new(live::Live::new()),
        Style::Auto if std::io::stderr().is_terminal() => Box::new(live::Live::new()),
        Style::Plain | Style::Auto => Box::new(plain::Lines::new()),
    }
}

/// Something a watcher may want to see.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// A long piece of work begins; `what` is its name until it ends:
    /// `build producer-api-rust-rest`, `start PostgreSQL`.
    WorkBegan {
        /// Its name.
        what: String,
    },
    /// How far it is, in a few words: the last line of a compiler.
    WorkProgress {
        /// Its name.
        what: String,
        /// A few words.
        detail: String,
    },
    /// It ended well.
    WorkEnded {
        /// Its name.
        what: String,
        /// How long it took, in milliseconds.
        took_ms: f64,
    },
    /// It ended badly; the error itself is told elsewhere.
    WorkFailed {
        /// Its name.
        what: String,
    },
    /// A test run begins.
    RunBegan {
        /// Which one.
        run: TestRunId,
        /// From 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// Name of the API.
        api: String,
    },
    /// A step of its cycle begins.
    StepBegan {
        /// `clear`, `start`, `prove`, `load`, ...
        step: String,
    },
    /// A step ended well.
    StepEnded {
        /// `clear`, `start`, `prove`, `load`, ...
        step: String,
        /// How long it took, in milliseconds.
        took_ms: f64,
    },
    /// A load goes on: told about once a second.
    Loading(Loading),
    /// What the processes kept busy of the processors since they were last looked at.
    Used {
        /// Processors; a target that could not be read is left out.
        cores: BTreeMap<Target, f64>,
    },
    /// A held load ended.
    PhaseEnded(PhaseEnd),
    /// A test run ended.
    RunEnded {
        /// Which one.
        run: TestRunId,
        /// How.
        status: RunStatus,
        /// One line: its counts, or why it failed.
        summary: String,
    },
    /// Something the reader should know and that ends nothing.
    Warning {
        /// One sentence.
        text: String,
    },
    /// Something worth a line.
    Note {
        /// One sentence.
        text: String,
    },
}

/// Is told what happens. Must not block and cannot fail.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn observe(&self, event: &Event);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Silence;

impl Observer for Silence {
    fn observe(&self, _event: &Event) {}
}

/// Tells the observer that a piece of work begins and how it ended.
pub async fn watched<T, E>(
    observer: &dyn Observer,
    what: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    observer.observe(&Event::WorkBegan { what: what.to_owned() });
    let began = std::time::Instant::now();
    let result = work.await;
    let what = what.to_owned();
    observer.observe(&match &result {
        Ok(_) => Event::WorkEnded { what, took_ms: began.elapsed().as_secs_f64() * 1000.0 },
        Err(_) => Event::WorkFailed { what },
    });
    result
}
