//! The runner holds the clock: k6 has all its VUs before the first call is made.

use std::{fs, path::PathBuf};

use perf_runner::{
    environment::{
        Environment as _,
        process::{ProcessEnvironment, ProcessSettings, launch::Launcher},
    },
    interrupt::{Interrupt, Urgency},
    load::Tail,
    model::{GeneratorRun, LoadResult, PhaseLoad, PlannedPhase, StreamLine},
    progress::Silence,
    settings::{Given, Places},
};

use crate::{
    expectation::Treatment::{Acknowledge, Refuse},
    generator::{Prepared, Wanted, phase, prepare, sent},
    pinned_k6::k6,
    rest_stand_in::RestStandIn,
};

fn environment(folder: &tempfile::TempDir) -> ProcessEnvironment {
    let root = folder.path().to_path_buf();
    let places = Places { state: root.join("state"), results: root.join("results"), root };
    let settings = ProcessSettings {
        places,
        given: Given { k6: Some(k6()), ..Given::default() },
        max_connections: 2,
        skip_build: true,
        service_port: None,
        launcher: Launcher::new(PathBuf::from(env!("CARGO_BIN_EXE_perf-runner"))),
    };
    ProcessEnvironment::open(settings, &Silence).unwrap()
}

/// Two VUs for three seconds, with a pause after each call.
fn held(service: &RestStandIn) -> Wanted {
    let load = PhaseLoad::Vus { vus: 2, hold_ms: 3_000 };
    let phases = vec![PlannedPhase { name: "p1".to_owned(), load, start_ms: 0, settle_ms: 1_000 }];
    Wanted { phases, ..Wanted::small(service.endpoint.clone(), 1) }
}

async fn run(prepared: &Prepared, interrupt: &Interrupt) -> GeneratorRun {
    let folder = tempfile::tempdir().unwrap();
    environment(&folder).run_generator(&prepared.job, interrupt, &Silence).await.unwrap()
}

fn read(prepared: &Prepared, ran: &GeneratorRun) -> LoadResult {
    perf_runner::load::read(&prepared.job, &ran.end, &prepared.run).unwrap()
}

#[tokio::test]
async fn nothing_is_sent_before_the_release_and_every_second_is_told() {
    let service = RestStandIn::start([Acknowledge, Acknowledge, Refuse]).await;
    let prepared = prepare(&held(&service));
    let (_sender, interrupt) = Interrupt::channel();
    let ran = run(&prepared, &interrupt).await;
    assert_eq!(ran.end.code, Some(0), "{:?}", ran.end.log_tail);
    let load = read(&prepared, &ran);
    assert!(ran.samples.released_at.unwrap() <= load.started_at.unwrap());
    assert_eq!(load.summary_differences.as_deref(), Some([].as_slice()));

    let seconds = load.seconds.unwrap();
    let seen = service.ledger.seen();
    let of = |treatment| seen.iter().filter(|(_, seen)| *seen == treatment).count() as u64;
    assert_eq!(seconds.iter().map(|second| second.acknowledged).sum::<u64>(), of(Acknowledge));
    assert_eq!(seconds.iter().flat_map(|second| second.failed.values()).sum::<u64>(), of(Refuse));
    for second in &seconds {
        let calls = |histogram: &Option<perf_runner::model::PackedHistogram>| {
            histogram.as_ref().map_or(0, perf_runner::model::PackedHistogram::count)
        };
        assert_eq!(calls(&second.ok), second.acknowledged);
        assert_eq!(calls(&second.not_ok), second.failed.values().sum::<u64>());
    }
    assert!(seconds.iter().any(|second| second.vus == Some(2.0)), "{seconds:?}");
    // One of three may be missing where the host stood still for as long.
    let told = (0..3).filter(|number| seconds.iter().any(|second| second.second == *number)).count();
    assert!(told >= 2, "{seconds:?}");

    // Who had followed would have seen the same.
    let live = Tail::new(&prepared.job.folder).look().unwrap();
    assert_eq!(
        live.iter().map(|second| second.second).max(),
        seconds.iter().map(|second| second.second).max()
    );
}

#[tokio::test]
async fn an_interrupt_before_the_release_leaves_files_without_calls() {
    let service = RestStandIn::start([Acknowledge]).await;
    let prepared = prepare(&held(&service));
    let (sender, interrupt) = Interrupt::channel();
    sender.send_replace(Urgency::EndPhase);
    let ran = run(&prepared, &interrupt).await;
    assert!(ran.end.interrupted);
    assert_eq!(ran.samples.released_at, None);
    assert_eq!(service.ledger.seen(), []);
}

#[tokio::test]
async fn an_interrupt_under_load_ends_it_with_both_accounts_whole() {
    let service = RestStandIn::start([Acknowledge]).await;
    let mut wanted = held(&service);
    wanted.phases[0].load = PhaseLoad::Vus { vus: 2, hold_ms: 600_000 };
    let prepared = prepare(&wanted);
    let (sender, interrupt) = Interrupt::channel();
    let (ran, ()) = tokio::join!(run(&prepared, &interrupt), async {
        sent(50, &service.ledger).await;
        sender.send_replace(Urgency::EndPhase);
    });
    assert!(ran.end.interrupted);
    let load = read(&prepared, &ran);
    assert_eq!(load.summary_differences.as_deref(), Some([].as_slice()));
    let told: u64 = load.seconds.unwrap().iter().map(|second| second.attempts).sum();
    // A call that each VU had begun may not have been sent any more.
    let seen = service.ledger.seen().len() as u64;
    assert!((seen..=seen + 2).contains(&told), "{told} of {seen}");
}

/// What only our own build can do is not asked of another.
#[tokio::test]
async fn a_generator_without_the_output_tells_no_seconds() {
    let service = RestStandIn::start([Acknowledge]).await;
    let mut wanted = Wanted::small(service.endpoint.clone(), 5);
    wanted.phases = vec![phase("p1", 1, 5)];
    let mut prepared = prepare(&wanted);
    prepared.job.streams = false;
    let out = prepared.job.arguments.iter().position(|word| word == "--out").unwrap();
    prepared.job.arguments.drain(out..out + 2);
    let (_sender, interrupt) = Interrupt::channel();
    let ran = run(&prepared, &interrupt).await;
    let load = read(&prepared, &ran);
    assert_eq!((load.phases[0].acknowledged, load.seconds, load.summary_differences), (5, None, None));
    assert!(!fs::exists(prepared.job.file(StreamLine::FILE)).unwrap());
}
