//! Services that end before they are asked to.

use bollard::query_parameters::{KillContainerOptionsBuilder, RestartContainerOptions};
use futures_util::future::join_all;
use perf_runner::{
    environment::{
        Environment as _,
        docker::{DockerEnvironment, Limits, Memory},
    },
    model::{Api, RunningService},
};

use super::{Told, World, api};

async fn started(world: &World) -> (DockerEnvironment, RunningService) {
    let mut environment = world.open().await;
    environment.start_application_database(&Told::default()).await.unwrap();
    let service = environment.start_service(&api(), &world.file("service.log")).await.unwrap();
    (environment, service)
}

#[tokio::test]
async fn one_that_wants_more_memory_than_its_limit_is_told_with_the_limit() {
    let mut world = World::new().await;
    world.settings.limits.service = Limits { cpus: 2.0, memory: Memory::mib(32), cpuset: None };
    let (mut environment, service) = started(&world).await;
    // Bodies of the largest size that the contract allows, all at once.
    let body = format!("[\"{}\"]", "x".repeat(15 << 20));
    let url = format!("http://{}/api/v1/events/bulk", service.endpoint.authority);
    let client = reqwest::Client::new();
    let post = || client.post(&url).header("content-type", "application/json").body(body.clone()).send();
    for _ in 0..10 {
        if join_all((0..8).map(|_| post())).await.iter().any(Result::is_err) {
            break;
        }
    }
    let end = environment.stop_service().await.unwrap().unwrap();
    assert_eq!((end.early, end.signal), (true, Some(9)), "{end:?}");
    assert!(end.log_tail.last().unwrap().contains("more memory than its limit of 32 MiB"), "{end:?}");
    environment.shut_down().await.unwrap();
}

#[tokio::test]
async fn one_that_was_killed_is_seen_when_it_is_stopped() {
    let world = World::new().await;
    let (mut environment, _) = started(&world).await;
    let id = world.container("service").await.id.unwrap();
    let options = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
    world.docker.kill_container(&id, Some(options)).await.unwrap();
    let end = environment.stop_service().await.unwrap().unwrap();
    assert_eq!((end.early, end.killed, end.signal), (true, false, Some(9)));
    assert!(!end.log_tail.iter().any(|line| line.contains("memory")), "{end:?}");
    environment.shut_down().await.unwrap();
}

#[tokio::test]
async fn one_that_somebody_restarted_is_no_clean_end() {
    let world = World::new().await;
    let (mut environment, _) = started(&world).await;
    let id = world.container("service").await.id.unwrap();
    world.docker.restart_container(&id, None::<RestartContainerOptions>).await.unwrap();
    let end = environment.stop_service().await.unwrap().unwrap();
    assert!(end.early && !end.is_clean(), "{end:?}");
    assert!(end.log_tail.last().unwrap().contains("restarted"), "{end:?}");
    environment.shut_down().await.unwrap();
}

#[tokio::test]
async fn one_that_exits_at_its_start_is_told_with_its_last_lines_and_removed() {
    let world = World::new().await;
    let mut environment = world.open().await;
    environment.start_application_database(&Told::default()).await.unwrap();
    // Says how to use it, and ends.
    let other = Api { image: "perf-k6".to_owned(), ..api() };
    let fault = environment.start_service(&other, &world.file("service.log")).await.unwrap_err();
    assert!(fault.what.contains("producer-api-go-rest exited at its start"), "{fault}");
    assert!(fault.log_tail.iter().any(|line| line.contains("k6")), "{fault:?}");
    assert!(world.containers().await.iter().all(|container| {
        container.labels.as_ref().unwrap()["com.example.perf-runner.role"] == "application"
    }));
    environment.shut_down().await.unwrap();
    assert_eq!(world.everything().await, Vec::<String>::new());
}
