//! Each check on both sides of its limits, on a load of 10 and one of 50 VUs.

use crate::{
    analyze::checks::of_run,
    model::{
        Campaign, Ceiling, Check, CheckScope, PhaseFigures, PhaseLoad, Samples, SummaryDifference, Target,
        TestRun, Verdict, WindowFigures, WindowUse,
    },
    sample::{SIX, held_of},
};

/// A test run whose second phase a test may spoil.
struct Bench {
    campaign: Campaign,
    run: TestRun,
}

impl Bench {
    fn new() -> Self {
        let mut stored = held_of(&SIX[..1], &[10, 50], 1);
        let mut bench = Self { run: stored.runs.remove(0).run, campaign: stored.campaign };
        bench.campaign.ceilings.clear();
        bench.campaign.host.cores = 2;
        bench.campaign.host.ephemeral_ports = Some((32_768, 60_999));
        let mut samples = Samples::default();
        samples.processors.insert(Target::K6, vec![0, 1]);
        bench.run.samples = Some(samples);
        for target in [Target::K6, Target::Host, Target::Api, Target::Postgres, Target::Runner] {
            *bench.used(target) =
                WindowUse { sampled_ms: 1_000.0, cpu_cores: Some(0.1), ..WindowUse::default() };
        }
        bench
    }

    fn phase(&mut self) -> &mut PhaseFigures {
        &mut self.run.phases[1]
    }

    fn window(&mut self) -> &mut WindowFigures {
        self.phase().window.as_mut().unwrap()
    }

    fn used(&mut self, target: Target) -> &mut WindowUse {
        self.window().resources.entry(target).or_default()
    }

    fn counter(&mut self, target: Target, name: &str, value: f64) {
        self.used(target).pressure.get_or_insert_default().insert(name.to_owned(), value);
    }

    fn found(&self, id: &str) -> Option<Check> {
        let scope = CheckScope::Phase("p2".to_owned());
        of_run(&self.run, &self.campaign).into_iter().find(|check| check.id == id && check.scope == scope)
    }
}

fn check(id: &str, change: impl FnOnce(&mut Bench)) -> Check {
    let mut bench = Bench::new();
    change(&mut bench);
    bench.found(id).unwrap()
}

fn verdict(id: &str, change: impl FnOnce(&mut Bench)) -> Verdict {
    check(id, change).verdict
}

use Verdict::{Invalid, Ok, Unknown, Warn};

#[test]
fn busy_vus_must_be_those_that_were_there() {
    let of = |busy| verdict("little", |bench| bench.window().time_weighted_vus = Some(busy));
    assert_eq!([50.0, 50.9, 51.1, 52.4, 52.6].map(of), [Ok, Ok, Warn, Warn, Invalid]);
    assert_eq!([49.1, 48.9, 47.4].map(of), [Ok, Warn, Invalid]);
    assert_eq!(verdict("little", |bench| bench.window().mean_vus = None), Unknown);
}

#[test]
fn the_generator_s_two_accounts_must_agree() {
    let difference = |what: &str| SummaryDifference {
        phase: "p2".to_owned(),
        what: what.to_owned(),
        summary: 12.0,
        stream: 11.5,
    };
    let of =
        |differences| check("summary_agrees", |bench| bench.phase().summary_differences = Some(differences));
    assert_eq!(of(Vec::new()).verdict, Ok);
    let found = of(vec![difference("p99 of the request clock"), difference("unknown")]);
    assert_eq!((found.verdict, found.value), (Invalid, Some(2.0)));
    assert!(found.text.contains("tell 2 numbers apart, the first the p99 of the request clock: 12 and 11.5"));
    assert!(Bench::new().found("summary_agrees").is_none(), "there is no stream");
}

#[test]
fn the_client_s_own_time_is_held_against_call_and_pause() {
    let of = |overhead_ms| {
        verdict("client_overhead", |bench| {
            bench.window().mean_call_ms = Some(100.0);
            bench.window().client_overhead_ms = Some(overhead_ms);
        })
    };
    assert_eq!([5.9, 6.1, 9.9, 10.1, -10.1].map(of), [Ok, Warn, Warn, Invalid, Invalid]);
    let text = check("client_overhead", |bench| bench.window().mean_call_ms = Some(2.5)).text;
    assert!(text.contains("call of 2.50 ms and a pause of 100 ms the client took 0.400 ms"), "{text}");
}

#[test]
fn near_the_client_s_limit_the_number_is_the_client_s() {
    // 50 VUs with a call of 25 ms at the lowest load: 400/s at most.
    let of = |per_s: u64| {
        check("client_limited", |bench| {
            bench.run.phases[0].window.as_mut().unwrap().mean_call_ms = Some(25.0);
            bench.window().iterations = Some(27 * per_s);
        })
    };
    assert_eq!((of(359).verdict, of(361).verdict), (Ok, Warn));
    let text = of(380).text;
    assert!(
        text.starts_with("At least 380.0/s; the client set this number: 50 VUs can make 400.0/s"),
        "{text}"
    );
}

#[test]
fn what_was_offered_must_have_been_begun() {
    let of = |attempts| {
        verdict("arrival_rate", |bench| {
            bench.run.planned[1].load = PhaseLoad::Rate { per_s: 1_000, hold_ms: 30_000, max_vus: 100 };
            bench.window().attempts = Some(attempts);
        })
    };
    assert_eq!([27_100, 27_000, 26_731, 26_729].map(of), [Ok, Ok, Ok, Invalid]);
}

#[test]
fn closed_and_open_models_have_checks_of_their_own() {
    let mut bench = Bench::new();
    assert!(bench.found("arrival_rate").is_none());
    bench.run.planned[1].load = PhaseLoad::Rate { per_s: 1_000, hold_ms: 30_000, max_vus: 100 };
    for id in ["little", "client_overhead", "client_limited"] {
        assert!(bench.found(id).is_none(), "{id}");
    }
}

#[test]
fn a_load_that_rises_or_falls_is_not_steady() {
    let of = |slope| verdict("steady_state", |bench| bench.window().slope = Some(slope));
    assert_eq!([0.049, 0.051, 0.199, 0.201].map(of), [Ok, Warn, Warn, Invalid]);
    assert_eq!([-0.049, -0.051, -0.201].map(of), [Ok, Warn, Invalid]);
    assert_eq!(verdict("steady_state", |bench| bench.window().slope = None), Unknown);
    let mut bench = Bench::new();
    let window = bench.window();
    (window.slope, window.end_ms) = (None, window.start_ms + 9_000.0);
    let told = bench.found("steady_state").unwrap().text;
    assert_eq!(told, "A slope takes three bins of 5 s, and the window has 9 s.");
}

#[test]
fn a_phase_that_ended_early_was_not_held() {
    let of = |seconds: usize| verdict("cut_short", |bench| bench.phase().seconds.truncate(seconds));
    assert_eq!([30, 29, 28, 20].map(of), [Ok, Ok, Invalid, Invalid]);
    assert_eq!(of(0), Unknown, "a generator that tells no seconds");
}

#[test]
fn few_requests_say_little() {
    let of = |calls| check("requests_in_window", |bench| bench.window().attempts = Some(calls));
    assert_eq!([999, 1_000].map(|calls| of(calls).verdict), [Invalid, Ok]);
    assert!(of(999).text.ends_with("percentiles up to 95."), "{}", of(999).text);
    assert!(of(1_000).text.ends_with("percentiles up to 99."), "{}", of(1_000).text);
    assert!(of(10_000).text.ends_with("percentiles up to 99.9."), "{}", of(10_000).text);
    assert!(of(19).text.ends_with("carry no percentile."), "{}", of(19).text);
}

#[test]
fn one_vu_needs_one_connection() {
    let of = |opened| verdict("connections", |bench| bench.phase().connections_opened = Some(opened));
    assert_eq!([0, 50, 55, 56].map(of), [Ok, Ok, Ok, Warn]);
}

#[test]
fn a_client_may_use_up_half_of_the_ports_and_no_more() {
    // 28,231 of them.
    let opened = |opened| verdict("ports", |bench| bench.phase().connections_opened = Some(opened));
    assert_eq!([14_115, 14_116].map(opened), [Ok, Invalid]);
    let waiting = |count| {
        verdict("ports", |bench| {
            let states = [("established", 50), ("time_wait", count)];
            bench.used(Target::K6).sockets_max = Some(states.map(|(name, of)| (name.to_owned(), of)).into());
        })
    };
    assert_eq!([14_065, 14_066].map(waiting), [Ok, Invalid]);
    assert_eq!(verdict("ports", |bench| bench.campaign.host.ephemeral_ports = None), Unknown);
}

#[test]
fn a_generator_at_its_limit_measures_itself() {
    let of = |cores| verdict("generator_cpu", |bench| bench.used(Target::K6).cpu_cores = Some(cores));
    assert_eq!([1.59, 1.61, 1.89, 1.91].map(of), [Ok, Warn, Warn, Invalid]);
    let pinned = verdict("generator_cpu", |bench| {
        bench.used(Target::K6).cpu_cores = Some(0.96);
        bench.run.samples.as_mut().unwrap().processors.insert(Target::K6, vec![1]);
    });
    assert_eq!(pinned, Invalid, "it may use one processor only");
    assert_eq!(verdict("generator_cpu", |bench| bench.run.samples = None), Unknown);
}

#[test]
fn a_generator_that_waits_for_a_processor_is_starved() {
    let of = |waited_s| {
        verdict("generator_starved", |bench| {
            bench.used(Target::K6).cpu_cores = Some(1.0);
            bench.counter(Target::K6, "cpu_wait", waited_s);
        })
    };
    assert_eq!([0.89, 0.91, 5.0].map(of), [Ok, Warn, Warn]);
    assert_eq!(verdict("generator_starved", |_| ()), Unknown);
}

#[test]
fn a_generator_that_is_held_up_by_a_limit_is_not_to_be_trusted() {
    let of = |seconds| {
        verdict("generator_throttled", |bench| bench.used(Target::K6).throttled_seconds = Some(seconds))
    };
    assert_eq!([0.0, 0.01, 0.011].map(of), [Ok, Ok, Invalid]);
    assert!(Bench::new().found("generator_throttled").is_none(), "where there is no limit");
}

#[test]
fn a_full_host_sets_the_number() {
    let of = |cores| check("host_cpu", |bench| bench.used(Target::Host).cpu_cores = Some(cores));
    assert_eq!((of(1.79).verdict, of(1.81).verdict, of(2.0).verdict), (Ok, Warn, Warn));
    assert!(of(1.9).text.ends_with("95 %: the host, not the API, set this number."), "{}", of(1.9).text);
}

#[test]
fn near_the_database_s_own_limit_it_is_database_bound() {
    let of = |acknowledged| {
        check("ceiling", |bench| {
            let payload = bench.run.payload;
            let ceiling = Ceiling {
                payload,
                concurrency: 10,
                duration_ms: 1,
                events_per_s: Some(1_000.0),
                reason: None,
            };
            bench.campaign.ceilings = vec![ceiling];
            bench.window().acknowledged = Some(acknowledged);
        })
    };
    assert_eq!((of(24_300).verdict, of(24_301).verdict), (Ok, Warn));
    assert!(of(25_000).text.contains("database-bound"), "{}", of(25_000).text);
    assert!(Bench::new().found("ceiling").is_none(), "where nobody asked for one");
}

#[test]
fn work_that_is_not_the_measurement_s_is_told() {
    // Four of ours use 0.4 processors.
    let of = |cores| verdict("other_load", |bench| bench.used(Target::Host).cpu_cores = Some(cores));
    assert_eq!([0.3, 0.59, 0.61].map(of), [Ok, Ok, Warn]);
    let unknown = verdict("other_load", |bench| bench.used(Target::Postgres).cpu_cores = None);
    assert_eq!(unknown, Unknown);
}

#[test]
fn stolen_time_and_swapping_are_told() {
    let stolen = |seconds| verdict("stolen", |bench| bench.counter(Target::Host, "steal_seconds", seconds));
    assert_eq!([0.0, 0.02, 0.021].map(stolen), [Ok, Ok, Warn]);
    let swapped = |pages| {
        verdict("swap", |bench| {
            bench.counter(Target::Host, "swap_in_pages", pages);
            bench.counter(Target::Host, "swap_out_pages", 0.0);
        })
    };
    assert_eq!([0.0, 1.0].map(swapped), [Ok, Warn]);
    assert_eq!((verdict("stolen", |_| ()), verdict("swap", |_| ())), (Unknown, Unknown));
}

#[test]
fn a_phase_without_figures_passes_no_check() {
    let mut bench = Bench::new();
    bench.run.phases.pop();
    let checks = of_run(&bench.run, &bench.campaign);
    let of_phase = checks.iter().filter(|check| check.scope == CheckScope::Phase("p2".to_owned()));
    assert!(of_phase.clone().count() > 10 && of_phase.clone().all(|check| check.verdict == Unknown));
}

/// The words of every check on a phase, as readers meet them.
#[test]
fn words() {
    let mut bench = Bench::new();
    bench.used(Target::K6).throttled_seconds = Some(0.1);
    bench.counter(Target::K6, "cpu_wait", 0.75);
    bench.counter(Target::Host, "steal_seconds", 0.1);
    bench.counter(Target::Host, "swap_in_pages", 0.0);
    bench.counter(Target::Host, "swap_out_pages", 3.0);
    bench.window().slope = Some(-0.123_4);
    bench.phase().seconds.truncate(12);
    let lines: Vec<String> = of_run(&bench.run, &bench.campaign)
        .iter()
        .filter(|check| check.scope == CheckScope::Phase("p2".to_owned()))
        .map(|check| {
            format!("{:<8} {}: {} [{}]", check.verdict.to_string(), check.id, check.text, check.limit)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
