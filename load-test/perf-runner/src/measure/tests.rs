use std::collections::BTreeMap;

use super::*;
use crate::{
    model::{FailureKind, Quantiles},
    sample,
};

fn run(phases: &[&str]) -> PlannedRun {
    let load = PhaseLoad::Iterations { vus: 1, per_vu: 5, max_duration_ms: 1_000 };
    let phase = |name: &&str| PlannedPhase {
        name: (*name).to_owned(),
        load: load.clone(),
        start_ms: 0,
        settle_ms: 0,
    };
    sample::load::planned(phases.iter().map(phase).collect())
}

fn numbers(name: &str, acknowledged: u64) -> PhaseNumbers {
    let clock = Quantiles {
        count: acknowledged,
        min_ms: 1.0,
        mean_ms: 2.0,
        p50_ms: 2.0,
        p90_ms: 3.0,
        p95_ms: 3.0,
        p99_ms: 3.0,
        max_ms: 4.0,
    };
    PhaseNumbers {
        iterations: acknowledged + 3,
        attempts: acknowledged + 3,
        acknowledged,
        failed: BTreeMap::from([(FailureKind("internal".to_owned()), 1)]),
        unknown: 2,
        connections_opened: Some(1),
        sent_bytes: 500,
        received_bytes: 90,
        request: Some(clock.clone()),
        iteration: Some(clock),
        ..sample::load::numbers(name)
    }
}

fn load(phases: Vec<PhaseNumbers>) -> LoadResult {
    LoadResult {
        phase_ms: phases.iter().map(|phase| (phase.name.clone(), 20.0)).collect(),
        ..sample::load::load(phases)
    }
}

/// Without samples, with 100 ms of think time.
fn phases_of(run: &PlannedRun, load: &LoadResult) -> Vec<PhaseFigures> {
    phases(&Measured { run, load, samples: None, think_time_ms: 100 })
}

#[test]
fn counts_and_clocks_are_carried_over_as_they_are() {
    let figures = phases_of(&run(&["p1"]), &load(vec![numbers("p1", 5)]));
    let figure = &figures[0];
    assert_eq!((figure.iterations, figure.acknowledged, figure.failed_total(), figure.unknown), (8, 5, 1, 2));
    assert_eq!((figure.dropped, figure.sent_bytes, figure.received_bytes), (Some(0), Some(500), Some(90)));
    assert_eq!(
        (&figure.request, &figure.iteration),
        (&numbers("p1", 5).request, &numbers("p1", 5).iteration)
    );
}

#[test]
fn a_set_number_of_iterations_has_no_window_and_no_throughput() {
    let figures = phases_of(&run(&["p1"]), &load(vec![numbers("p1", 5)]));
    assert_eq!((figures[0].window_ms, figures[0].throughput_per_s), (None, None));
}

#[test]
fn phases_come_in_planned_order_and_only_if_they_were_begun() {
    let mut third = numbers("p3", 0);
    third.attempts = 0;
    let figures =
        phases_of(&run(&["p1", "p2", "p3"]), &load(vec![numbers("p2", 2), numbers("p1", 1), third]));
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    assert_eq!(names, ["p1", "p2"]);
}

#[test]
fn without_a_stream_a_held_phase_has_a_throughput_of_its_whole_time_and_no_window() {
    let mut run = run(&["p1"]);
    run.phases[0].load = PhaseLoad::Vus { vus: 1, hold_ms: 10_000 };
    let mut load = load(vec![numbers("p1", 500)]);
    load.phase_ms.insert("p1".to_owned(), 10_004.0);
    let figures = &phases_of(&run, &load)[0];
    assert_eq!((figures.window_ms, figures.window.clone()), (Some(10_004.0), None));
    assert!((figures.throughput_per_s.unwrap() - 500.0 / 10.004).abs() < 1e-9);
    assert!(figures.seconds.is_empty());
}
