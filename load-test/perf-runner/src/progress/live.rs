//! Moving lines at the bottom of a terminal; what is finished stays above them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Event, Loading, Observer, words};

/// Draws to stderr.
pub(super) struct Live {
    bars: MultiProgress,
    open: Mutex<HashMap<String, ProgressBar>>,
}

/// Names of the lines of a load; no piece of work is called like that.
const NOW: &str = "\0now";
const USED: &str = "\0used";

impl Live {
    pub(super) fn new() -> Self {
        Self { bars: MultiProgress::new(), open: Mutex::new(HashMap::new()) }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, ProgressBar>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, name: &str, text: &str) {
        let bar = self.bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}") {
            bar.set_style(style);
        }
        bar.set_prefix(text.to_owned());
        bar.enable_steady_tick(Duration::from_millis(250));
        self.open().insert(name.to_owned(), bar);
    }

    /// Sets a line without a spinner, below the others.
    fn set_line(&self, name: &str, text: String) {
        let mut open = self.open();
        let bar = open.entry(name.to_owned()).or_insert_with(|| {
            let bar = self.bars.add(ProgressBar::new(0));
            if let Ok(style) = ProgressStyle::with_template("    {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_message(text);
    }

    /// Shows where a load is on the line of its step, and its last second below.
    fn load(&self, loading: &Loading) {
        for step in ["load", "warm-up"] {
            if let Some(bar) = self.open().get(step) {
                bar.set_message(words::place(loading));
            }
        }
        self.set_line(NOW, words::last_second(loading));
    }

    fn end(&self, name: &str) {
        if let Some(bar) = self.open().remove(name) {
            bar.finish_and_clear();
        }
    }

    fn end_all(&self) {
        for (_, bar) in self.open().drain() {
            bar.finish_and_clear();
        }
    }

    fn print(&self, event: &Event) {
        if let Some(line) = words::line(event) {
            // A terminal that went away must not stop a measurement.
            let _ = self.bars.println(line);
        }
    }
}

impl Observer for Live {
    fn observe(&self, event: &Event) {
        match event {
            Event::WorkBegan { what } => self.begin(what, what),
            Event::WorkProgress { what, detail } => {
                if let Some(bar) = self.open().get(what) {
                    bar.set_message(detail.clone());
                }
            }
            Event::WorkEnded { what, .. } | Event::WorkFailed { what } => {
                self.end(what);
                self.print(event);
            }
            Event::StepBegan { step } => self.begin(step, &format!("  {step}")),
            // The steps of a run are told in its one line; only the current one moves.
            Event::StepEnded { step, .. } => {
                for name in [step, NOW, USED] {
                    self.end(name);
                }
            }
            Event::Loading(loading) => self.load(loading),
            Event::Used { cores } => self.set_line(USED, words::used(cores)),
            Event::RunEnded { .. } => {
                self.end_all();
                self.print(event);
            }
            Event::RunBegan { .. } | Event::PhaseEnded(_) | Event::Warning { .. } | Event::Note { .. } => {
                self.print(event);
            }
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.end_all();
    }
}
