//! Pure: the generator's numbers into figures per phase.

use crate::model::{LoadResult, PhaseFigures, PhaseLoad, PhaseNumbers, PlannedPhase, PlannedRun};

/// The figures of a test run's phases, in their planned order. A phase that has
/// no numbers, since the load ended before it, has no figures either.
pub fn phases(run: &PlannedRun, load: &LoadResult) -> Vec<PhaseFigures> {
    run.phases
        .iter()
        .filter_map(|phase| {
            let numbers = load.phases.iter().find(|numbers| numbers.name == phase.name)?;
            (numbers.attempts > 0).then(|| figures(phase, numbers))
        })
        .collect()
}

fn figures(phase: &PlannedPhase, numbers: &PhaseNumbers) -> PhaseFigures {
    let window_ms = window_ms(phase);
    PhaseFigures {
        name: numbers.name.clone(),
        window_ms,
        iterations: numbers.iterations,
        acknowledged: numbers.acknowledged,
        failed: numbers.failed.clone(),
        unknown: numbers.unknown,
        dropped: Some(numbers.dropped),
        throughput_per_s: window_ms.and_then(|window_ms| per_second(numbers.acknowledged, window_ms)),
        sent_bytes: Some(numbers.sent_bytes),
        received_bytes: Some(numbers.received_bytes),
        request: numbers.request.clone(),
        iteration: numbers.iteration.clone(),
        connections_opened: numbers.connections_opened,
        window: None,
        seconds: Vec::new(),
    }
}

/// The length of the window that counts. A set number of iterations is held for no
/// time, so a rate over it would say how long the calls took and nothing of what
/// the service can do: there is no window.
fn window_ms(phase: &PlannedPhase) -> Option<f64> {
    match phase.load {
        PhaseLoad::Iterations { .. } => None,
        PhaseLoad::Vus { hold_ms, .. } | PhaseLoad::Rate { hold_ms, .. } => {
            Some(f64::from(u32::try_from(hold_ms.saturating_sub(phase.settle_ms)).unwrap_or(u32::MAX)))
        }
    }
}

#[allow(clippy::cast_precision_loss)] // Counts of events stay far below 2^52.
fn per_second(count: u64, window_ms: f64) -> Option<f64> {
    (window_ms > 0.0).then(|| count as f64 / (window_ms / 1000.0))
}

#[cfg(test)]
mod tests;
