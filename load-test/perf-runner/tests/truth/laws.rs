//! Throughput, response and quantiles against the service's own account of the same
//! seconds, against the laws that hold for any system, and against what theory
//! predicts for this one.

use std::{collections::BTreeMap, ops::Range};

use perf_runner::model::{PhaseLoad, PlannedPhase, Protocol, Verdict, WindowFigures};
use stand_in::{Behaviour, Call};

use crate::bench::{Bench, Seen, Setup, Wanted};

const SERVERS: u32 = 8;
/// Long enough that what a busy machine adds to a call is less than a percent of it.
const SERVICE_MS: f64 = 200.0;
const PAUSE_MS: f64 = 40.0;

/// Where other programs take the processors, one second says nothing of the measurement.
const ATTEMPTS: usize = 4;
/// What says that they did.
const DISTURBED: [&str; 4] = ["other_load", "stolen", "host_cpu", "swap"];

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
    hold_the_laws(Protocol::Rest).await;
}

#[tokio::test]
async fn numbers_agree_with_the_service_s_own_account_and_with_the_laws_over_grpc() {
    hold_the_laws(Protocol::Grpc).await;
}

async fn hold_the_laws(protocol: Protocol) {
    let mut bench = Bench::with(Setup::of(protocol)).await;
    let behaviour = Behaviour {
        servers: SERVERS as usize,
        mean_ms: SERVICE_MS,
        exponential: true,
        seed: 7,
        ..Behaviour::default()
    };
    for attempt in 1..=ATTEMPTS {
        let seen = bench.see(Wanted { think_time_ms: 40, ..Wanted::of(behaviour.clone(), phases()) }).await;
        verdicts(&seen);
        let missed: Vec<String> = LOADS.iter().flat_map(|load| miss(&seen, load)).collect();
        if missed.is_empty() {
            break;
        }
        // What the measurement itself does wrong, it does each time.
        let disturbances = LOADS.map(|(phase, _)| disturbances(&seen, phase)).concat();
        assert!(
            attempt < ATTEMPTS,
            "attempt {attempt}:\n{}\ndisturbed by:\n{}",
            missed.join("\n"),
            disturbances.join("\n")
        );
    }
    bench.close().await;
}

/// What others did to the host meanwhile, in words.
fn disturbances(seen: &Seen, phase: &str) -> Vec<String> {
    let checks = DISTURBED.map(|id| seen.check(id, phase));
    checks.into_iter().filter(|check| check.verdict == Verdict::Warn).map(|check| check.text).collect()
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
    let per_s = counted / seconds;
    let (responses, waits) = (sorted(responses_ms(&calls)), sorted(waits_ms(&calls)));
    let mut found = Vec::new();
    let mut hold = |what: &str, measured: f64, expected: f64, share: f64| {
        if (measured / expected - 1.0).abs() > share {
            found.push(format!("{name}, {what}: measured {measured}, expected {expected}"));
        }
    };
    hold("calls in the window", counted, calls.len() as f64, 0.01 + edge);
    hold("mean response", mean_ms, mean_ms.clamp(mean(&responses), mean(&waits)), 0.01 + edge);
    // A service takes by definition what its servers were busy for, over what they completed.
    let busy = busy_servers(seen, window);
    let service_ms = busy * seconds * 1000.0 / calls.len() as f64;
    hold("utilisation law", per_s * service_ms / 1000.0, busy, 0.01 + edge);
    // What is under way at an edge belongs to the window in part.
    let carried = Carried::over(seen, window, *vus);
    let there = f64::from(*vus);
    hold("response time law", per_s * (mean_ms + PAUSE_MS) / 1000.0 + carried.of_calls, there, 0.01);
    hold("Little's law", window.time_weighted_vus.unwrap() + carried.of_iterations, there, 0.01);
    let (theory_per_s, theory_ms) = mean_value_analysis(*vus);
    hold("throughput in theory", per_s, theory_per_s, 0.05 + edge);
    hold("mean response in theory", mean_ms, theory_ms, 0.05 + edge);
    for quantile in [0.5, 0.9, 0.95] {
        let measured = window.ok.as_ref().unwrap().quantile_ms(quantile).unwrap();
        let shortest = neighbours(&responses, quantile).start;
        let longest = neighbours(&waits, quantile).end;
        hold(&format!("quantile {quantile}"), measured, measured.clamp(shortest, longest), 0.01);
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

/// What users had begun at the window's end and not completed, less the same at its
/// beginning, as a share of the window: both laws are exact with it.
struct Carried {
    /// Of calls, each of which counts with its pause when it ends.
    of_calls: f64,
    /// Of iterations, which end after the pause.
    of_iterations: f64,
}

impl Carried {
    fn over(seen: &Seen, window: &WindowFigures, vus: u32) -> Self {
        let edges = edges_us(seen, window);
        let (start, end) = (carried_us(seen, edges.start, vus), carried_us(seen, edges.end, vus));
        let share = |start: f64, end: f64| (end - start) / (edges.end - edges.start) as f64;
        Self { of_calls: share(start.0, end.0), of_iterations: share(start.1, end.1) }
    }
}

/// At one moment: of calls, and of iterations.
fn carried_us(seen: &Seen, at: u64, vus: u32) -> (f64, f64) {
    let mut latest = BTreeMap::new();
    for call in seen.calls.iter().filter(|call| call.arrived_us <= at) {
        latest.insert(user(call), call);
    }
    // Users of an earlier phase may not be among this one's.
    let mut under_way: Vec<&Call> = latest.into_values().collect();
    under_way.sort_by_key(|call| std::cmp::Reverse(call.arrived_us));
    let mut sums = (0.0, 0.0);
    for call in under_way.into_iter().take(vus as usize) {
        let since = |moment: u64| (at - moment) as f64;
        sums.1 += since(call.arrived_us);
        sums.0 += match call.ended_us.filter(|ended| *ended <= at) {
            Some(ended) => since(ended) - PAUSE_MS * 1000.0,
            None => since(call.arrived_us),
        };
    }
    sums
}

fn user(call: &Call) -> u32 {
    call.entity_id.split('-').nth(2).unwrap().parse().unwrap()
}

/// How long the users waited at least, in milliseconds: for the service.
fn responses_ms(calls: &[Call]) -> Vec<f64> {
    calls.iter().filter_map(Call::response_ms).collect()
}

/// How long they waited at most, in milliseconds: until their next call, less the pause.
/// What a host adds on the way between the two programs is in it.
fn waits_ms(calls: &[Call]) -> Vec<f64> {
    let next = |call: &Call| {
        let later = calls.iter().filter(|other| user(other) == user(call) && other.call > call.call);
        later.map(|other| other.arrived_us).min()
    };
    let wait = |call: &Call| {
        let response_ms = call.response_ms()?;
        let until_next =
            next(call).map(|next| next.saturating_sub(call.arrived_us) as f64 / 1000.0 - PAUSE_MS);
        Some(until_next.map_or(response_ms, |wait_ms| wait_ms.max(response_ms)))
    };
    calls.iter().filter_map(wait).collect()
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
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
    assert!((alone_ms - SERVICE_MS).abs() < 1e-9 && (alone_per_s - 1000.0 / 240.0).abs() < 1e-9);
    // All servers are busy all the time.
    assert!((mean_value_analysis(200).0 - 40.0).abs() < 1e-3);
}
