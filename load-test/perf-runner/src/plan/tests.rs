use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    model::{Language, Mode, Protocol, Spent, ToolVersion},
    settings::{
        Given, Places,
        load::{Amount, HeldLoad},
    },
};

fn api(language: Language, program: &str) -> Api {
    Api {
        id: format!("producer-api-{language}-rest"),
        language,
        protocol: Protocol::Rest,
        port: 1,
        build: vec![program.to_owned()],
        start: vec!["./x".to_owned()],
        image: String::new(),
    }
}

fn settings(seed: u64) -> Settings {
    Settings {
        places: Places { root: "/r".into(), state: "/r/.perf".into(), results: "/r/results".into() },
        given: Given::default(),
        mode: Mode::Smoke,
        apis: vec![api(Language::Rust, "cargo"), api(Language::Go, "go"), api(Language::Java, "./mvnw")],
        payloads: vec![PayloadSize::Default, PayloadSize::K8],
        loads: Vec::new(),
        settle_ms: None,
        warm_up_ms: 0,
        update_share: 0.0,
        again: None,
        ceiling: false,
        rounds: 4,
        seed,
        think_time_ms: 100,
        request_timeout_ms: 10_000,
        max_connections: 10,
        runtime: Runtime::Process,
        skip_build: false,
        verify: false,
    }
}

fn host(tools: &[(&str, Option<&str>)]) -> HostFacts {
    HostFacts {
        cpu_model: None,
        cores: 2,
        memory_bytes: None,
        memory_available_bytes: None,
        kernel: None,
        distribution: None,
        open_files_limit: None,
        ephemeral_ports: None,
        load_average: None,
        free_disk_bytes: None,
        virtualised: None,
        tools: tools
            .iter()
            .map(|(name, version)| ToolVersion { name: (*name).into(), version: version.map(Into::into) })
            .collect(),
        database: BTreeMap::new(),
        containers: BTreeMap::new(),
        generator: None,
    }
}

fn plan(settings: &Settings, host: &HostFacts) -> Result<Plan, Fault> {
    make(&CampaignId("c".into()), settings, host)
}

#[test]
fn each_round_has_every_api_and_payload_once() {
    let plan = plan(&settings(7), &host(&[])).expect("a plan");
    assert_eq!(plan.runs.len(), 4 * 3 * 2);
    for round in 1..=4 {
        let of_round: BTreeSet<_> =
            plan.runs.iter().filter(|run| run.round == round).map(|run| (&run.api.id, run.payload)).collect();
        assert_eq!(of_round.len(), 6);
    }
    let tags: BTreeSet<_> = plan.runs.iter().map(|run| &run.tag).collect();
    assert_eq!(tags.len(), plan.runs.len(), "a tag tells test runs apart");
}

#[test]
fn the_seed_decides_the_order() {
    let order = |seed| -> Vec<String> {
        plan(&settings(seed), &host(&[])).expect("a plan").runs.into_iter().map(|run| run.id.0).collect()
    };
    assert_eq!(order(1), order(1));
    assert_ne!(order(1), order(2));
}

#[test]
fn rounds_differ_in_order() {
    let plan = plan(&settings(3), &host(&[])).expect("a plan");
    let round = |number| -> Vec<_> {
        plan.runs.iter().filter(|run| run.round == number).map(|run| (&run.api.id, run.payload)).collect()
    };
    assert!(round(1) != round(2) || round(2) != round(3), "every round came out in the same order");
}

#[test]
fn an_api_without_its_toolchain_is_left_out_with_the_reason() {
    let plan = plan(&settings(1), &host(&[("cargo", Some("1")), ("go", None)])).expect("a plan");
    assert_eq!(plan.left_out, [("producer-api-go-rest".to_owned(), "go is not installed".to_owned())]);
    assert!(describe(&plan, &Fit::default()).contains("left out: producer-api-go-rest: go is not installed"));
}

#[test]
fn nothing_to_measure_is_a_fault() {
    let fault =
        plan(&settings(1), &host(&[("cargo", None), ("go", None), ("java", None)])).expect_err("nothing");
    let text = fault.to_string();
    assert!(text.contains("cargo is not installed") && text.contains("no JDK is installed"), "{text}");
}

#[test]
fn held_loads_follow_each_other_with_room_for_the_last_calls() {
    let loads = [(10, 30_000), (50, 120_000)];
    let held = loads.map(|(users, hold_ms)| HeldLoad { amount: Amount::Users(users), hold_ms });
    let settings = Settings { mode: Mode::Full, loads: held.to_vec(), ..settings(1) };
    let plan = plan(&settings, &host(&[])).expect("a plan");
    let run = &plan.runs[0];
    let phases: Vec<_> =
        run.phases.iter().map(|phase| (phase.name.as_str(), phase.start_ms, phase.settle_ms)).collect();
    // 10 s timeout and 100 ms think time end within 11 s.
    assert_eq!(phases, [("p1", 0, 3_000), ("p2", 41_000, 10_000)]);
    assert_eq!(run.phases[1].load, PhaseLoad::Vus { vus: 50, hold_ms: 120_000 });
    assert_eq!((run.planned_ms, run.deadline_ms), (161_000, 221_000));
}

/// A call that begins with the phase's last moment still has its whole timeout, and a
/// timer that is late.
#[test]
fn no_call_is_cut_off_by_the_end_of_its_phase_or_met_by_the_next() {
    for (request_timeout_ms, think_time_ms) in [(500, 5), (1_000, 0), (10_000, 100), (1_450, 50), (900, 0)] {
        let held = HeldLoad { amount: Amount::Users(1), hold_ms: 5_000 };
        let of = settings(1);
        let of = Settings { mode: Mode::Full, loads: vec![held; 2], request_timeout_ms, think_time_ms, ..of };
        let second = plan(&of, &host(&[])).expect("a plan").runs[0].phases[1].start_ms;
        let grace_ms = PlannedPhase::grace_ms(request_timeout_ms, think_time_ms);
        assert!(grace_ms >= request_timeout_ms + think_time_ms + 500, "{grace_ms}");
        assert!(second > 5_000 + grace_ms && second.is_multiple_of(1000), "{second} {grace_ms}");
    }
}

#[test]
fn a_short_phase_settles_a_second_unless_told_otherwise() {
    let held = HeldLoad { amount: Amount::PerSecond(500), hold_ms: 5_000 };
    let short = Settings { mode: Mode::Full, loads: vec![held], ..settings(1) };
    let settle =
        |settings: &Settings| plan(settings, &host(&[])).expect("a plan").runs[0].phases[0].settle_ms;
    assert_eq!(settle(&short), 1_000);
    assert_eq!(settle(&Settings { settle_ms: Some(0), ..short }), 0);
}

#[test]
fn the_second_of_two_equal_ones_has_a_name_of_its_own_and_the_first_one_s_program() {
    let again = Some("producer-api-go-rest".to_owned());
    let plan = plan(&Settings { again, ..settings(1) }, &host(&[])).expect("a plan");
    assert_eq!(plan.runs.len(), 4 * 4 * 2);
    assert_eq!(plan.apis().len(), 3);
    let second: Vec<_> = plan.runs.iter().filter(|run| run.again).collect();
    assert_eq!(second.len(), 4 * 2);
    assert!(second.iter().all(|run| run.name() == "producer-api-go-rest@again"));
    assert!(second.iter().all(|run| run.id.0.contains("producer-api-go-rest@again")));
    assert!(second.iter().all(|run| run.api.id == "producer-api-go-rest"));
}

#[test]
fn a_warm_up_has_the_first_load_and_another_tag() {
    let loads = [(10, 30_000), (50, 120_000)];
    let held = loads.map(|(users, hold_ms)| HeldLoad { amount: Amount::Users(users), hold_ms });
    let settings = Settings { mode: Mode::Full, loads: held.to_vec(), warm_up_ms: 15_000, ..settings(1) };
    let plan = plan(&settings, &host(&[])).expect("a plan");
    let warm_up = warm_up(&plan, &plan.runs[0]).expect("a warm-up");
    assert_eq!(warm_up.phases.len(), 1);
    assert_eq!(warm_up.phases[0].load, PhaseLoad::Vus { vus: 10, hold_ms: 15_000 });
    assert!(warm_up.tag.len() == 8 && warm_up.tag != plan.runs[0].tag, "{}", warm_up.tag);
    assert_eq!(warm_up_of_smoke(), None);
    let trials = trials(&plan);
    assert_eq!(trials.len(), 3, "each API once, whatever the rounds and payloads");
    assert!(trials.iter().all(|trial| trial.round == 0 && trial.phases == vec![phases::smoke()]));
}

fn warm_up_of_smoke() -> Option<PlannedRun> {
    let plan = plan(&Settings { warm_up_ms: 15_000, ..settings(1) }, &host(&[])).expect("a plan");
    assert!(trials(&plan).is_empty(), "a smoke campaign is its own trial");
    warm_up(&plan, &plan.runs[0])
}

#[test]
fn an_estimate_is_from_above_and_grows_with_what_is_asked_for() {
    let estimate = |users, payload: PayloadSize| {
        let held = HeldLoad { amount: Amount::Users(users), hold_ms: 60_000 };
        let settings = Settings {
            mode: Mode::Full,
            loads: vec![held],
            payloads: vec![payload],
            rounds: 1,
            ..settings(1)
        };
        plan(&settings, &host(&[])).expect("a plan").estimate.expect("an estimate")
    };
    let small = estimate(10, PayloadSize::Default);
    // Ten users who pause for 100 ms can send 100 events a second at most.
    assert!((5_900..=6_000).contains(&small.events), "{small:?}");
    assert!(small.generator_bytes > 60 << 20 && small.generator_bytes < 90 << 20, "{small:?}");
    assert!(small.total_ms > 3 * 60_000 && small.total_ms < 3 * 90_000, "{small:?}");
    let large = estimate(2_000, PayloadSize::K64);
    assert!(large.generator_bytes > small.generator_bytes + (500 << 20));
    assert!(large.database_bytes > 100 * small.database_bytes);
    assert_eq!(large.results_bytes, small.results_bytes);
}

#[test]
fn what_does_not_fit_is_told_with_both_numbers() {
    let held = HeldLoad { amount: Amount::Users(2_000), hold_ms: 60_000 };
    let settings = Settings { mode: Mode::Full, loads: vec![held], ..settings(1) };
    let on = |change: fn(&mut HostFacts)| {
        let mut host = host(&[]);
        change(&mut host);
        let plan = plan(&settings, &host).expect("a plan");
        (fit(&plan, &host), describe(&plan, &fit(&plan, &host)))
    };
    assert_eq!(on(|_| ()).0, Fit::default(), "what is not known is not held against a host");
    let (fit, text) = on(|host| host.memory_bytes = Some(1 << 30));
    assert!(fit.refused[0].contains("MiB of memory") && fit.refused[0].ends_with("has 1024 MiB"), "{fit:?}");
    assert!(text.contains("cannot be done here: the plan needs up to"), "{text}");
    let (fit, text) = on(|host| host.memory_available_bytes = Some(1 << 30));
    assert!(fit.refused.is_empty() && fit.doubtful[0].contains("1024 MiB can be had now"), "{fit:?}");
    assert!(text.contains("may not fit: the plan needs up to"), "{text}");
    assert_eq!(on(|host| host.free_disk_bytes = Some(1 << 20)).0.refused.len(), 1);
    assert_eq!(on(|host| host.free_disk_bytes = Some(1 << 31)).0.doubtful.len(), 1);
    assert!(on(|host| host.open_files_limit = Some(1_024)).0.refused[0].contains("ulimit -n"));
}

#[test]
fn an_estimate_is_told_beside_the_truth() {
    let plan = plan(&settings(1), &host(&[])).expect("a plan");
    let spent = Spent { total_ms: Some(61_500), database_bytes: Some(3 << 20), ..Spent::default() };
    let text = compare(&plan.estimate.expect("an estimate"), &spent);
    assert!(text.contains("1:02") && text.contains("3 MiB") && text.contains("not measured"), "{text}");
}
