//! Builds: what is told, and what is said when one fails.

use perf_runner::{environment::Environment as _, progress::Event};

use super::{Told, World, api};

/// A world whose k6 is given, so that nothing of Go is needed.
fn world() -> World {
    let mut world = World::new();
    world.settings.given.k6 = Some(world.script("bin/k6", "exit 0"));
    world
}

#[tokio::test]
async fn a_build_is_shown_line_by_line_and_its_result_is_identified() {
    let world = world();
    let api = api("./bin/service");
    world.script(
        "producer-api-test/build.sh",
        "echo Compiling one; echo warning >&2; echo v1 > ../bin/service",
    );
    let mut environment = world.open();
    let told = Told::default();
    let first = environment.build(std::slice::from_ref(&api), &told).await.unwrap().remove(0).unwrap();
    let told = told.0.into_inner().unwrap();
    for line in ["Compiling one", "warning"] {
        let progress = Event::WorkProgress { what: "build producer-api-test".into(), detail: line.into() };
        assert!(told.contains(&progress), "{told:?}");
    }
    assert!(matches!(told.last(), Some(Event::WorkEnded { .. })), "{told:?}");

    let again =
        environment.build(std::slice::from_ref(&api), &Told::default()).await.unwrap().remove(0).unwrap();
    assert_eq!(again.id, first.id, "the same program has the same id");
    world.script("producer-api-test/build.sh", "echo v2 > ../bin/service");
    let other = environment.build(&[api], &Told::default()).await.unwrap().remove(0).unwrap();
    assert_ne!(other.id, first.id, "another program has another id");
}

#[tokio::test]
async fn a_build_that_fails_shows_its_last_lines_and_stops_no_other() {
    let world = world();
    world.script("producer-api-test/build.sh", "seq 100; echo 'error: no such field' >&2; exit 3");
    let mut good = api("./producer-api-good/build.sh");
    good.id = "producer-api-good".into();
    world.script("producer-api-good/build.sh", "exit 0");
    let mut environment = world.open();
    let builds = environment.build(&[api("./bin/service"), good], &Told::default()).await.unwrap();
    let (name, fault) = builds[0].as_ref().unwrap_err();
    assert_eq!(name, "producer-api-test");
    assert!(fault.what.contains("exit code 3"), "{fault}");
    assert_eq!(fault.log_tail.len(), 20);
    assert!(fault.log_tail.contains(&"error: no such field".to_owned()), "{:?}", fault.log_tail);
    assert!(builds[1].is_ok());
}

#[tokio::test]
async fn a_missing_toolchain_is_named_with_its_repair() {
    let world = world();
    let mut api = api("./bin/service");
    api.build = vec!["no-such-compiler".into(), "build".into()];
    let mut builds = world.open().build(&[api], &Told::default()).await.unwrap();
    let (_, fault) = builds.remove(0).unwrap_err();
    assert!(fault.what.contains("`no-such-compiler` is not installed"), "{fault}");
    assert!(fault.repair.unwrap().contains("--api"));
}

#[tokio::test]
async fn a_given_k6_that_is_not_there_is_refused() {
    let mut world = world();
    world.settings.given.k6 = Some("/nowhere/k6".into());
    let fault = world.open().build(&[], &Told::default()).await.unwrap_err();
    assert!(fault.what.contains("/nowhere/k6") && fault.repair.unwrap().contains("--k6"));
}

#[tokio::test]
async fn with_skip_build_a_service_that_was_never_built_is_named() {
    let mut world = world();
    world.settings.skip_build = true;
    let mut builds = world.open().build(&[api("./bin/none")], &Told::default()).await.unwrap();
    let (_, fault) = builds.remove(0).unwrap_err();
    assert!(fault.what.contains("bin/none") && fault.repair.unwrap().contains("--skip-build"));
}

#[tokio::test]
async fn a_build_that_leaves_a_daemon_behind_ends_all_the_same() {
    let world = world();
    let pid_file = world.root().join("pid");
    // The daemon holds the build's output open, as compiler caches do.
    let body = format!("setsid sleep 300 & echo $! > {}; echo built", pid_file.display());
    world.script("producer-api-test/build.sh", &body);
    let told = Told::default();
    let builds = world.open().build(&[api("./producer-api-test/build.sh")], &told).await.unwrap();
    assert!(builds[0].is_ok(), "{builds:?}");
    let line = Event::WorkProgress { what: "build producer-api-test".into(), detail: "built".into() };
    assert!(told.0.into_inner().unwrap().contains(&line));
    let daemon = nix::unistd::Pid::from_raw(super::pid_in(&pid_file).cast_signed());
    nix::sys::signal::kill(daemon, nix::sys::signal::SIGKILL).unwrap();
}
