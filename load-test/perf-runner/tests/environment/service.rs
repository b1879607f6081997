//! Services: started, and what is said when one does not start.

use std::{fs, net::TcpListener};

use perf_runner::environment::Environment as _;

use super::{Told, World, api, pid_in, runs, until, written};

async fn fault_of(world: &World, program: &str) -> perf_runner::fault::Fault {
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    let log = world.root().join("run/service.log");
    let fault = environment.start_service(&api(program), &log).await.unwrap_err();
    environment.shut_down().await.unwrap();
    fault
}

#[tokio::test]
async fn a_service_that_exits_at_its_start_shows_its_last_log_lines() {
    let world = World::new();
    world.script(
        "bin/service",
        "echo starting; echo \"DATABASE_MAX_CONNECTIONS=$DATABASE_MAX_CONNECTIONS\"; exit 7",
    );
    let fault = fault_of(&world, "./bin/service").await;
    assert!(fault.what.contains("producer-api-test exited at its start (exit code 7)"), "{fault}");
    assert_eq!(fault.log_tail, ["starting", "DATABASE_MAX_CONNECTIONS=2"]);
}

#[tokio::test]
async fn a_service_gets_its_own_variables_and_none_of_the_runner_s() {
    let world = World::new();
    world.script("bin/service", "env; exit 1");
    fault_of(&world, "./bin/service").await;
    let log = fs::read_to_string(world.root().join("run/service.log")).unwrap();
    for expected in
        ["SERVER_ADDRESS=127.0.0.1", "SERVER_PORT=", "LOG_LEVEL=info", "DATABASE_URL=postgresql://producer:"]
    {
        assert!(log.contains(expected), "{expected} is missing in {log}");
    }
    assert!(!log.contains("CARGO_") && !log.contains("PERF_"), "{log}");
}

#[tokio::test]
async fn a_program_that_was_not_built_is_named() {
    let world = World::new();
    let fault = fault_of(&world, "./target/release/none").await;
    assert!(fault.what.contains("target/release/none is missing"), "{fault}");
}

#[tokio::test]
async fn an_asked_port_in_use_names_its_holder_and_starts_nothing() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut world = World::new();
    world.settings.service_port = Some(holder.local_addr().unwrap().port());
    world.script("bin/service", "touch started");
    let fault = fault_of(&world, "./bin/service").await;
    assert!(fault.what.contains(&format!("(pid {})", std::process::id())), "{fault}");
    assert!(!world.root().join("started").exists());
}

#[tokio::test]
async fn a_service_that_nobody_waits_for_any_more_is_ended_with_the_environment() {
    let world = World::new();
    // Never healthy; and it has a child of its own.
    world.script("bin/service", "sleep 300 & echo $! > child; echo $$ > pid; wait");
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    let log = world.root().join("run/service.log");
    let api = api("./bin/service");
    let pid_file = world.root().join("pid");
    tokio::select! {
        _ = environment.start_service(&api, &log) => panic!("it never gets ready"),
        () = written(&pid_file) => {}
    }
    let pids = [pid_in(&pid_file), pid_in(&world.root().join("child"))];
    assert!(pids.iter().all(|pid| runs(*pid)));
    environment.shut_down().await.unwrap();
    until("the end of the service and its child", || !pids.iter().any(|pid| runs(*pid)));
}
