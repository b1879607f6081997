//! What the whole seconds of a window count together.

use std::collections::BTreeMap;

use super::{float, per_second};
use crate::model::{
    BadHistogram, FailureKind, Histogram, PackedHistogram, PhaseLoad, PlannedPhase, SecondNumbers,
    WindowFigures,
};

/// The first second that counts and the first one that does not any more, since
/// the generator's release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    first: u64,
    end: u64,
}

impl Bounds {
    /// Of a phase that is held for a time, when the load was over at `ended_ms` or
    /// came to its end; none when no whole second is left.
    pub(super) fn of(phase: &PlannedPhase, ended_ms: Option<u64>) -> Option<Self> {
        let hold_ms = match phase.load {
            PhaseLoad::Iterations { .. } => return None,
            PhaseLoad::Vus { hold_ms, .. } | PhaseLoad::Rate { hold_ms, .. } => hold_ms,
        };
        let first = (phase.start_ms + phase.settle_ms).div_ceil(1000);
        let end = (phase.start_ms + hold_ms).min(ended_ms.unwrap_or(u64::MAX)) / 1000;
        (first < end).then_some(Self { first, end })
    }

    fn hold(self, second: &SecondNumbers) -> bool {
        (self.first..self.end).contains(&u64::from(second.second))
    }
}

/// The counts, bytes, users and durations of a window.
pub(super) fn counted(bounds: Bounds, seconds: &[&SecondNumbers]) -> WindowFigures {
    let inside: Vec<&SecondNumbers> = seconds.iter().copied().filter(|second| bounds.hold(second)).collect();
    let sum = |of: fn(&SecondNumbers) -> u64| Some(inside.iter().map(|second| of(second)).sum::<u64>());
    let (start_ms, end_ms) = (float(bounds.first * 1000), float(bounds.end * 1000));
    let busy_ms: f64 = inside.iter().map(|second| second.iteration_ms).sum();
    let vus: Vec<f64> = inside.iter().filter_map(|second| second.vus).collect();
    let merged = |of: fn(&SecondNumbers) -> Option<&PackedHistogram>| together(&inside, of);
    let (ok, not_ok) = (merged(|second| second.ok.as_ref()), merged(|second| second.not_ok.as_ref()));
    WindowFigures {
        start_ms,
        end_ms,
        attempts: sum(|second| second.attempts),
        iterations: sum(|second| second.iterations),
        acknowledged: sum(|second| second.acknowledged),
        failed: Some(failed(&inside)),
        unknown: sum(|second| second.unknown),
        dropped: sum(|second| second.dropped),
        connections_opened: sum(|second| second.connections_opened),
        sent_bytes: sum(|second| second.sent_bytes),
        received_bytes: sum(|second| second.received_bytes),
        mean_vus: (!vus.is_empty()).then(|| vus.iter().sum::<f64>() / float(vus.len() as u64)),
        time_weighted_vus: Some(busy_ms / (end_ms - start_ms)),
        mean_call_ms: mean_ms(ok.as_ref(), not_ok.as_ref()),
        ok,
        not_ok,
        request: merged(|second| second.request.as_ref()),
        client_overhead_ms: None,
        slope: slope(bounds, &inside),
        resources: BTreeMap::new(),
        statements: None,
        statements_per_event: None,
        rows_per_event: None,
        transactions_per_event: None,
        wal_bytes_per_event: None,
    }
}

fn failed(inside: &[&SecondNumbers]) -> BTreeMap<FailureKind, u64> {
    let mut failed = BTreeMap::new();
    for (kind, count) in inside.iter().flat_map(|second| &second.failed) {
        *failed.entry(kind.clone()).or_default() += count;
    }
    failed
}

/// None when nothing was timed. Histograms of a stream that was read are sound.
fn together(
    inside: &[&SecondNumbers],
    of: fn(&SecondNumbers) -> Option<&PackedHistogram>,
) -> Option<Histogram> {
    let whole: Result<Option<Histogram>, BadHistogram> =
        Histogram::of_parts(inside.iter().filter_map(|second| of(second)));
    whole.ok().flatten()
}

/// Of all calls, however they ended.
fn mean_ms(ok: Option<&Histogram>, not_ok: Option<&Histogram>) -> Option<f64> {
    let parts: Vec<_> = [ok, not_ok].into_iter().flatten().filter_map(Histogram::quantiles).collect();
    let count: u64 = parts.iter().map(|part| part.count).sum();
    let total_ms: f64 = parts.iter().map(|part| part.mean_ms * float(part.count)).sum();
    (count > 0).then(|| total_ms / float(count))
}

/// Seconds in which single stalls even out.
const BIN_S: u64 = 5;
/// Two points always lie on a line.
const FEWEST_BINS: usize = 3;

/// How much the throughput rises over the window, as a share of its mean: that of
/// the line nearest to it in bins of five seconds. None when the window is too
/// short for three of them, or nothing was acknowledged.
fn slope(bounds: Bounds, inside: &[&SecondNumbers]) -> Option<f64> {
    let bin_of =
        |second: &SecondNumbers| usize::try_from((u64::from(second.second) - bounds.first) / BIN_S).ok();
    let mut counts = vec![0_u64; usize::try_from((bounds.end - bounds.first) / BIN_S).ok()?];
    for second in inside {
        // What is left of the last, shorter bin has no place.
        if let Some(count) = bin_of(second).and_then(|bin| counts.get_mut(bin)) {
            *count += second.acknowledged;
        }
    }
    if counts.len() < FEWEST_BINS {
        return None;
    }
    let rates: Vec<f64> = counts.iter().filter_map(|count| per_second(*count, float(BIN_S * 1000))).collect();
    let number = float(rates.len() as u64);
    let mean_rate = rates.iter().sum::<f64>() / number;
    let mean_bin = (number - 1.0) / 2.0;
    let (mut rise, mut spread) = (0.0, 0.0);
    for (bin, rate) in (0_u64..).zip(&rates) {
        let from_mean = float(bin) - mean_bin;
        rise += from_mean * (rate - mean_rate);
        spread += from_mean * from_mean;
    }
    (mean_rate > 0.0).then(|| rise / spread * number / mean_rate)
}
