//! Each check trips on a real run of what it is there for, and only then.

use std::process::{Child, Command};

use perf_runner::model::{PhaseLoad, PlannedPhase, Verdict};
use stand_in::{Behaviour, Fate};

use crate::{
    bench::{Bench, Seen, Setup, Wanted, held},
    group::script,
    pinned_k6::k6,
};

use Verdict::{Invalid, Ok, Warn};

/// A few hundred ports, so that seconds are enough to use up half of them.
const FEW_PORTS: (u16, u16) = (32_768, 33_068);

#[tokio::test]
async fn a_connection_for_each_call_uses_up_the_ports() {
    let mut bench = Bench::new().await;
    bench.host().ephemeral_ports = Some(FEW_PORTS);
    let leaking = Behaviour { close_connections: true, ..Behaviour::default() };
    let wanted = |behaviour| Wanted { think_time_ms: 5, ..Wanted::of(behaviour, vec![held(10, 4_000)]) };
    let seen = bench.see(wanted(leaking)).await;
    assert_eq!(seen.phase("p1").connections_opened, Some(seen.count(Fate::Acknowledged)));
    assert_eq!((seen.verdict("connections", "p1"), seen.verdict("ports", "p1")), (Warn, Invalid));
    let waiting = seen.run.samples.as_ref().unwrap().resources.iter().filter_map(|sample| {
        sample.sockets.as_ref().filter(|_| sample.target == perf_runner::model::Target::Api)?.get("time_wait")
    });
    assert!(waiting.max() > Some(&100), "who closes first waits: the service");

    let seen = bench.see(wanted(Behaviour::default())).await;
    assert_eq!(seen.phase("p1").connections_opened, Some(10));
    assert_eq!(seen.verdict("connections", "p1"), Ok);
    bench.close().await;
}

#[tokio::test]
async fn a_service_that_gets_slower_is_not_steady() {
    let mut bench = Bench::new().await;
    let wanted = |slower_each_second| {
        let behaviour = Behaviour { mean_ms: 20.0, slower_each_second, ..Behaviour::default() };
        Wanted::of(behaviour, vec![held(4, 17_000)])
    };
    let seen = bench.see(wanted(0.2)).await;
    let check = seen.check("steady_state", "p1");
    assert_eq!(check.verdict, Invalid, "{check:?}");
    assert!(check.text.contains("fell"), "{check:?}");
    bench.close().await;
}

/// What ends in the window was begun before it, and what was begun in it ends after.
#[tokio::test]
async fn calls_as_long_as_the_window_do_not_balance_its_books() {
    let mut bench = Bench::new().await;
    let behaviour = Behaviour { mean_ms: 3_400.0, ..Behaviour::default() };
    let seen = bench.see(Wanted::of(behaviour, vec![held(3, 6_000)])).await;
    let checks = ["little", "client_overhead"].map(|id| seen.check(id, "p1"));
    assert!(checks.iter().all(|check| check.verdict == Invalid), "{checks:?}");
    bench.close().await;
}

#[tokio::test]
async fn a_service_that_dies_ends_the_phase() {
    let mut bench = Bench::new().await;
    let behaviour = Behaviour { mean_ms: 20.0, ..Behaviour::default() };
    let wanted = Wanted { kill_after: Some(4), ..Wanted::of(behaviour, vec![held(4, 60_000)]) };
    let seen = bench.see(wanted).await;
    assert_eq!(seen.of_run("service_end").verdict, Invalid);
    assert_eq!(seen.verdict("cut_short", "p1"), Invalid);
    let unknown = seen.load.phases[0].unknown;
    assert!(unknown > 0, "calls were under way");
    let generator = seen.of_run("generator_exit");
    assert_eq!(generator.verdict, Warn, "{generator:?}");
    bench.close().await;
}

/// Its calls are written down all the same, so nothing but its end is wrong.
#[tokio::test]
async fn a_service_that_does_not_stop_when_it_is_asked_is_killed_and_told() {
    let mut bench = Bench::new().await;
    let behaviour = Behaviour { ignores_stop: true, ..Behaviour::default() };
    let seen = bench.see(Wanted { think_time_ms: 50, ..Wanted::of(behaviour, vec![held(2, 2_000)]) }).await;
    let check = seen.of_run("service_end");
    assert_eq!(check.verdict, Warn, "{check:?}");
    assert!(check.text.contains("was killed"), "{check:?}");
    bench.close().await;
}

/// Users that come one by one, in the generator itself.
#[tokio::test]
async fn a_ramp_is_not_steady() {
    let folder = tempfile::tempdir().unwrap();
    let ramp = format!(
        "sed -i -e 's/\"constant-vus\"/\"ramping-vus\"/' -e 's/,\"vus\":8}}/}}/' \\
             -e 's/\"duration\":\"17000ms\"/\"startVUs\":1,\"stages\":[{{\"duration\":\"17s\",\"target\":8}}]/' \\
             \"$PERF_PLAN\"
         exec {} \"$@\"",
        k6().display()
    );
    let mut bench = Bench::with(Setup::by(script(folder.path(), &ramp))).await;
    let behaviour = Behaviour { mean_ms: 20.0, ..Behaviour::default() };
    let seen = bench.see(Wanted::of(behaviour, vec![held(8, 17_000)])).await;
    let check = seen.check("steady_state", "p1");
    assert_eq!(check.verdict, Invalid, "{check:?}");
    assert!(check.text.contains("rose"), "{check:?}");
    bench.close().await;
}

/// Its summary has ten times the iterations and more than it had.
#[tokio::test]
async fn a_generator_that_miscounts_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let miscounts = format!(
        "{} \"$@\"; code=$?
         sed -i 's/\"iterations\":/&1/' \"$PERF_SUMMARY\"
         exit $code",
        k6().display()
    );
    let mut bench = Bench::with(Setup::by(script(folder.path(), &miscounts))).await;
    let wanted = Wanted { think_time_ms: 50, ..Wanted::of(Behaviour::default(), vec![held(2, 2_000)]) };
    let seen = bench.see(wanted).await;
    for id in ["counts_agree", "summary_agrees"] {
        assert_eq!(seen.verdict(id, "p1"), Invalid, "{:?}", seen.check(id, "p1"));
    }
    bench.close().await;
}

/// It stores nothing, so it is faster than one connection to the database.
#[tokio::test]
async fn nobody_is_faster_than_the_database_alone() {
    let mut bench = Bench::new().await;
    let ceiling = bench.ceiling(1).await;
    let wanted = |vus, think_time_ms| Wanted {
        think_time_ms,
        ..Wanted::of(Behaviour::default(), vec![held(vus, 3_000)])
    };
    let mut fast = bench.see(wanted(20, 0)).await;
    fast.campaign.ceilings = vec![ceiling.clone()];
    let check = fast.check("ceiling", "p1");
    assert_eq!(check.verdict, Warn, "{check:?}");
    let mut slow = bench.see(wanted(1, 100)).await;
    slow.campaign.ceilings = vec![ceiling];
    assert_eq!(slow.verdict("ceiling", "p1"), Ok);
    bench.close().await;
}

#[tokio::test]
async fn more_than_a_service_can_do_is_dropped_in_the_open_model() {
    let mut bench = Bench::new().await;
    let phases = |per_s| {
        let load = PhaseLoad::Rate { per_s, hold_ms: 5_000, max_vus: 5 };
        vec![PlannedPhase { load, ..held(1, 1) }]
    };
    let behaviour = Behaviour { servers: 1, mean_ms: 50.0, ..Behaviour::default() };
    let seen = bench.see(Wanted::of(behaviour.clone(), phases(100))).await;
    assert_eq!(
        (seen.verdict("arrival_rate", "p1"), seen.verdict("dropped_iterations", "p1")),
        (Invalid, Invalid)
    );
    let seen = bench.see(Wanted::of(behaviour, phases(5))).await;
    assert_eq!((seen.verdict("arrival_rate", "p1"), seen.verdict("dropped_iterations", "p1")), (Ok, Ok));
    bench.close().await;
}

/// Loops that never end, one on each of these processors.
struct Busy(Vec<Child>);

impl Busy {
    fn on(processors: &[usize]) -> Self {
        let start = |processor: &usize| {
            let mut command = Command::new("taskset");
            command.args(["-c", &processor.to_string(), "sh", "-c", "while :; do :; done"]).spawn().unwrap()
        };
        Self(processors.iter().map(start).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[tokio::test]
async fn a_generator_that_gets_too_little_of_the_processors_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let on_one = script(folder.path(), &format!("exec taskset -c 0 {} \"$@\"", k6().display()));
    let mut bench = Bench::with(Setup::by(on_one)).await;
    let processors: Vec<usize> = (0..usize::try_from(bench.host().cores).unwrap()).chain([0]).collect();
    let busy = Busy::on(&processors);
    let seen = bench.see(Wanted::of(Behaviour::default(), vec![held(20, 5_000)])).await;
    drop(busy);
    assert!(not_ok(&seen, "generator_starved"), "{:?}", seen.check("generator_starved", "p1"));
    for id in ["host_cpu", "other_load"] {
        assert!(not_ok(&seen, id), "{:?}", seen.check(id, "p1"));
    }
    bench.close().await;
}

/// With one processor of its own, and a collection of garbage at every turn: by far slower
/// than a service that answers at once on the others. Both go before other programs, where
/// that is allowed: what those take, the generator cannot use up.
#[tokio::test]
async fn a_generator_that_uses_up_its_processors_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let on_one = format!("export GOGC=5\nexec nice -n -15 taskset -c 0 {} \"$@\"", k6().display());
    let others = std::thread::available_parallelism().unwrap().get() - 1;
    let before_service =
        ["nice", "-n", "-15", "taskset", "-c", &format!("1-{others}")].map(str::to_owned).to_vec();
    let setup = Setup { before_service, ..Setup::by(script(folder.path(), &on_one)) };
    let mut bench = Bench::with(setup).await;
    let seen = bench.see(Wanted::of(Behaviour::default(), vec![held(50, 6_000)])).await;
    let check = seen.check("generator_cpu", "p1");
    assert_eq!(check.verdict, Invalid, "{check:?}");
    assert!(check.text.contains("of 1 processors"), "{check:?}");
    bench.close().await;
}

fn not_ok(seen: &Seen, id: &str) -> bool {
    [Warn, Invalid].contains(&seen.verdict(id, "p1"))
}
