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
    doing: Option<(String, Instant)>,
    detail: String,
}

/// Writes plain lines to stderr.
pub(super) struct Lines(Arc<Mutex<State>>);

impl Lines {
    pub(super) fn new() -> Self {
        let state =
            Arc::new(Mutex::new(State { last_line: Instant::now(), doing: None, detail: String::new() }));
        let watched = Arc::downgrade(&state);
        // Ends with the observer: the weak reference is the thread's only hold.
        thread::spawn(move || beat(&watched));
        Self(state)
    }
}

impl Observer for Lines {
    fn observe(&self, event: &Event) {
        let mut state = lock(&self.0);
        match event {
            Event::WorkBegan { what } => state.doing = Some((what.clone(), Instant::now())),
            Event::StepBegan { step } => state.doing = Some((step.clone(), Instant::now())),
            Event::WorkProgress { detail, .. } => state.detail.clone_from(detail),
            _ => state.doing = None,
        }
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
        if let Some((what, since)) = &state.doing {
            let line = format!("{what}: still at it after {} s {}", since.elapsed().as_secs(), state.detail);
            write(&mut state, line.trim_end());
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
