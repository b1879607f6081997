//! A phase second by second.

use crate::model::{PackedHistogram, PhaseLoad, PlannedPhase, SecondFigures, SecondNumbers};

/// Every second of the phase until its end or the load's, and the later ones in
/// which something of it ended. One in which nothing ended is a second of zeros:
/// left out, a stall would not be seen.
pub(super) fn series(
    phase: &PlannedPhase,
    seconds: &[&SecondNumbers],
    ended_ms: Option<u64>,
) -> Vec<SecondFigures> {
    let first = phase.start_ms / 1000;
    let held = match phase.load {
        PhaseLoad::Iterations { .. } => 0,
        PhaseLoad::Vus { hold_ms, .. } | PhaseLoad::Rate { hold_ms, .. } => {
            (phase.start_ms + hold_ms).min(ended_ms.unwrap_or(u64::MAX)).div_ceil(1000)
        }
    };
    let last = seconds.iter().map(|second| u64::from(second.second) + 1).max().unwrap_or(0);
    let number = |second: u64| u32::try_from(second.saturating_sub(first)).unwrap_or(u32::MAX);
    (first..held.max(last))
        .map(|second| match seconds.iter().find(|found| u64::from(found.second) == second) {
            Some(found) => figures(number(second), found),
            None => silence(number(second)),
        })
        .collect()
}

fn figures(second: u32, numbers: &SecondNumbers) -> SecondFigures {
    let ok = numbers.ok.as_ref().and_then(|packed: &PackedHistogram| packed.open().ok());
    let quantile = |quantile| ok.as_ref().and_then(|histogram| histogram.quantile_ms(quantile));
    SecondFigures {
        second,
        started: Some(numbers.attempts),
        ok: Some(numbers.acknowledged),
        failed: Some(numbers.failed.values().sum::<u64>() + numbers.unknown),
        p50_ms: quantile(0.5),
        p95_ms: quantile(0.95),
        p99_ms: quantile(0.99),
        vus: numbers.vus,
    }
}

fn silence(second: u32) -> SecondFigures {
    SecondFigures {
        second,
        started: Some(0),
        ok: Some(0),
        failed: Some(0),
        p50_ms: None,
        p95_ms: None,
        p99_ms: None,
        vus: None,
    }
}
