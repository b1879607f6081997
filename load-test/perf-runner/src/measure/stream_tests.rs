//! Figures of streams and samples that are made up, so that the truth is known.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::*;
use crate::{
    model::{
        DatabaseCounters, ExitMeaning, FailureKind, Histogram, PackedHistogram, ResourceSample, StatementUse,
        Target,
    },
    sample,
};

const VUS: u32 = 10;
const THINK_MS: u64 = 100;

fn held(name: &str, start_ms: u64, (hold_ms, settle_ms): (u64, u64)) -> PlannedPhase {
    let load = PhaseLoad::Vus { vus: VUS, hold_ms };
    PlannedPhase { name: name.to_owned(), load, start_ms, settle_ms }
}

fn packed(durations_ms: &[f64]) -> Option<PackedHistogram> {
    let mut histogram = Histogram::empty().unwrap();
    for duration in durations_ms {
        histogram.record_ms(*duration);
    }
    (!durations_ms.is_empty()).then(|| PackedHistogram::try_from(&histogram).unwrap())
}

/// A second in which these calls were acknowledged, by VUs that paused after each.
fn second(phase: &str, second: u32, durations_ms: &[f64]) -> SecondNumbers {
    let count = durations_ms.len() as u64;
    let total_ms: f64 = durations_ms.iter().map(|duration| duration + float(THINK_MS)).sum();
    SecondNumbers {
        phase: phase.to_owned(),
        second,
        iterations: count,
        iteration_ms: total_ms,
        attempts: count,
        acknowledged: count,
        failed: BTreeMap::new(),
        unknown: 0,
        dropped: 0,
        connections_opened: 0,
        sent_bytes: 500 * count,
        received_bytes: 200 * count,
        vus: Some(f64::from(VUS)),
        ok: packed(durations_ms),
        not_ok: None,
        request: packed(durations_ms),
    }
}

fn load_of(run: &PlannedRun, seconds: Vec<SecondNumbers>, code: Option<i32>) -> LoadResult {
    let begun = |phase: &PlannedPhase| PhaseNumbers {
        iterations: 1,
        attempts: 1,
        acknowledged: 1,
        ..sample::load::numbers(&phase.name)
    };
    LoadResult {
        exit: ExitMeaning { code, text: String::new(), usable: true },
        seconds: Some(seconds),
        ..sample::load::load(run.phases.iter().map(begun).collect())
    }
}

fn figures(run: &PlannedRun, seconds: Vec<SecondNumbers>, code: Option<i32>) -> Vec<PhaseFigures> {
    let load = load_of(run, seconds, code);
    phases(&Measured { run, load: &load, samples: None, think_time_ms: THINK_MS })
}

/// The window of the only phase of a load that came to its end.
fn window_of(phase: PlannedPhase, seconds: Vec<SecondNumbers>) -> WindowFigures {
    figures(&sample::load::planned(vec![phase]), seconds, Some(0)).remove(0).window.unwrap()
}

/// So many calls of 20 ms in each of these seconds.
fn counts(counts: impl IntoIterator<Item = usize>) -> Vec<SecondNumbers> {
    (0..).zip(counts).map(|(number, count)| second("p1", number, &vec![20.0; count])).collect()
}

#[test]
fn a_window_and_the_settle_time_before_it_are_the_whole_phase() {
    let mut random = StdRng::seed_from_u64(7);
    let stream: Vec<Vec<f64>> = (0..20)
        .map(|_| (0..random.random_range(1..40)).map(|_| random.random_range(0.5..900.0)).collect())
        .collect();
    let seconds =
        || (0..).zip(&stream).map(|(number, calls)| second("p1", number, calls)).collect::<Vec<_>>();
    let whole = window_of(held("p1", 0, (20_000, 0)), seconds());
    let all: Vec<f64> = stream.concat();
    assert_eq!(whole.acknowledged, Some(all.len() as u64));
    assert_eq!(whole.ok, packed(&all).map(|packed| packed.open().unwrap()));
    for settle in 1..20_usize {
        let settle_ms = settle as u64 * 1000;
        let window = window_of(held("p1", 0, (20_000, settle_ms)), seconds());
        let inside: Vec<f64> = stream[settle..].concat();
        assert_eq!(window.acknowledged, Some(inside.len() as u64));
        assert_eq!(window.sent_bytes, Some(500 * inside.len() as u64));
        assert_eq!(window.ok, packed(&inside).map(|packed| packed.open().unwrap()));
        assert_eq!((window.start_ms, window.end_ms), (float(settle_ms), 20_000.0));
    }
}

#[test]
fn a_second_belongs_to_the_phase_that_it_names_and_counts_in_its_window_alone() {
    let run = sample::load::planned(vec![held("p1", 0, (4_000, 1_000)), held("p2", 6_000, (4_000, 1_000))]);
    let mut seconds = counts([1, 2, 4, 8, 16]);
    seconds.extend(
        [(6, 32), (7, 64), (9, 128), (10, 256)]
            .map(|(number, count)| second("p2", number, &vec![20.0; count])),
    );
    let figures = figures(&run, seconds, Some(0));
    let acknowledged: Vec<_> =
        figures.iter().map(|figures| figures.window.as_ref().unwrap().acknowledged).collect();
    // What ended after a phase is in no window.
    assert_eq!(acknowledged, [Some(2 + 4 + 8), Some(64 + 128)]);
    assert_eq!(figures[0].throughput_per_s, Some(14.0 / 3.0));
    assert_eq!(figures[0].window_ms, Some(3_000.0));
    let series: Vec<_> = figures[1].seconds.iter().map(|second| (second.second, second.ok)).collect();
    // Nothing ended in its third second: a stall is a zero and no gap.
    assert_eq!(series, [(0, Some(32)), (1, Some(64)), (2, Some(0)), (3, Some(128)), (4, Some(256))]);
}

#[test]
fn failures_are_added_by_kind_and_unanswered_calls_have_their_own_histogram() {
    let mut seconds = counts([10, 10, 10]);
    for (number, second) in (1_u64..).zip(&mut seconds) {
        second.failed = BTreeMap::from([(FailureKind("internal".to_owned()), number)]);
        (second.unknown, second.dropped, second.not_ok) = (1, 2, packed(&[1_000.0]));
    }
    let window = window_of(held("p1", 0, (3_000, 1_000)), seconds);
    assert_eq!(window.failed, Some(BTreeMap::from([(FailureKind("internal".to_owned()), 2 + 3)])));
    assert_eq!((window.unknown, window.dropped), (Some(2), Some(4)));
    assert_eq!(window.not_ok.map(|histogram| histogram.count()), Some(2));
    let mean_ms = (20.0 * 20.0 + 2.0 * 1_000.0) / 22.0;
    assert!((window.mean_call_ms.unwrap() - mean_ms).abs() < mean_ms / 500.0, "{:?}", window.mean_call_ms);
}

#[test]
fn what_an_iteration_takes_beyond_call_and_pause_is_the_client_s() {
    // Ten users whose calls take 20 ms and who lose 5 ms themselves: 125 ms each.
    let window = window_of(held("p1", 0, (10_000, 1_000)), counts([80; 10]));
    assert!((window.client_overhead_ms.unwrap() - 5.0).abs() < 0.05, "{:?}", window.client_overhead_ms);
    assert_eq!(window.mean_vus, Some(10.0));
    assert!((window.time_weighted_vus.unwrap() - 80.0 * 0.12).abs() < 1e-9);
    let mut open = held("p1", 0, (10_000, 1_000));
    open.load = PhaseLoad::Rate { per_s: 80, hold_ms: 10_000, max_vus: 20 };
    assert_eq!(window_of(open, counts([80; 10])).client_overhead_ms, None);
}

#[test]
fn a_slope_is_the_rise_over_the_window_as_a_share_of_its_mean() {
    let slope = |rates: Vec<usize>| {
        let hold_ms = rates.len() as u64 * 1000;
        window_of(held("p1", 0, (hold_ms, 0)), counts(rates)).slope
    };
    assert_eq!(slope(vec![50; 60]), Some(0.0));
    // One stalled second in the middle is no trend.
    let mut stalled = vec![50; 25];
    stalled[12] = 0;
    assert!(slope(stalled).unwrap().abs() < 1e-9);
    let rise: Vec<usize> = (0..60).map(|second| 100 + second).collect();
    assert!((slope(rise.clone()).unwrap() - 60.0 / 129.5).abs() < 1e-9, "{:?}", slope(rise.clone()));
    let fall: Vec<usize> = rise.into_iter().rev().collect();
    assert!((slope(fall).unwrap() + 60.0 / 129.5).abs() < 1e-9);
    assert_eq!((slope(vec![50; 14]), slope(vec![0; 60])), (None, None), "not measured");
}

#[test]
fn a_load_that_was_cut_short_counts_its_whole_seconds() {
    let run =
        sample::load::planned(vec![held("p1", 0, (20_000, 2_000)), held("p2", 22_000, (20_000, 2_000))]);
    // Killed in the sixth second.
    let figures = figures(&run, counts([10; 6]), None);
    let window = figures[0].window.clone().unwrap();
    assert_eq!((window.end_ms, window.acknowledged), (5_000.0, Some(30)));
    assert_eq!(figures[0].throughput_per_s, Some(10.0));
    assert_eq!(
        (figures[1].window.clone(), figures[1].window_ms, figures[1].throughput_per_s),
        (None, None, None)
    );
    // What is not there after its end was not stalled.
    assert_eq!(figures[0].seconds.len(), 6);
}

fn resource(target: Target, at_ms: f64, cpu_seconds: f64) -> ResourceSample {
    let grown = Some((cpu_seconds * 1000.0).round().max(0.0)).map(|count| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Made up here, and small.
        let count = count as u64;
        count
    });
    ResourceSample {
        target,
        at_ms,
        sampled_at: DateTime::<Utc>::UNIX_EPOCH,
        cpu_seconds: Some(cpu_seconds),
        rss_bytes: grown,
        threads: Some(4),
        context_switches: grown,
        network_received_bytes: None,
        network_sent_bytes: grown,
        block_read_bytes: grown,
        block_written_bytes: grown,
        throttled_seconds: Some(0.5),
        sockets: Some(BTreeMap::from([("established".to_owned(), 10)])),
        pressure: Some(BTreeMap::from([("cpu_some".to_owned(), cpu_seconds / 2.0)])),
    }
}

fn with_samples(samples: &Samples) -> WindowFigures {
    let run = sample::load::planned(vec![held("p1", 0, (20_000, 2_000))]);
    let load = load_of(&run, counts([100; 20]), Some(0));
    let of = Measured { run: &run, load: &load, samples: Some(samples), think_time_ms: THINK_MS };
    phases(&of).remove(0).window.unwrap()
}

#[test]
fn a_counter_that_grows_steadily_gives_the_same_rate_however_late_samples_come() {
    let mut random = StdRng::seed_from_u64(11);
    for _ in 0..20 {
        let cores = random.random_range(0.01..2.0);
        let resources = (0..=21)
            .map(|second| f64::from(second) * 1000.0 + random.random_range(0.0..400.0))
            .map(|at_ms| resource(Target::Api, at_ms, 3.0 + cores * at_ms / 1000.0))
            .collect();
        let window = with_samples(&Samples { resources, ..Samples::default() });
        let used = &window.resources[&Target::Api];
        assert!((used.cpu_cores.unwrap() - cores).abs() < 1e-9);
        // 1,800 events in 18 s.
        assert!((used.cpu_seconds_per_1000_events.unwrap() - cores * 10.0).abs() < 1e-9);
        assert!((17_000.0..19_000.0).contains(&used.sampled_ms));
        assert!((used.pressure.as_ref().unwrap()["cpu_some"] - used.cpu_seconds.unwrap() / 2.0).abs() < 1e-9);
        assert_eq!((used.network_bytes, used.throttled_seconds), (None, Some(0.0)));
        assert_eq!(used.sockets_max.as_ref().unwrap()["established"], 10);
        assert!(!window.resources.contains_key(&Target::K6), "what was not sampled is not there");
    }
}

#[test]
fn what_began_anew_or_was_sampled_at_another_time_is_not_measured() {
    let at = |seconds: [f64; 2], cpu: [f64; 2]| Samples {
        resources: vec![resource(Target::Api, seconds[0], cpu[0]), resource(Target::Api, seconds[1], cpu[1])],
        ..Samples::default()
    };
    let restarted = with_samples(&at([2_000.0, 20_000.0], [30.0, 1.0]));
    let used = &restarted.resources[&Target::Api];
    assert_eq!((used.cpu_seconds, used.cpu_cores, used.context_switches), (None, None, None));
    assert!(used.rss_max_bytes.is_some());
    assert!(with_samples(&at([2_000.0, 12_000.0], [1.0, 2.0])).resources.is_empty());
    assert!(with_samples(&at([6_000.0, 20_000.0], [1.0, 2.0])).resources.is_empty());
}

fn counters(at_ms: f64, upserts: u64) -> DatabaseCounters {
    let statement = |text: &str, calls: u64, is_upsert| StatementUse {
        text: text.to_owned(),
        is_upsert,
        calls,
        rows: calls,
        total_ms: float(calls) * 0.25,
        mean_ms: 0.25,
        max_ms: 3.0,
        blocks_hit: calls * 4,
        blocks_read: 0,
        wal_bytes: calls * 300,
    };
    DatabaseCounters {
        at_ms,
        statements: Some(vec![statement("insert ...", upserts, true), statement("select 1", 3, false)]),
        commits: Some(upserts + 100),
        rollbacks: Some(0),
        wal_bytes: Some(upserts * 350),
        written_bytes: None,
    }
}

#[test]
fn the_database_s_counters_are_told_per_event_of_the_window() {
    let database = vec![counters(0.0, 50), counters(2_004.0, 200), counters(20_001.0, 2_000)];
    let window = with_samples(&Samples { database: database.clone(), ..Samples::default() });
    assert_eq!((window.statements_per_event, window.rows_per_event), (Some(1.0), Some(1.0)));
    assert_eq!((window.transactions_per_event, window.wal_bytes_per_event), (Some(1.0), Some(350.0)));
    let statements = window.statements.unwrap();
    // The other one was not executed in the window.
    assert_eq!(statements.len(), 1);
    assert_eq!((statements[0].calls, statements[0].mean_ms), (1_800, 0.25));

    let without: Vec<_> =
        database.iter().map(|counters| DatabaseCounters { statements: None, ..counters.clone() }).collect();
    let window = with_samples(&Samples { database: without, ..Samples::default() });
    assert_eq!((window.statements, window.statements_per_event), (None, None));
    assert_eq!(window.transactions_per_event, Some(1.0));
    let window = with_samples(&Samples { database: database[..2].to_vec(), ..Samples::default() });
    assert_eq!((window.statements, window.transactions_per_event), (None, None));
}
