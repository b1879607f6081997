//! One line per event with its time, for logs and CI; a sign of life every 30 s,
//! since a silent job is taken for a dead one.

use std::{
    io::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use chrono::Utc;

use super::{Event, Observer, words};

const HEARTBEAT: Duration = Duration::from_secs(30);

#[derive(Debug)]
struct State {
    last_line: Instant,
    /// What is going on, for the sign of life.
    doing: Vec<Doing>,
}

/// A piece of work; builds run side by side.
#[derive(Debug)]
struct Doing {
    what: String,
    since: Instant,
    detail: String,
}

/// Writes plain lines to stderr.
pub(super) struct Lines(Arc<Mutex<State>>);

impl Lines {
    pub(super) fn new() -> Self {
        let state = Arc::new(Mutex::new(State { last_line: Instant::now(), doing: Vec::new() }));
        let watched = Arc::downgrade(&state);
        // Ends with the observer: the weak reference is the thread's only hold.
        thread::spawn(move || beat(&watched));
        Self(state)
    }
}

impl State {
    fn follow(&mut self, event: &Event) {
        match event {
            Event::WorkBegan { what } | Event::StepBegan { step: what } => {
                self.doing.push(Doing { what: what.clone(), since: Instant::now(), detail: String::new() });
            }
            Event::WorkProgress { what, detail } => {
                if let Some(doing) = self.doing.iter_mut().find(|doing| doing.what == *what) {
                    doing.detail.clone_from(detail);
                }
            }
            Event::WorkEnded { what, .. }
            | Event::WorkFailed { what }
            | Event::StepEnded { step: what, .. } => {
                self.doing.retain(|doing| doing.what != *what);
            }
            // A step that failed is not told to have ended.
            Event::RunBegan { .. } | Event::RunEnded { .. } => self.doing.clear(),
            Event::Warning { .. } | Event::Note { .. } => {}
        }
    }

    fn signs_of_life(&self) -> Vec<String> {
        let line = |doing: &Doing| {
            let Doing { what, since, detail } = doing;
            format!("{what}: still at it after {} s {detail}", since.elapsed().as_secs())
                .trim_end()
                .to_owned()
        };
        self.doing.iter().map(line).collect()
    }
}

impl Observer for Lines {
    fn observe(&self, event: &Event) {
        let mut state = lock(&self.0);
        state.follow(event);
        if let Some(line) = words::line(event) {
            write(&mut state, &line);
        }
    }
}

fn beat(watched: &Weak<Mutex<State>>) {
    loop {
        thread::sleep(Duration::from_secs(1));
        let Some(state) = watched.upgrade() else { return };
        let mut state = lock(&state);
        if state.last_line.elapsed() < HEARTBEAT {
            continue;
        }
        for line in state.signs_of_life() {
            write(&mut state, &line);
        }
    }
}

fn write(state: &mut State, line: &str) {
    state.last_line = Instant::now();
    // Nobody may be reading any more, and that must not stop a measurement.
    let _ = writeln!(std::io::stderr().lock(), "{} {line}", Utc::now().format("%H:%M:%S"));
}

/// A panic elsewhere must not silence the progress.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_goes_on_at_once_gives_a_sign_of_life_and_what_ended_none() {
        let mut state = State { last_line: Instant::now(), doing: Vec::new() };
        let (one, other) = ("build one".to_owned(), "build other".to_owned());
        for event in [
            Event::WorkBegan { what: one.clone() },
            Event::WorkBegan { what: other.clone() },
            Event::WorkProgress { what: one.clone(), detail: "compiling".to_owned() },
            Event::Note { text: "something".to_owned() },
        ] {
            state.follow(&event);
        }
        let signs = state.signs_of_life();
        assert!(signs[0].starts_with("build one: still at it after") && signs[0].ends_with(" s compiling"));
        assert!(signs[1].starts_with("build other: still at it after") && signs[1].ends_with(" s"));
        state.follow(&Event::WorkEnded { what: one, took_ms: 1.0 });
        assert_eq!(state.signs_of_life().len(), 1);
        state.follow(&Event::WorkFailed { what: other });
        assert!(state.signs_of_life().is_empty());
    }
}
