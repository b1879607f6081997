use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    model::{Language, Protocol, ToolVersion},
    settings::{Given, Places},
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
