use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    model::{Language, Mode, Protocol, ToolVersion},
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
    assert!(describe(&plan).contains("left out: producer-api-go-rest: go is not installed"));
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
