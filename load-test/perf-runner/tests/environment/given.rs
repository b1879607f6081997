//! A service that somebody else has started is measured and left alone.

use perf_runner::{
    environment::{Environment as _, process::standing},
    model::{Endpoint, Protocol},
};

use super::{
    Told, World,
    real::{real_api, real_world, template},
    runs,
};

#[tokio::test]
async fn it_is_neither_built_nor_started_nor_stopped() {
    let somebody = real_world();
    let up = standing::up(somebody.settings.clone(), &real_api(), &Told::default()).await.unwrap();
    let mut world = real_world();
    world.settings.given.service = Some(up.endpoint.clone());
    world.settings.given.database_url = Some(up.database_url.clone());
    let api = real_api().given();
    let mut environment = world.open();
    let builds = environment.build(std::slice::from_ref(&api), &Told::default()).await.unwrap();
    assert!(builds.is_empty(), "{builds:?}");
    environment.start_application_database(&Told::default()).await.unwrap();
    environment.clear().await.unwrap();
    let service = environment.start_service(&api, &world.root().join("run/service.log")).await.unwrap();
    assert_eq!(service.endpoint, up.endpoint);
    // Only who has started it could know.
    assert_eq!((service.pid, service.start_up_ms, service.idle_rss_bytes), (None, None, None));
    environment.prove(&template()).await.unwrap();
    assert_eq!(environment.stop_service().await.unwrap(), None);
    environment.shut_down().await.unwrap();
    assert!(runs(up.pid), "it was somebody else's to stop");
}

#[tokio::test]
async fn one_that_does_not_answer_is_named_with_its_place() {
    let mut world = World::new();
    let api = real_api().given();
    let log = world.root().join("service.log");
    let fault = world.open().start_service(&api, &log).await.unwrap_err();
    assert!(fault.repair.as_deref().is_some_and(|repair| repair.contains("--url")), "{fault}");
    // Nobody may listen there.
    world.settings.given.service =
        Some(Endpoint { protocol: Protocol::Rest, authority: "127.0.0.1:1".to_owned() });
    let fault = world.open().start_service(&api, &log).await.unwrap_err();
    assert!(fault.what.contains("producer-api-rust-rest gives no healthy answer at 127.0.0.1:1"), "{fault}");
}
