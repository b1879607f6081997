//! A real producer API from build to stop, and one that is left standing.

use std::{net::TcpStream, path::Path};

use perf_runner::{
    environment::{Environment as _, process::standing},
    load::make_templates,
    model::{Api, EventTemplate, Language, PayloadSize, Protocol},
    wire,
};

use super::{Told, World, runs, until, written};

/// The REST service of this repository, as a debug build.
pub(crate) fn real_api() -> Api {
    let id = "producer-api-rust-rest";
    Api {
        id: id.to_owned(),
        language: Language::Rust,
        protocol: Protocol::Rest,
        port: 8081,
        build: ["cargo", "build", "--locked", "--package", id].map(str::to_owned).to_vec(),
        start: vec![format!("./target/debug/{id}")],
        image: id.to_owned(),
    }
}

/// This repository, with a state folder of the test's own.
pub(crate) fn real_world() -> World {
    let mut world = World::new();
    world.settings.places.root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    world.settings.given.k6 = Some(world.script("bin/k6", "exit 0"));
    world
}

pub(crate) fn template() -> EventTemplate {
    make_templates(PayloadSize::Default, 1).unwrap().remove(0)
}

fn kill(pid: u32) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid.cast_signed()), nix::sys::signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn a_service_is_built_started_proven_and_stopped() {
    let world = real_world();
    let api = real_api();
    let mut environment = world.open();
    let builds = environment.build(std::slice::from_ref(&api), &Told::default()).await.unwrap();
    assert!(builds[0].is_ok(), "{builds:?}");
    environment.start_application_database(&Told::default()).await.unwrap();
    environment.clear().await.unwrap();
    let service = environment.start_service(&api, &world.root().join("run/service.log")).await.unwrap();
    assert!(service.idle_rss_bytes.unwrap() > 0 && service.start_up_ms.unwrap() > 0.0);
    environment.prove(&template()).await.unwrap();
    // A row that is not what was sent is seen.
    let other = EventTemplate { attributes: "{}".into(), ..template() };
    let fault = environment.prove(&other).await.unwrap_err();
    assert!(fault.what.contains("differs from what was sent"), "{fault}");

    let end = environment.stop_service().await.unwrap().unwrap();
    assert!(end.is_clean(), "{end:?}");
    assert_eq!(environment.stop_service().await.unwrap(), None);
    assert!(!runs(service.pid.unwrap()));
    environment.shut_down().await.unwrap();
    environment.shut_down().await.unwrap();
    assert!(!world.settings.places.state.join("processes.json").exists());
}

#[tokio::test]
async fn a_service_that_was_killed_is_seen_when_it_is_stopped() {
    let world = real_world();
    let api = real_api();
    let mut environment = world.open();
    environment.build(std::slice::from_ref(&api), &Told::default()).await.unwrap();
    environment.start_application_database(&Told::default()).await.unwrap();
    let service = environment.start_service(&api, &world.root().join("run/service.log")).await.unwrap();
    let pid = service.pid.unwrap();
    kill(pid);
    until("the service's end", || !runs(pid));
    let end = environment.stop_service().await.unwrap().unwrap();
    assert_eq!((end.early, end.killed, end.signal), (true, false, Some(9)));
}

#[tokio::test]
async fn the_load_ends_with_the_service_that_it_loads() {
    let mut world = real_world();
    // Like k6, it ends at SIGINT with 105; left alone it goes on for ever.
    let body = "trap 'exit 105' INT; [ \"$1\" = version ] || touch loading; while :; do sleep 0.05; done";
    world.settings.given.k6 = Some(world.script("bin/k6", body));
    let api = real_api();
    let mut environment = world.open();
    environment.build(std::slice::from_ref(&api), &Told::default()).await.unwrap();
    environment.start_application_database(&Told::default()).await.unwrap();
    let service = environment.start_service(&api, &world.root().join("run/service.log")).await.unwrap();
    let job = super::generator::job(&world, 60_000);
    let (_sender, interrupt) = perf_runner::interrupt::Interrupt::channel();
    let (end, ()) =
        tokio::join!(environment.run_generator(&job, &interrupt, &perf_runner::progress::Silence), async {
            written(&job.folder.join("loading")).await;
            kill(service.pid.unwrap());
        });
    let end = end.unwrap().end;
    assert_eq!((end.code, end.overdue, end.interrupted), (Some(105), false, false));
    let service = environment.stop_service().await.unwrap().unwrap();
    assert_eq!((service.early, service.signal), (true, Some(9)));
}

#[tokio::test]
async fn what_is_up_stays_up_until_it_is_taken_down() {
    let world = real_world();
    let state = &world.settings.places.state;
    let up = standing::up(world.settings.clone(), &real_api(), &Told::default()).await.unwrap();
    wire::health(&up.endpoint).await.unwrap();
    assert_eq!(standing::current(state).as_ref(), Some(&up));
    let again = standing::up(world.settings.clone(), &real_api(), &Told::default()).await.unwrap_err();
    assert!(again.what.contains(&format!("pid {}", up.pid)), "{again}");
    assert!(again.repair.unwrap().contains("perf-runner down"));

    // A campaign beside it neither ends it nor uses its database.
    let mut campaign = world.open();
    campaign.start_application_database(&Told::default()).await.unwrap();
    campaign.shut_down().await.unwrap();
    wire::health(&up.endpoint).await.unwrap();

    let ended = standing::down(state, &Told::default()).unwrap();
    assert_eq!(ended.len(), 2, "the service and its database: {ended:?}");
    assert!(ended[0].contains("producer-api-rust-rest"), "{ended:?}");
    assert!(!runs(up.pid) && TcpStream::connect(&up.endpoint.authority).is_err());
    assert_eq!(standing::current(state), None);
    assert_eq!(standing::down(state, &Told::default()).unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn an_up_that_fails_leaves_nothing() {
    let world = World::new();
    world.script("producer-api-test/build.sh", "exit 0");
    world.script("bin/service", "echo no; exit 1");
    let fault = standing::up(world.settings.clone(), &super::api("./bin/service"), &Told::default())
        .await
        .unwrap_err();
    assert_eq!(fault.log_tail, ["no"]);
    assert!(!world.settings.places.state.join("up.json").exists());
    let pid_file = world
        .settings
        .places
        .state
        .join("postgres")
        .read_dir()
        .unwrap()
        .flatten()
        .any(|cluster| cluster.path().join("postmaster.pid").exists());
    assert!(!pid_file, "its database still runs");
}
