//! A service from its image to its end, with its limits.

use perf_runner::{
    environment::{
        Environment as _,
        docker::{self, DockerSettings, Limits, Memory},
    },
    load::make_templates,
    model::{EventTemplate, PayloadSize},
};

use super::{Told, World, api};

#[tokio::test]
async fn a_service_is_built_started_within_its_limits_proven_and_stopped_and_nothing_is_left() {
    let mut world = World::new().await;
    world.settings.skip_build = false;
    world.settings.limits.service =
        Limits { cpus: 1.0, memory: Memory::mib(256), cpuset: Some("0".to_owned()) };
    let mut environment = world.open().await;
    let builds = environment.build(&[api()], &Told::default()).await.unwrap();
    assert!(builds[0].as_ref().is_ok_and(|build| build.id.starts_with("sha256:")), "{builds:?}");
    environment.start_application_database(&Told::default()).await.unwrap();
    environment.clear().await.unwrap();
    let log = world.file("run/service.log");
    let service = environment.start_service(&api(), &log).await.unwrap();
    assert!(service.start_up_ms.unwrap() > 0.0 && service.idle_rss_bytes.unwrap() > 0, "{service:?}");
    assert!(service.generator_endpoint.authority.starts_with("producer-api-go-rest:"), "{service:?}");

    let inspected = world.container("service").await;
    let host = inspected.host_config.unwrap();
    assert_eq!((host.memory, host.memory_swap), (Some(256 << 20), Some(256 << 20)));
    assert_eq!((host.nano_cpus, host.cpuset_cpus.as_deref()), (Some(1_000_000_000), Some("0")));
    assert_eq!((host.readonly_rootfs, host.cap_drop), (Some(true), Some(vec!["ALL".to_owned()])));
    let bindings = host.port_bindings.unwrap().into_values().flatten().flatten();
    assert!(bindings.into_iter().all(|binding| binding.host_ip.as_deref() == Some("127.0.0.1")));
    assert_eq!(inspected.config.unwrap().user.as_deref(), Some("10001:10001"));

    let template = make_templates(PayloadSize::Default, 1).unwrap().remove(0);
    environment.prove(&template).await.unwrap();
    let other = EventTemplate { attributes: "{}".into(), ..template };
    let fault = environment.prove(&other).await.unwrap_err();
    assert!(fault.what.contains("differs from what was sent"), "{fault}");

    let facts = environment.container_facts();
    assert_eq!(facts["limits.service"], "1 CPUs, 256 MiB, on 0");
    assert!(facts["image.k6"].starts_with("sha256:") && facts["image.postgres"].starts_with("sha256:"));

    let end = environment.stop_service().await.unwrap().unwrap();
    assert!(end.is_clean(), "{end:?}");
    assert_eq!(environment.stop_service().await.unwrap(), None);
    assert!(std::fs::read_to_string(&log).unwrap().contains("started"), "its log is kept");
    environment.shut_down().await.unwrap();
    environment.shut_down().await.unwrap();
    assert_eq!(world.everything().await, Vec::<String>::new());
}

#[tokio::test]
async fn results_outlive_the_runner_and_are_removed_when_asked_and_not_before() {
    let world = World::new().await;
    for _ in 0..2 {
        let mut environment = world.open().await;
        let url = environment.start_metrics_database(&Told::default()).await.unwrap().unwrap();
        assert!(url.ends_with("/performance_metrics"), "{url}");
        let seen = docker::metrics_url_in_use(&world.settings).await;
        assert_eq!(seen.as_deref(), Some(url.as_str()), "others may look into it meanwhile");
        environment.shut_down().await.unwrap();
    }
    let kept = world.everything().await;
    assert!(kept.len() == 1 && kept[0].ends_with("-metrics"), "{kept:?}");
    let cleanup = async |execute: bool| {
        docker::cleanup(&world.settings, &[], execute, &Told::default()).await.unwrap().len()
    };
    assert_eq!((cleanup(false).await, world.everything().await.len()), (1, 1), "a dry run removes nothing");
    assert_eq!((cleanup(true).await, world.everything().await.len()), (1, 0));
    assert_eq!(cleanup(true).await, 0);
}

#[tokio::test]
async fn an_image_that_is_not_there_and_an_engine_that_sees_other_files_are_told() {
    let world = World::new().await;
    let mut environment = world.open().await;
    let missing = perf_runner::model::Api { image: "producer-api-nobody".to_owned(), ..api() };
    let builds = environment.build(&[missing], &Told::default()).await.unwrap();
    let (_, fault) = builds[0].as_ref().unwrap_err();
    assert!(fault.what.contains("producer-api-nobody is not built") && fault.repair.is_some(), "{fault}");
    environment.shut_down().await.unwrap();

    let nowhere = DockerSettings { host: Some("tcp://127.0.0.1:1".to_owned()), ..world.settings.clone() };
    let fault = docker::is_there(&nowhere).await.unwrap_err();
    assert!(fault.what.contains("tcp://127.0.0.1:1") && fault.repair.is_some(), "{fault}");
}
