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
    /// Where a load is, what its last second was, and what the processes use.
    load: [String; 3],
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
        let state = Arc::new(Mutex::new(State {
            last_line: Instant::now(),
            doing: Vec::new(),
            load: Default::default(),
        }));
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
                self.load = Default::default();
            }
            Event::Loading(loading) => {
                let [place, second, _] = &mut self.load;
                (*place, *second) = (words::place(loading), words::last_second(loading));
            }
            Event::Used { cores } => {
                let [_, _, used] = &mut self.load;
                *used = words::used(cores);
            }
            // A step that failed is not told to have ended.
            Event::RunBegan { .. } | Event::RunEnded { .. } => self.doing.clear(),
            Event::PhaseEnded(_) | Event::Warning { .. } | Event::Note { .. } => {}
        }
    }

    fn signs_of_life(&self) -> Vec<String> {
        let load = self
            .load
            .iter()
            .filter(|part| !part.is_empty())
            .fold(String::new(), |all, part| all + "; " + part);
        let line = |doing: &Doing| {
            let Doing { what, since, detail } = doing;
            let line = format!("{what}: still at it after {} s {detail}", since.elapsed().as_secs());
            format!("{}{load}", line.trim_end())
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
        let mut state = State { last_line: Instant::now(), doing: Vec::new(), load: Default::default() };
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

    #[test]
    fn a_load_gives_its_place_as_a_sign_of_life_and_nothing_of_it_is_left_afterwards() {
        let mut state = State { last_line: Instant::now(), doing: Vec::new(), load: Default::default() };
        state.follow(&Event::StepBegan { step: "load".to_owned() });
        state.follow(&Event::Loading(words::tests::loading()));
        state.follow(&Event::Used { cores: [(crate::model::Target::Api, 0.5)].into() });
        let sign = state.signs_of_life().remove(0);
        assert!(sign.starts_with("load: still at it after"), "{sign}");
        for part in ["p2/4 50 VUs", "1538/s", "cpu api 0.50"] {
            assert!(sign.contains(part), "{sign}");
        }
        state.follow(&Event::StepEnded { step: "load".to_owned(), took_ms: 1.0 });
        state.follow(&Event::StepBegan { step: "stop".to_owned() });
        assert!(!state.signs_of_life()[0].contains("VUs"));
    }
}
