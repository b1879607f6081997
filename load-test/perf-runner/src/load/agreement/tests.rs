use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::*;
use crate::model::FailureKind;

/// k6's own way to a quantile.
fn interpolate(sorted: &[f64], share: f64) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let place = share * (sorted.len() - 1) as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

fn trend(samples: &[f64]) -> TrendSummary {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share| interpolate(&sorted, share);
    TrendSummary {
        count: sorted.len() as u64,
        min: at(0.0),
        avg: 1.0,
        med: at(0.5),
        p90: at(0.9),
        p95: at(0.95),
        p99: at(0.99),
        max: at(1.0),
    }
}

fn packed(samples: &[f64]) -> Option<PackedHistogram> {
    let mut histogram = Histogram::empty().unwrap();
    for sample in samples {
        histogram.record_ms(*sample);
    }
    (!samples.is_empty()).then(|| PackedHistogram::try_from(&histogram).unwrap())
}

/// A summary and a stream of the same acknowledged calls and one refusal.
fn accounts(samples: &[f64]) -> (GeneratorSummary, Vec<SecondNumbers>) {
    let calls = samples.len() as u64;
    let failed = BTreeMap::from([(FailureKind("unavailable".to_owned()), 1)]);
    let phase = PhaseSummary {
        iterations: calls + 1,
        attempts: calls + 1,
        acknowledged: calls,
        failed: 1,
        failed_by_kind: failed.clone(),
        unknown: 0,
        updates_acknowledged: 0,
        updates_failed: 0,
        updates_unknown: 0,
        dropped: 0,
        connections_opened: 2,
        sent_bytes: 800,
        received_bytes: 200,
        first_call_ms: Some(0.0),
        last_call_ms: Some(2.0),
        request: (calls > 0).then(|| trend(samples)),
        acknowledged_duration: (calls > 0).then(|| trend(samples)),
    };
    let second = |second: u32, part: &[f64], refusals: u64| SecondNumbers {
        phase: "p1".to_owned(),
        second,
        iterations: part.len() as u64 + refusals,
        iteration_ms: 1.0,
        attempts: part.len() as u64 + refusals,
        acknowledged: part.len() as u64,
        failed: if refusals > 0 { failed.clone() } else { BTreeMap::new() },
        unknown: 0,
        dropped: 0,
        connections_opened: 1,
        sent_bytes: 400,
        received_bytes: 100,
        vus: None,
        ok: packed(part),
        not_ok: packed(&vec![0.1; usize::try_from(refusals).unwrap()]),
        request: packed(part),
    };
    let (first, last) = samples.split_at(samples.len() / 2);
    let summary = GeneratorSummary {
        format: GeneratorSummary::FORMAT,
        run: "a-run".to_owned(),
        elapsed_ms: 2.0,
        phases: BTreeMap::from([("p1".to_owned(), phase)]),
    };
    (summary, vec![second(0, first, 1), second(1, last, 0)])
}

#[test]
fn two_accounts_of_the_same_calls_agree_however_many_there_are() {
    let mut random = StdRng::seed_from_u64(7);
    for calls in [0, 1, 2, 3, 7, 100, 5_000] {
        // Microseconds to seconds, not in whole microseconds.
        let samples: Vec<f64> = (0..calls).map(|_| 10_f64.powf(random.random_range(-2.9..3.5))).collect();
        let (summary, seconds) = accounts(&samples);
        assert_eq!(differences(&summary, &seconds).unwrap(), [], "{calls} calls");
    }
}

fn changed(change: impl FnOnce(&mut PhaseSummary)) -> Vec<SummaryDifference> {
    let samples: Vec<f64> = (1..=1_000).map(|sample| f64::from(sample) * 1.37).collect();
    let (mut summary, seconds) = accounts(&samples);
    change(summary.phases.get_mut("p1").unwrap());
    differences(&summary, &seconds).unwrap()
}

#[test]
fn a_count_that_is_off_by_one_is_told() {
    let found = changed(|phase| phase.acknowledged += 1);
    let told = ("acknowledged".to_owned(), 1_001.0, 1_000.0);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].what.clone(), found[0].summary, found[0].stream), told);
    let kind = FailureKind("unavailable".to_owned());
    let found = changed(|phase| *phase.failed_by_kind.get_mut(&kind).unwrap() += 1);
    assert_eq!(found[0].what, "failed as unavailable");
    let found = changed(|phase| phase.sent_bytes -= 1);
    assert_eq!(found[0].what, "sent bytes");
}

#[test]
fn a_quantile_that_is_off_by_more_than_the_resolution_is_told() {
    let off = |share: f64| {
        let found = changed(|phase| phase.acknowledged_duration.as_mut().unwrap().p99 *= share);
        found.into_iter().map(|difference| difference.what).collect::<Vec<_>>()
    };
    assert_eq!(off(1.0), [""; 0]);
    // Three digits, and the next sample is 0.1 % away.
    assert_eq!(off(1.003), ["p99 of the acknowledged clock"]);
    assert_eq!(off(0.997), ["p99 of the acknowledged clock"]);
}

#[test]
fn samples_that_only_one_of_them_has_are_told() {
    let found = changed(|phase| phase.request = None);
    assert_eq!(found[0].what, "samples of the request clock");
    assert_eq!((found[0].summary, found[0].stream), (0.0, 1_000.0));
}
