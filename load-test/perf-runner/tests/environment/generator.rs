//! The generator's end: its own, at its deadline, at the user's wish. A shell
//! script stands for k6.

use std::{fs, path::PathBuf};

use perf_runner::{
    environment::{Environment as _, process::ProcessEnvironment},
    interrupt::{Interrupt, Urgency},
    model::GeneratorJob,
    progress::Silence,
};

use super::{World, pid_in, runs, written};

pub(crate) fn job(world: &World, deadline_ms: u64) -> GeneratorJob {
    let folder = world.root().join("run");
    fs::create_dir_all(&folder).unwrap();
    GeneratorJob {
        folder,
        script: PathBuf::from("rest.js"),
        arguments: vec!["run".into(), "rest.js".into()],
        variables: vec![("PERF_PLAN".into(), "load-plan.json".into())],
        deadline_ms,
        phases: Vec::new(),
        streams: false,
    }
}

fn world(body: &str) -> (World, ProcessEnvironment) {
    let mut world = World::new();
    world.settings.given.k6 = Some(world.script("bin/k6", body));
    let environment = world.open();
    (world, environment)
}

/// Like k6, ends at SIGINT with 105 and writes its summary first.
const PATIENT: &str = r"trap 'echo done > summary.json; exit 105' INT
echo $$ > pid
while true; do sleep 0.05; done";

/// Does not care.
const STUBBORN: &str = r"trap '' INT TERM
echo $$ > pid
while true; do sleep 0.05; done";

#[tokio::test]
async fn it_gets_its_arguments_and_variables_and_nothing_of_the_runner_s() {
    let (world, mut environment) = world("echo \"$@\"; env; exit 3");
    let (_sender, interrupt) = Interrupt::channel();
    let end = environment.run_generator(&job(&world, 60_000), &interrupt, &Silence).await.unwrap().end;
    assert_eq!((end.code, end.overdue, end.interrupted), (Some(3), false, false));
    let log = fs::read_to_string(world.root().join("run/k6.log")).unwrap();
    assert!(log.contains("run rest.js") && log.contains("PERF_PLAN=load-plan.json"), "{log}");
    // Cargo sets it for this test.
    assert!(!log.contains("CARGO_MANIFEST_DIR"), "{log}");
}

#[tokio::test]
async fn past_its_deadline_it_is_asked_to_end() {
    let (world, mut environment) = world(PATIENT);
    let (_sender, interrupt) = Interrupt::channel();
    // By then it listens to what it is asked.
    let end = environment.run_generator(&job(&world, 5_000), &interrupt, &Silence).await.unwrap().end;
    assert_eq!((end.code, end.overdue), (Some(105), true));
    assert!(world.root().join("run/summary.json").exists());
}

#[tokio::test]
async fn at_the_first_interrupt_it_ends_its_phase_and_writes_its_summary() {
    let (world, mut environment) = world(PATIENT);
    let (sender, interrupt) = Interrupt::channel();
    let job = job(&world, 60_000);
    let (end, ()) = tokio::join!(environment.run_generator(&job, &interrupt, &Silence), async {
        written(&world.root().join("run/pid")).await;
        sender.send_replace(Urgency::EndPhase);
    });
    let end = end.unwrap().end;
    assert_eq!((end.code, end.interrupted, end.overdue), (Some(105), true, false));
    assert!(world.root().join("run/summary.json").exists());
}

#[tokio::test]
async fn at_the_second_interrupt_it_is_killed() {
    let (world, mut environment) = world(STUBBORN);
    let (sender, interrupt) = Interrupt::channel();
    let job = job(&world, 60_000);
    let (end, ()) = tokio::join!(environment.run_generator(&job, &interrupt, &Silence), async {
        written(&world.root().join("run/pid")).await;
        sender.send_replace(Urgency::EndPhase);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        sender.send_replace(Urgency::Now);
    });
    let end = end.unwrap().end;
    assert_eq!((end.code, end.signal, end.interrupted), (None, Some(9), true));
    assert!(!runs(pid_in(&world.root().join("run/pid"))));
}

#[tokio::test]
async fn a_load_that_nobody_waits_for_any_more_is_ended_with_the_environment() {
    let (world, mut environment) = world(STUBBORN);
    let (_sender, interrupt) = Interrupt::channel();
    let job = job(&world, 60_000);
    let pid_file = world.root().join("run/pid");
    tokio::select! {
        _ = environment.run_generator(&job, &interrupt, &Silence) => panic!("it never ends"),
        () = written(&pid_file) => {}
    }
    let pid = pid_in(&pid_file);
    assert!(runs(pid));
    environment.shut_down().await.unwrap();
    assert!(!runs(pid));
}
