//! Builds: what is told, and what is said when one fails.

use std::fs;

use perf_runner::{
    environment::Environment as _,
    fault::Fault,
    model::{Api, Build, Language},
    progress::Event,
};
use procfs::{Current as _, Meminfo};

use super::{PATIENCE, Told, World, api};

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
    let ended =
        |event: &Event| matches!(event, Event::WorkEnded { what, .. } if what == "build producer-api-test");
    assert!(told.iter().any(ended), "{told:?}");

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

/// Builds these and gives what was told, and how each went.
async fn built(world: &World, apis: &[Api]) -> (Vec<Event>, Vec<Result<Build, (String, Fault)>>) {
    let told = Told::default();
    let builds = world.open().build(apis, &told).await.unwrap();
    (told.0.into_inner().unwrap(), builds)
}

fn is_built(told: &[Event], id: &str) -> bool {
    told.iter().any(|event| *event == Event::WorkBegan { what: format!("build {id}") })
}

#[tokio::test]
async fn what_is_unchanged_is_not_built_again_and_what_is_touched_is() {
    let world = world();
    let apis = [api("./producer-api-test/bin/service")];
    let id = &apis[0].id;
    let program = world.root().join("producer-api-test/bin/service");
    world.script("producer-api-test/build.sh", "mkdir -p bin; cat ../contract/rule >bin/service");
    fs::write(world.root().join("producer-api-test/.gitignore"), "/bin/\n").unwrap();
    fs::create_dir(world.root().join("contract")).unwrap();
    fs::write(world.root().join("contract/rule"), "one").unwrap();
    assert!(is_built(&built(&world, &apis).await.0, id));

    let (told, builds) = built(&world, &apis).await;
    assert!(!is_built(&told, id) && builds[0].is_ok(), "{told:?}");
    let note = Event::Note { text: format!("unchanged since they were built: {id}") };
    assert!(told.contains(&note), "{told:?}");

    fs::write(&program, "another program").unwrap();
    assert!(is_built(&built(&world, &apis).await.0, id), "somebody else's program is replaced");
    assert_eq!(fs::read_to_string(&program).unwrap(), "one");
    fs::remove_file(&program).unwrap();
    assert!(is_built(&built(&world, &apis).await.0, id), "a missing program is made");
    fs::write(world.root().join("contract/rule"), "two").unwrap();
    assert!(is_built(&built(&world, &apis).await.0, id), "the contract is part of it");
    assert_eq!(fs::read_to_string(&program).unwrap(), "two");
    assert!(!is_built(&built(&world, &apis).await.0, id));
}

#[tokio::test]
async fn a_build_that_failed_is_tried_again() {
    let world = world();
    let apis = [api("./producer-api-test/service")];
    world.script("producer-api-test/build.sh", "echo v1 >service; exit $(cat ../wish)");
    fs::write(world.root().join("wish"), "1").unwrap();
    assert!(built(&world, &apis).await.1[0].is_err());
    fs::write(world.root().join("wish"), "0").unwrap();
    let (told, builds) = built(&world, &apis).await;
    assert!(is_built(&told, &apis[0].id) && builds[0].is_ok(), "{told:?}");
}

#[tokio::test]
async fn a_jar_comes_with_its_folder_and_a_lost_library_is_built_again() {
    let world = world();
    let mut java = api("java");
    java.language = Language::Java;
    java.start =
        ["java", "@./jvm.options", "-jar", "./producer-api-test/app/it.jar"].map(str::to_owned).to_vec();
    fs::write(world.root().join("jvm.options"), "-XX:+UseG1GC").unwrap();
    fs::create_dir(world.root().join("producer-api-test")).unwrap();
    fs::write(world.root().join("producer-api-test/.gitignore"), "/app/\n").unwrap();
    let body = "mkdir -p app/lib; echo main >app/it.jar; echo library >app/lib/library.jar";
    world.script("producer-api-test/build.sh", body);
    let apis = [java];
    assert!(built(&world, &apis).await.1[0].is_ok());
    assert!(!is_built(&built(&world, &apis).await.0, &apis[0].id));
    fs::remove_file(world.root().join("producer-api-test/app/lib/library.jar")).unwrap();
    assert!(is_built(&built(&world, &apis).await.0, &apis[0].id));
}

#[tokio::test]
async fn the_same_program_of_another_build_tool_is_another_build() {
    let world = world();
    world.script("producer-api-test/service", "exit 0");
    world.script("bin/gradlew", "exit 0");
    world.script("bin/mvnw", "exit 0");
    let mut ids = Vec::new();
    for tool in ["../bin/mvnw", "../bin/gradlew"] {
        let mut api = api("./producer-api-test/service");
        api.build = vec![tool.to_owned()];
        ids.push(built(&world, &[api]).await.1.remove(0).unwrap().id);
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn cargo_builds_wait_for_each_other() {
    let world = world();
    // Fails if another one runs: only one process can make the folder.
    let body = "mkdir ../running || exit 1; sleep 0.2; rmdir ../running";
    let apis = ["one", "two", "three"].map(|name| {
        let script = world.script(&format!("producer-api-{name}/cargo"), body);
        let mut api = api(&format!("./producer-api-{name}/cargo"));
        api.id = format!("producer-api-{name}");
        api.build = vec![script.display().to_string()];
        api
    });
    let (told, builds) = built(&world, &apis).await;
    assert!(builds.iter().all(Result::is_ok), "{builds:?}");
    let names: Vec<_> = builds.into_iter().map(|build| build.unwrap().api).collect();
    assert_eq!(names, ["producer-api-one", "producer-api-two", "producer-api-three"]);
    assert_eq!(told.iter().filter(|event| matches!(event, Event::WorkEnded { .. })).count(), 3);
}

#[tokio::test]
async fn other_builds_run_side_by_side() {
    let world = world();
    // Where memory is short they may not, and nobody has to wait for the other.
    let is_short = Meminfo::current().unwrap().mem_available.is_none_or(|bytes| bytes < 4 << 30);
    for name in ["one", "two"].into_iter().filter(|_| is_short) {
        fs::write(world.root().join(name), "").unwrap();
    }
    // Each waits for the other: one after the other they would never end.
    let apis = [("one", "two"), ("two", "one")].map(|(name, other)| {
        let body = format!("touch ../{name}; until [ -e ../{other} ]; do sleep 0.02; done");
        world.script(&format!("producer-api-{name}/build.sh"), &body);
        let mut api = api(&format!("./producer-api-{name}/build.sh"));
        api.id = format!("producer-api-{name}");
        api
    });
    let built = tokio::time::timeout(PATIENCE, built(&world, &apis)).await;
    assert!(built.unwrap().1.iter().all(Result::is_ok));
}
