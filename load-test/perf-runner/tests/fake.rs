//! The fake environment stands in for the real one: its files are read by the
//! same code, and what it does wrong on purpose is found.

// Clippy takes only functions marked `#[test]` for tests, and these are shared by them.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use perf_runner::{
    audit::{self, Sent},
    environment::{
        Environment as _,
        fake::{FakeEnvironment, FakeFault},
    },
    fault::Fault,
    interrupt::{Interrupt, Urgency},
    load::{self, LoadOf, LoadPaths},
    measure::{self, Measured},
    model::{
        Api, Audit, CampaignId, GeneratorSummary, Language, LoadResult, Mode, PayloadSize, PhaseLoad, Plan,
        PlannedPhase, PlannedRun, Protocol, Samples, ServiceEnd, Target, TestRunId,
    },
    progress::Silence,
};

const API: &str = "producer-api-rust-grpc";

fn api() -> Api {
    Api {
        id: API.into(),
        language: Language::Rust,
        protocol: Protocol::Grpc,
        port: 9090,
        build: vec!["cargo".into()],
        start: vec!["./target/release/it".into()],
        image: API.into(),
    }
}

fn plan() -> Plan {
    let phase = |name: &str, vus, start_ms| PlannedPhase {
        name: name.into(),
        load: PhaseLoad::Iterations { vus, per_vu: 6, max_duration_ms: 60_000 },
        start_ms,
        settle_ms: 0,
    };
    let run = PlannedRun {
        id: TestRunId("20261121-104351-smoke-7f3a.r1s01".into()),
        tag: "0000beef".into(),
        round: 1,
        slot: 1,
        api: api(),
        again: false,
        payload: PayloadSize::Default,
        phases: vec![phase("p1", 1, 0), phase("p2", 3, 5_000)],
        planned_ms: 10_000,
        deadline_ms: 70_000,
    };
    Plan {
        campaign: CampaignId("20261121-104351-smoke-7f3a".into()),
        mode: Mode::Smoke,
        seed: 7,
        rounds: 1,
        think_time_ms: 100,
        request_timeout_ms: 10_000,
        max_connections: 10,
        warm_up_ms: 0,
        update_share: 0.0,
        ceiling: false,
        runs: vec![run],
        left_out: Vec::new(),
        estimate: None,
    }
}

/// What one cycle of a test run came to.
struct Cycle {
    result: LoadResult,
    audit: Audit,
    service: ServiceEnd,
    samples: Samples,
}

async fn cycle(environment: &mut FakeEnvironment, folder: &Path, urgency: Urgency) -> Result<Cycle, Fault> {
    cycle_of(&plan(), environment, folder, urgency).await
}

async fn cycle_of(
    plan: &Plan,
    environment: &mut FakeEnvironment,
    folder: &Path,
    urgency: Urgency,
) -> Result<Cycle, Fault> {
    let (sender, interrupt) = Interrupt::channel();
    sender.send_replace(urgency);
    let run = &plan.runs[0];
    let templates = load::make_templates(run.payload, plan.seed)?;
    environment.build(&[api()], &Silence).await?.remove(0).map_err(|(_, fault)| fault)?;
    environment.start_application_database(&Silence).await?;
    environment.clear().await?;
    let service = environment.start_service(&run.api, &folder.join("service.log")).await?;
    environment.prove(&templates[0]).await?;
    environment.clear().await?;
    let of = LoadOf { plan, run, endpoint: &service.endpoint, templates: &templates, streams: true };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let job = load::prepare(&of, &LoadPaths { repository: &root, folder }, 2)?;
    let ran = environment.run_generator(&job, &interrupt, &Silence).await?;
    let service = environment.stop_service().await?.unwrap();
    let result = load::read(&job, &ran.end, run)?;
    let sent = Sent { tag: &run.tag, templates: &templates, load: &result };
    let facts = audit::read(&environment.application_database()?, &sent).await?;
    let audit = audit::judge(&result, &facts);
    Ok(Cycle { result, audit, service, samples: ran.samples })
}

async fn with(fault: FakeFault) -> Result<Cycle, Fault> {
    let folder = tempfile::tempdir().unwrap();
    cycle(&mut FakeEnvironment::new(7).with_fault(API, fault), folder.path(), Urgency::None).await
}

#[tokio::test]
async fn everything_that_was_acknowledged_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let done = cycle(&mut FakeEnvironment::new(7), folder.path(), Urgency::None).await.unwrap();
    let counted: Vec<u64> = done.result.phases.iter().map(|phase| phase.acknowledged).collect();
    assert_eq!(counted, [6, 18]);
    assert_eq!((done.audit.stored, done.audit.lost, done.audit.content_differs), (24, 0, 0));
    assert!(done.service.is_clean());
    let event = done.result.phases[1].iteration.clone().unwrap();
    assert!(event.min_ms <= event.p50_ms && event.p50_ms <= event.p99_ms && event.p99_ms <= event.max_ms);
    assert_eq!(event.count, 18);
    let seconds = done.result.seconds.unwrap();
    assert_eq!(seconds.iter().map(|second| second.acknowledged).sum::<u64>(), 24);
    assert_eq!(done.result.summary_differences.as_deref(), Some([].as_slice()));
}

#[tokio::test]
async fn a_stream_that_is_cut_short_is_told_by_name() {
    let fault = with(FakeFault::StreamTruncated).await.err().unwrap();
    assert!(fault.to_string().contains("windows.jsonl"), "{fault}");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let mut summaries = Vec::new();
    for seed in [7, 7, 8] {
        // The folder's name stands for the test run: it must be the same each time.
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("run");
        fs::create_dir(&folder).unwrap();
        cycle(&mut FakeEnvironment::new(seed), &folder, Urgency::None).await.unwrap();
        summaries.push(fs::read_to_string(folder.join(GeneratorSummary::FILE)).unwrap());
    }
    assert_eq!(summaries[0], summaries[1]);
    assert_ne!(summaries[0], summaries[2]);
}

#[tokio::test]
async fn an_interrupted_load_says_so_and_sends_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let done = cycle(&mut FakeEnvironment::new(7), folder.path(), Urgency::EndPhase).await.unwrap();
    assert_eq!(done.result.exit.code, Some(105));
    assert_eq!((done.audit.acknowledged, done.audit.stored), (0, 0));
}

#[tokio::test]
async fn what_it_does_wrong_with_rows_is_found_by_the_audit() {
    assert_eq!(with(FakeFault::LosesAnEvent).await.unwrap().audit.lost, 1);
    assert_eq!(with(FakeFault::ChangesAnEvent).await.unwrap().audit.content_differs, 1);
    let refused = with(FakeFault::RefusesEvents).await.unwrap();
    assert_eq!((refused.audit.acknowledged, refused.audit.stored), (12, 12));
    assert_eq!(refused.result.phases[1].failed.values().sum::<u64>(), 9);
    let dead = with(FakeFault::DiesUnderLoad).await.unwrap();
    assert_eq!((dead.audit.acknowledged, dead.audit.unknown), (12, 12));
    assert!(dead.service.early && !dead.service.is_clean());
    assert!(with(FakeFault::IgnoresStop).await.unwrap().service.killed);
}

#[tokio::test]
async fn what_it_does_wrong_before_there_are_numbers_is_an_error() {
    for (fault, said) in [
        (FakeFault::BuildFails, "could not build"),
        (FakeFault::ExitsAtStart, "exited at its start"),
        (FakeFault::ProofMissing, "its row is not there"),
        (FakeFault::GeneratorKilled, "SIGKILL"),
        (FakeFault::SummaryTruncated, GeneratorSummary::FILE),
        (FakeFault::SummaryEmpty, GeneratorSummary::FILE),
    ] {
        let error = with(fault).await.err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(error.contains(said), "{fault:?}: {error}");
    }
    assert!(with(FakeFault::GeneratorOverdue).await.unwrap().result.exit.text.contains("deadline"));
}

#[tokio::test]
async fn a_fault_of_one_api_leaves_the_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = FakeEnvironment::new(7).with_fault("another-api", FakeFault::ExitsAtStart);
    assert!(cycle(&mut environment, folder.path(), Urgency::None).await.is_ok());
}

/// The plan of two held loads.
fn held() -> Plan {
    let phase = |name: &str, vus, start_ms| PlannedPhase {
        name: name.into(),
        load: PhaseLoad::Vus { vus, hold_ms: 20_000 },
        start_ms,
        settle_ms: 2_000,
    };
    let mut plan = plan();
    plan.runs[0].phases = vec![phase("p1", 10, 0), phase("p2", 2_000, 31_000)];
    plan
}

#[tokio::test]
async fn held_loads_give_a_stream_and_samples_that_agree_with_the_summary_and_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let held = held();
    let done = cycle_of(&held, &mut FakeEnvironment::new(7), folder.path(), Urgency::None).await.unwrap();
    assert_eq!(done.result.summary_differences, Some(Vec::new()));
    assert!(done.result.phases.iter().all(|phase| phase.unaccounted() == 0));
    let [small, large] = [0, 1].map(|phase| done.result.phases[phase].acknowledged);
    // Ten users ask for a hundred events a second; two thousand do not get twenty thousand.
    assert!((1_900..2_000).contains(&small) && large > 10 * small && large < 100 * small, "{small} {large}");
    assert_eq!((done.audit.stored, done.audit.lost), (small + large, 0));
    assert_eq!(done.audit.statements_per_event, Some(1.0));
    assert!(done.audit.unknown > 0, "two thousand users are too many for it");

    let of =
        Measured { run: &held.runs[0], load: &done.result, samples: Some(&done.samples), think_time_ms: 100 };
    for figures in measure::phases(&of) {
        let window = figures.window.unwrap();
        let little = window.time_weighted_vus.unwrap() / window.mean_vus.unwrap();
        assert!((0.9..1.1).contains(&little), "{little}");
        assert!(window.resources[&Target::Api].cpu_seconds_per_1000_events.unwrap() > 0.0);
        assert!((window.statements_per_event.unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(figures.seconds.len(), 20);
    }
}

#[tokio::test]
async fn what_goes_wrong_with_held_loads_is_found_too() {
    let of = async |fault| {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = FakeEnvironment::new(7).with_fault(API, fault);
        cycle_of(&held(), &mut environment, folder.path(), Urgency::None).await.unwrap()
    };
    assert_eq!(of(FakeFault::LosesAnEvent).await.audit.lost, 1);
    assert_eq!(of(FakeFault::ChangesAnEvent).await.audit.content_differs, 1);
    let refused = of(FakeFault::RefusesEvents).await;
    assert!(refused.result.phases[0].failed.values().sum::<u64>() > 900);
    assert_eq!((refused.audit.unexpected, refused.audit.lost), (0, 0));
    let dead = of(FakeFault::DiesUnderLoad).await;
    assert!(dead.service.early && dead.audit.unknown > 0 && dead.audit.lost == 0);
}
