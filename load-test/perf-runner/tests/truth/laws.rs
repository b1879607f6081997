//! Throughput, response and quantiles against the service's own account of the same
//! seconds, against the laws that hold for any system, and against what theory
//! predicts for this one.

use std::ops::Range;

use perf_runner::model::{PhaseLoad, PlannedPhase, Verdict, WindowFigures};
use stand_in::{Behaviour, Call};

use crate::bench::{Bench, Seen, Wanted};

const SERVERS: u32 = 8;
/// Long enough that what a busy machine adds to a call is less than a percent of it.
const SERVICE_MS: f64 = 250.0;
const PAUSE_MS: f64 = 50.0;
/// What other programs on the machine do to one second is no fault of the measurement.
const ATTEMPTS: usize = 3;

const LOADS: [(&str, u32); 3] = [("p1", 1), ("p2", 10), ("p3", 50)];

/// Long enough for a slope where it is asked for, and for fifty calls of one user.
fn phases() -> Vec<PlannedPhase> {
    LOADS
        .iter()
        .zip([(0, 18_000), (20_000, 12_000), (34_000, 18_000)])
        .map(|((name, vus), (start_ms, hold_ms))| PlannedPhase {
            name: (*name).to_owned(),
            load: PhaseLoad::Vus { vus: *vus, hold_ms },
            start_ms,
            settle_ms: 2_000,
        })
        .collect()
}

#[tokio::test]
async fn numbers_agree_with_the_service_s_own_account_and_with_the_laws() {
    let mut bench = Bench::new().await;
    let mut misses = Vec::new();
    for _attempt in 0..ATTEMPTS {
        let behaviour = Behaviour {
            servers: SERVERS as usize,
            mean_ms: SERVICE_MS,
            exponential: true,
            seed: 7,
            ..Behaviour::default()
        };
        let seen = bench.see(Wanted { think_time_ms: 50, ..Wanted::of(behaviour, phases()) }).await;
        misses = LOADS.iter().flat_map(|load| miss(&seen, load)).collect();
        verdicts(&seen);
        if misses.is_empty() {
            break;
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
    bench.close().await;
}

/// What does not agree, in words.
fn miss(seen: &Seen, (name, vus): &(&str, u32)) -> Vec<String> {
    let window = seen.window(name);
    let calls = in_window(seen, window);
    let seconds = (window.end_ms - window.start_ms) / 1000.0;
    let counted = window.acknowledged.unwrap() as f64;
    // A call may end on the other side of an edge for the two that count it.
    let edge = 1.0 / counted;
    let mean_ms = window.mean_call_ms.unwrap();
    let (per_s, responses) = (counted / seconds, sorted(&calls, Call::response_ms));
    let mut found = Vec::new();
    let mut hold = |what: &str, measured: f64, expected: f64, share: f64| {
        if (measured / expected - 1.0).abs() > share {
            found.push(format!("{name}, {what}: measured {measured}, expected {expected}"));
        }
    };
    hold("calls in the window", counted, calls.len() as f64, 0.01 + edge);
    hold("mean response", mean_ms, mean(&responses), 0.01 + edge);
    let busy = busy_servers(seen, window);
    hold("utilisation law", per_s * mean(&sorted(&calls, Call::service_ms)) / 1000.0, busy, 0.01 + edge);
    hold("response time law", f64::from(*vus) * 1000.0 / per_s, mean_ms + PAUSE_MS, 0.01 + edge);
    hold("Little's law", window.time_weighted_vus.unwrap(), f64::from(*vus), 0.01 + edge);
    let (theory_per_s, theory_ms) = mean_value_analysis(*vus);
    hold("throughput in theory", per_s, theory_per_s, 0.05 + edge);
    hold("mean response in theory", mean_ms, theory_ms, 0.05 + edge);
    for quantile in [0.5, 0.9, 0.95] {
        let measured = window.ok.as_ref().unwrap().quantile_ms(quantile).unwrap();
        let around = neighbours(&responses, quantile);
        if !(around.start * 0.99..around.end * 1.01).contains(&measured) {
            found.push(format!("{name}, quantile {quantile}: measured {measured}, expected {around:?}"));
        }
    }
    found
}

/// The books balance, and who sets the number is told.
fn verdicts(seen: &Seen) {
    for (name, _) in LOADS {
        let all = [
            "summary_agrees",
            "counts_agree",
            "errors",
            "unanswered",
            "dropped_iterations",
            "cut_short",
            "connections",
            "ports",
        ];
        for id in all {
            let check = seen.check(id, name);
            assert_eq!(check.verdict, Verdict::Ok, "{name}: {check:?}");
        }
    }
    let limited = ["p1", "p3"].map(|name| seen.check("client_limited", name));
    assert_eq!(limited.clone().map(|check| check.verdict), [Verdict::Warn, Verdict::Ok], "{limited:?}");
    assert_eq!(seen.verdict("requests_in_window", "p1"), Verdict::Invalid);
    let steady = seen.check("steady_state", "p3");
    assert!(steady.verdict <= Verdict::Warn, "{steady:?}");
}

/// The edges of a window on the service's clock.
fn edges_us(seen: &Seen, window: &WindowFigures) -> Range<u64> {
    let released_us = seen.released_at().timestamp_micros() as f64;
    (released_us + window.start_ms * 1000.0) as u64..(released_us + window.end_ms * 1000.0) as u64
}

fn in_window(seen: &Seen, window: &WindowFigures) -> Vec<Call> {
    let edges = edges_us(seen, window);
    let ended_inside = |call: &&Call| call.ended_us.is_some_and(|ended| edges.contains(&ended));
    seen.calls.iter().filter(ended_inside).cloned().collect()
}

/// Time of servers at work within the window, over its length.
fn busy_servers(seen: &Seen, window: &WindowFigures) -> f64 {
    let edges = edges_us(seen, window);
    let inside = |call: &Call| {
        let ended = call.ended_us.unwrap_or(call.begun_us);
        ended.min(edges.end).saturating_sub(call.begun_us.max(edges.start))
    };
    seen.calls.iter().map(inside).sum::<u64>() as f64 / (edges.end - edges.start) as f64
}

fn sorted(calls: &[Call], of: fn(&Call) -> Option<f64>) -> Vec<f64> {
    let mut values: Vec<f64> = calls.iter().filter_map(of).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Where a quantile may lie when a call or two at the window's edges are another's.
fn neighbours(sorted: &[f64], quantile: f64) -> Range<f64> {
    let rank = (sorted.len() as f64 * quantile) as usize;
    sorted[rank.saturating_sub(2)]..sorted[(rank + 2).min(sorted.len() - 1)]
}

/// Throughput and mean response of so many users at servers with exponential times
/// and one queue, who pause after each call: exact mean value analysis with a rate
/// that depends on how many are there.
fn mean_value_analysis(users: u32) -> (f64, f64) {
    let rate = |there: u32| f64::from(there.min(SERVERS)) / SERVICE_MS;
    let mut there = vec![1.0];
    let mut result = (0.0, 0.0);
    for population in 1..=users {
        let response_ms: f64 =
            (1..=population).map(|count| f64::from(count) / rate(count) * there[count as usize - 1]).sum();
        let per_ms = f64::from(population) / (response_ms + PAUSE_MS);
        let mut next: Vec<f64> =
            (1..=population).map(|count| per_ms / rate(count) * there[count as usize - 1]).collect();
        next.insert(0, (1.0 - next.iter().sum::<f64>()).max(0.0));
        (there, result) = (next, (per_ms * 1000.0, response_ms));
    }
    result
}

#[test]
fn the_theory_has_its_own_limits_right() {
    let (alone_per_s, alone_ms) = mean_value_analysis(1);
    assert!((alone_ms - SERVICE_MS).abs() < 1e-9 && (alone_per_s - 1000.0 / 300.0).abs() < 1e-9);
    // All servers are busy all the time.
    assert!((mean_value_analysis(200).0 - 32.0).abs() < 1e-3);
}
