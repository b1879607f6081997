//! The time that the client itself takes.

use super::float;
use crate::model::{PhaseLoad, PlannedPhase, WindowFigures};

/// By the response time law, users over throughput is what an iteration takes; what
/// of it is neither call nor pause is the client's own. In the open model users
/// wait for their turn, so there is no such figure.
pub(super) fn add(window: &mut WindowFigures, phase: &PlannedPhase, think_time_ms: u64) {
    let PhaseLoad::Vus { vus, .. } = phase.load else { return };
    let (Some(iterations), Some(mean_call_ms)) = (window.iterations, window.mean_call_ms) else { return };
    if iterations == 0 {
        return;
    }
    let iteration_ms = f64::from(vus) * window.length_ms() / float(iterations);
    window.client_overhead_ms = Some(iteration_ms - mean_call_ms - float(think_time_ms));
}
