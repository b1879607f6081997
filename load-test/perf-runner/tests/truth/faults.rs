//! Calls that go wrong, counted by kind: the generator's counts equal the service's
//! own, one for one.

use std::collections::BTreeMap;

use perf_runner::model::{FailureKind, Protocol, Verdict};
use stand_in::{Behaviour, Fate, Stall};

use crate::bench::{Bench, Seen, Setup, Wanted, held};

/// Acknowledged, failed by kind, unknown, over all phases.
type Counts = (u64, BTreeMap<String, u64>, u64);

fn counted(seen: &Seen) -> Counts {
    let phases = &seen.load.phases;
    let mut failed = BTreeMap::new();
    for (FailureKind(kind), count) in phases.iter().flat_map(|phase| &phase.failed) {
        *failed.entry(kind.clone()).or_default() += count;
    }
    let sum = |of: fn(&perf_runner::model::PhaseNumbers) -> u64| phases.iter().map(of).sum();
    (sum(|phase| phase.acknowledged), failed, sum(|phase| phase.unknown))
}

/// The same as the stream of seconds has it.
fn streamed(seen: &Seen) -> Counts {
    let seconds = seen.load.seconds.as_ref().unwrap();
    let mut failed = BTreeMap::new();
    for (FailureKind(kind), count) in seconds.iter().flat_map(|second| &second.failed) {
        *failed.entry(kind.clone()).or_default() += count;
    }
    let sum = |of: fn(&perf_runner::model::SecondNumbers) -> u64| seconds.iter().map(of).sum();
    (sum(|second| second.acknowledged), failed, sum(|second| second.unknown))
}

/// What the service says of itself.
fn told(seen: &Seen) -> Counts {
    // The contract knows no data loss (15), and no page of HTML.
    let broken = if seen.protocol() == Protocol::Grpc { "grpc_15" } else { "http_500" };
    let kinds = [("unavailable", Fate::Refused), (broken, Fate::Broken)];
    let failed = kinds.map(|(kind, fate)| (kind.to_owned(), seen.count(fate)));
    let failed = failed.into_iter().filter(|(_, count)| *count > 0).collect();
    (seen.count(Fate::Acknowledged), failed, seen.count(Fate::Hung) + seen.count(Fate::Dropped))
}

/// Events without an answer, by name, as the generator and as the service tell them.
fn named(seen: &Seen) -> Vec<&str> {
    let unknown = seen.load.unacknowledged.iter().filter(|event| event.failed.is_none());
    let mut names: Vec<&str> = unknown.map(|event| event.entity_id.as_str()).collect();
    names.sort_unstable();
    names
}

fn told_names(seen: &Seen) -> Vec<&str> {
    let unanswered = seen.calls.iter().filter(|call| [Fate::Hung, Fate::Dropped].contains(&call.fate));
    let mut names: Vec<&str> = unanswered.map(|call| call.entity_id.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn every_call_is_counted_as_the_service_counted_it() {
    every_call_is_counted(Protocol::Rest).await;
}

#[tokio::test]
async fn every_call_is_counted_as_the_service_counted_it_over_grpc() {
    every_call_is_counted(Protocol::Grpc).await;
}

async fn every_call_is_counted(protocol: Protocol) {
    let mut bench = Bench::with(Setup::of(protocol)).await;
    let behaviour = Behaviour {
        mean_ms: 2.0,
        refuse_every: 10,
        hang_every: 50,
        drop_every: 33,
        break_every: 7,
        ..Behaviour::default()
    };
    // Long enough for every call that gets an answer, on a busy machine too.
    let wanted = Wanted {
        request_timeout_ms: 2_000,
        think_time_ms: 5,
        ..Wanted::of(behaviour, vec![held(10, 5_000)])
    };
    let seen = bench.see(wanted).await;
    let told = told(&seen);
    assert!(told.0 > 100 && told.1.len() == 2 && told.2 > 10, "{told:?}");
    assert_eq!(named(&seen), told_names(&seen));
    assert_eq!(counted(&seen), told);
    assert_eq!(streamed(&seen), told);
    for id in ["errors", "unanswered"] {
        assert_eq!(seen.verdict(id, "p1"), Verdict::Invalid, "{id}");
    }
    assert_eq!(seen.verdict("counts_agree", "p1"), Verdict::Ok);
    assert_eq!(seen.verdict("summary_agrees", "p1"), Verdict::Ok);
    bench.close().await;
}

#[tokio::test]
async fn a_stall_is_a_hole_in_the_seconds_and_no_failure() {
    a_stall_is_a_hole(Protocol::Rest).await;
}

#[tokio::test]
async fn a_stall_is_a_hole_in_the_seconds_and_no_failure_over_grpc() {
    a_stall_is_a_hole(Protocol::Grpc).await;
}

/// A closed load waits with the service, so that it takes the slowest call and the
/// empty seconds to see it.
async fn a_stall_is_a_hole(protocol: Protocol) {
    let mut bench = Bench::with(Setup::of(protocol)).await;
    let stall = Some(Stall { at_call: 200, ms: 2_500 });
    let behaviour = Behaviour { mean_ms: 2.0, stall, ..Behaviour::default() };
    let wanted = Wanted { think_time_ms: 20, ..Wanted::of(behaviour, vec![held(5, 6_000)]) };
    let seen = bench.see(wanted).await;
    let told = told(&seen);
    assert_eq!((counted(&seen), streamed(&seen)), (told.clone(), told.clone()));
    assert!(told.0 > 200 && told.1.is_empty() && told.2 == 0, "{told:?}");
    let seconds = &seen.phase("p1").seconds;
    assert!(seconds.iter().any(|second| second.ok == Some(0)), "no second is empty: {seconds:?}");
    let stalled = seen.calls.iter().filter(|call| call.response_ms() > Some(2_000.0)).count();
    let slow = seconds.iter().filter(|second| second.p99_ms > Some(2_000.0)).count();
    assert!((1..=5).contains(&stalled) && slow >= 1, "{stalled} calls waited, {slow} seconds show it");
    bench.close().await;
}
