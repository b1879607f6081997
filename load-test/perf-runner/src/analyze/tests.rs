mod rounds;

use super::*;
use crate::{
    model::{Bound, Claim, Finding, Knee, Measured, Metric, PairClaim, RunStatus},
    sample::{self, LOADS, SIX, True, held, held_of},
};

fn only(stored: &StoredCampaign) -> PayloadAnalysis {
    let mut analysis = of(stored);
    assert_eq!(analysis.payloads.len(), 1);
    analysis.payloads.remove(0)
}

fn order(analysis: &PayloadAnalysis) -> Vec<(&str, usize, usize)> {
    let ranked = analysis.apis.iter().filter_map(|api| Some((api.api.as_str(), api.ranks?)));
    ranked.map(|(api, ranks)| (api.trim_start_matches("producer-api-"), ranks.from, ranks.to)).collect()
}

fn claims(findings: &[Finding]) -> Vec<Claim> {
    findings.iter().map(|finding| finding.claim).collect()
}

#[test]
fn five_rounds_rank_what_can_be_told_apart() {
    let analysis = only(&held(5));
    // The two in Rust are 1.7 % apart, which five rounds do not tell; the others are further apart.
    assert_eq!(
        order(&analysis),
        [
            ("rust-rest", 1, 2),
            ("rust-grpc", 1, 2),
            ("go-rest", 3, 3),
            ("go-grpc", 4, 4),
            ("java-rest", 5, 5),
            ("java-grpc", 6, 6)
        ]
    );
    let capacity = &analysis.comparisons[0];
    assert_eq!(
        (capacity.metric, capacity.pairs.len(), &capacity.rounds),
        (Metric::Capacity, 15, &vec![1, 2, 3, 4, 5])
    );
    let widest = &capacity.pairs[0];
    assert_eq!(
        (widest.of.as_str(), widest.to.as_str()),
        ("producer-api-rust-rest", "producer-api-java-grpc")
    );
    assert!(widest.ratio.covers(1_790.0 / 1_010.0), "{:?}", widest.ratio);
    assert_eq!(widest.claim, PairClaim::Different);
}

#[test]
fn what_a_report_carries_is_enough_to_make_the_analysis_again() {
    for stored in [held(5), held(1), held_of(&SIX, &[10, 50], 3)] {
        let mut analysis = only(&stored);
        let phases = analysis.apis.iter_mut().flat_map(|api| &mut api.phases);
        // Told to people, and nothing is computed from it.
        phases.flat_map(|phase| &mut phase.cells).for_each(|cell| cell.within_ms = [None; 3]);
        let carried = serde_json::to_string(&Measured::of(&analysis)).unwrap();
        assert_eq!(of_measured(&serde_json::from_str(&carried).unwrap()), analysis);
    }
}

#[test]
fn the_knee_is_where_the_truth_has_it() {
    let analysis = only(&held(5));
    let Knee::Between { low_vus, high_vus, estimate_vus, is_confirmed } = analysis.apis[0].knee else {
        panic!()
    };
    assert_eq!((low_vus, high_vus), (100, 200));
    // 1790/s x 102.1 ms.
    assert!((estimate_vus - 182.8).abs() < 6.0, "{estimate_vus}");
    assert!(is_confirmed, "beyond it calls wait and nothing is gained");
}

#[test]
fn latencies_are_compared_below_every_knee_only() {
    let analysis = only(&held(5));
    let reference = analysis.reference.as_ref().unwrap();
    assert_eq!((reference.phase.as_str(), reference.is_fair), ("p3", true));
    let metrics: Vec<Metric> = analysis.comparisons.iter().map(|comparison| comparison.metric).collect();
    assert_eq!(metrics, [Metric::Capacity, Metric::P50, Metric::P99, Metric::Cpu]);
    let beyond = only(&held_of(&SIX, &[500, 1000], 5));
    assert!(!beyond.reference.unwrap().is_fair);
    let metrics: Vec<Metric> = beyond.comparisons.iter().map(|comparison| comparison.metric).collect();
    assert_eq!(metrics, [Metric::Capacity, Metric::Cpu]);
}

#[test]
fn one_or_two_rounds_rank_nothing() {
    for rounds in [1, 2] {
        let analysis = only(&held(rounds));
        assert_eq!((analysis.comparisons.len(), order(&analysis).len()), (0, 0));
        assert!(analysis.apis.iter().all(|api| api.ratio_to_first.is_none()));
        assert_eq!(claims(&analysis.findings), [Claim::ValuesOnly]);
    }
}

#[test]
fn what_the_client_limits_is_a_lower_bound_and_ranks_nothing() {
    let analysis = only(&held_of(&SIX, &[10, 50], 5));
    assert!(analysis.apis.iter().all(|api| api.capacity.as_ref().unwrap().bound == Some(Bound::Client)));
    assert!(analysis.apis.iter().all(|api| api.knee == Knee::NotReached));
    assert!(analysis.comparisons[0].pairs.iter().all(|pair| pair.claim != PairClaim::Different));
    assert!(claims(&analysis.findings).contains(&Claim::AtLeast));
}

#[test]
fn an_invalid_phase_counts_nowhere() {
    let best = "producer-api-rust-rest";
    let phase = only(&held(5)).apis[0].capacity.as_ref().unwrap().phase.clone();
    let analysis = only(&sample::with_invalid(held(5), best, &phase, "generator_cpu"));
    let api = analysis.apis.iter().find(|api| api.api == best).unwrap();
    assert_ne!(api.capacity.as_ref().unwrap().phase, phase);
    let cells = &api.phases.iter().find(|known| known.name == phase).unwrap();
    assert!(cells.cells.iter().all(|cell| !cell.is_usable() && cell.limited_by == ["generator_cpu"]));
    assert_eq!(cells.throughput_per_s, None);
}

#[test]
fn an_api_that_never_worked_takes_nothing_from_the_others() {
    let mut stored = held(5);
    let broken = |api: &str| api.contains("java-grpc");
    for stored in stored.runs.iter_mut().filter(|stored| broken(&stored.run.api)) {
        stored.run.status = RunStatus::Failed;
    }
    let analysis = only(&stored);
    assert_eq!(analysis.comparisons[0].rounds.len(), 5);
    assert_eq!(order(&analysis).len(), 5);
    let last = analysis.apis.last().unwrap();
    assert!(broken(&last.api) && last.capacity.is_none());
    let left_out = analysis.findings.last().unwrap();
    assert_eq!(left_out.claim, Claim::LeftOut);
    assert!(left_out.text.contains("java-grpc (0 of 0 rounds can be used)"), "{}", left_out.text);
}

#[test]
fn one_api_measured_twice_is_the_noise_floor_and_no_rank() {
    let mut stored = held_of(&SIX[..1], &LOADS, 10);
    for (index, StoredRunOf { api, round, slot }) in runs_of(&mut stored).enumerate() {
        if index % 2 == 1 {
            api.push_str("@again");
        }
        let index = u32::try_from(index).unwrap();
        (*round, *slot) = (index / 2 + 1, index % 2 + 1);
    }
    let analysis = only(&stored);
    let floor = analysis.noise_floor.as_ref().unwrap();
    assert!(floor.covers_one && floor.half_width < 0.05, "{floor:?}");
    assert_eq!(order(&analysis), []);
    assert_eq!(claims(&analysis.findings), [Claim::ValuesOnly, Claim::NoiseFloor]);
}

struct StoredRunOf<'a> {
    api: &'a mut String,
    round: &'a mut u32,
    slot: &'a mut u32,
}

fn runs_of(stored: &mut StoredCampaign) -> impl Iterator<Item = StoredRunOf<'_>> {
    stored.runs.iter_mut().map(|stored| {
        let run = &mut stored.run;
        StoredRunOf { api: &mut run.api, round: &mut run.round, slot: &mut run.slot }
    })
}

#[test]
fn apis_that_agree_to_the_digit_are_equal() {
    let twins = [
        True { name: "producer-api-go-rest", peak_per_s: 900.0, unloaded_ms: 2.0 },
        True { name: "producer-api-go-grpc", peak_per_s: 900.0, unloaded_ms: 2.0 },
    ];
    let mut stored = held_of(&twins, &[10, 200], 3);
    for stored in &mut stored.runs {
        let phase = &mut stored.run.phases[1];
        phase.throughput_per_s = Some(900.0);
        phase.window.as_mut().unwrap().acknowledged = Some(24_300);
    }
    let analysis = only(&stored);
    assert_eq!(analysis.comparisons[0].pairs[0].claim, PairClaim::Equal);
    assert_eq!(analysis.findings[0].claim, Claim::Equal);
}

#[test]
fn a_percentile_lies_between_two_calls_of_its_round() {
    let analysis = only(&held(1));
    for cell in analysis.apis.iter().flat_map(|api| &api.phases).flat_map(|phase| &phase.cells) {
        for (value, within) in [cell.p50_ms, cell.p95_ms, cell.p99_ms].into_iter().zip(cell.within_ms) {
            let (low, high) = within.unwrap();
            assert!(low <= value.unwrap() && value.unwrap() <= high, "{low} {value:?} {high}");
        }
        let [p50, _, p99] = cell.within_ms.map(Option::unwrap);
        assert!(p50.1 < p99.0);
    }
}

#[test]
fn a_smoke_campaign_comes_to_nothing() {
    assert_eq!(of(&sample::normal()), Analysis::default());
}
