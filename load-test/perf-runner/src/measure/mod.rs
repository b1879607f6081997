//! Pure: the generator's numbers and the samples into figures per phase.
//!
//! With the generator's stream, a phase that is held for a time has a window: the
//! whole seconds after its settle time. Without one (a k6 that is not ours) there
//! is none, and the throughput is that of the whole phase, from its first call to
//! the end of its last one.

mod client;
mod database;
mod resources;
mod seconds;
mod window;

use self::window::Bounds;
use crate::model::{
    LoadResult, PhaseFigures, PhaseLoad, PhaseNumbers, PlannedPhase, PlannedRun, Samples, SecondNumbers,
    WindowFigures,
};

/// What one test run's load came to.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// What was planned.
    pub run: &'a PlannedRun,
    /// What the generator counted.
    pub load: &'a LoadResult,
    /// What was sampled meanwhile; none where nothing was.
    pub samples: Option<&'a Samples>,
    /// The pause of a VU after each call, in milliseconds.
    pub think_time_ms: u64,
}

/// The figures of a test run's phases, in their planned order. A phase that has
/// no numbers, since the load ended before it, has no figures either.
pub fn phases(of: &Measured<'_>) -> Vec<PhaseFigures> {
    let numbers = |phase: &PlannedPhase| of.load.phases.iter().find(|numbers| numbers.name == phase.name);
    let begun = of.run.phases.iter().filter_map(|phase| Some((phase, numbers(phase)?)));
    begun
        .filter(|(_, numbers)| numbers.attempts > 0)
        .map(|(phase, numbers)| of.figures(phase, numbers))
        .collect()
}

/// The window of a phase that is over, from the stream alone: what is stored of it
/// later, without what was sampled.
pub fn window_of(
    phase: &PlannedPhase,
    seconds: &[SecondNumbers],
    think_time_ms: u64,
) -> Option<WindowFigures> {
    let seconds = of_phase(seconds, phase);
    let mut window = window::counted(Bounds::of(phase, None)?, &seconds);
    client::add(&mut window, phase, think_time_ms);
    Some(window)
}

impl Measured<'_> {
    fn figures(&self, phase: &PlannedPhase, numbers: &PhaseNumbers) -> PhaseFigures {
        let seconds = self.load.seconds.as_deref().map(|seconds| of_phase(seconds, phase));
        let ended_ms = self.ended_ms();
        let window = seconds
            .as_deref()
            .zip(Bounds::of(phase, ended_ms))
            .map(|(seconds, bounds)| self.window(phase, bounds, seconds));
        let window_ms = match &window {
            Some(window) => Some(window.length_ms()),
            None => self.whole_ms(phase),
        };
        let counted = match &window {
            Some(window) => window.acknowledged,
            None => Some(numbers.acknowledged),
        };
        PhaseFigures {
            name: numbers.name.clone(),
            window_ms,
            iterations: numbers.iterations,
            acknowledged: numbers.acknowledged,
            failed: numbers.failed.clone(),
            unknown: numbers.unknown,
            dropped: Some(numbers.dropped),
            throughput_per_s: counted.zip(window_ms).and_then(|(count, ms)| per_second(count, ms)),
            sent_bytes: Some(numbers.sent_bytes),
            received_bytes: Some(numbers.received_bytes),
            request: numbers.request.clone(),
            iteration: numbers.iteration.clone(),
            connections_opened: numbers.connections_opened,
            window,
            seconds: seconds.map(|of| seconds::series(phase, &of, ended_ms)).unwrap_or_default(),
            summary_differences: self
                .load
                .summary_differences
                .as_ref()
                .map(|all| all.iter().filter(|difference| difference.phase == phase.name).cloned().collect()),
        }
    }

    fn window(&self, phase: &PlannedPhase, bounds: Bounds, seconds: &[&SecondNumbers]) -> WindowFigures {
        let mut window = window::counted(bounds, seconds);
        client::add(&mut window, phase, self.think_time_ms);
        if let Some(samples) = self.samples {
            resources::add(&mut window, &samples.resources);
            database::add(&mut window, &samples.database);
        }
        window
    }

    /// When a load that did not come to its end was over, as far as the stream
    /// tells; the second in which it ended is not a whole one.
    fn ended_ms(&self) -> Option<u64> {
        let seconds = self.load.seconds.as_deref().unwrap_or_default();
        let last = seconds.iter().map(|second| u64::from(second.second) * 1000).max();
        if self.load.exit.code == Some(0) { None } else { Some(last.unwrap_or(0)) }
    }

    /// From the first call of a phase to the end of its last; none where calls are
    /// counted instead of time, since their rate says how long they took and nothing
    /// of what a service can do.
    fn whole_ms(&self, phase: &PlannedPhase) -> Option<f64> {
        match phase.load {
            PhaseLoad::Iterations { .. } => None,
            // The stream was there and the load was over before the window began.
            _ if self.load.seconds.is_some() => None,
            PhaseLoad::Vus { .. } | PhaseLoad::Rate { .. } => self.load.phase_ms.get(&phase.name).copied(),
        }
    }
}

fn of_phase<'a>(seconds: &'a [SecondNumbers], phase: &PlannedPhase) -> Vec<&'a SecondNumbers> {
    seconds.iter().filter(|second| second.phase == phase.name).collect()
}

fn per_second(count: u64, window_ms: f64) -> Option<f64> {
    (window_ms > 0.0).then(|| float(count) / (window_ms / 1000.0))
}

/// How much of `what` there was for each of `events`; none without events.
fn per_event(what: f64, events: u64) -> Option<f64> {
    (events > 0).then(|| what / float(events))
}

/// Counts, bytes and milliseconds stay far below 2^52.
#[allow(clippy::cast_precision_loss)]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod stream_tests;
