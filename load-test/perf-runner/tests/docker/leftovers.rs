//! What a runner leaves that had no time to clean up.

use std::collections::HashMap;

use bollard::{
    models::ContainerCreateBody,
    query_parameters::{CreateContainerOptions, RemoveContainerOptionsBuilder, StartContainerOptions},
};
use perf_runner::environment::{Environment as _, docker::DockerEnvironment};

use super::{OWNER, Told, World, api};

/// A container that is not of this state folder, and runs; of an image that is there.
async fn foreign(world: &World, labels: HashMap<String, String>) -> String {
    let body = ContainerCreateBody {
        image: world.container("application").await.image,
        entrypoint: Some(vec!["sleep".to_owned(), "600".to_owned()]),
        labels: Some(labels),
        ..ContainerCreateBody::default()
    };
    let made = world.docker.create_container(None::<CreateContainerOptions>, body).await.unwrap();
    world.docker.start_container(&made.id, None::<StartContainerOptions>).await.unwrap();
    made.id
}

#[tokio::test]
async fn the_next_start_removes_it_and_touches_nothing_else() {
    let world = World::new().await;
    let mut environment = world.open().await;
    environment.start_metrics_database(&Told::default()).await.unwrap();
    environment.start_application_database(&Told::default()).await.unwrap();
    environment.start_service(&api(), &world.file("service.log")).await.unwrap();
    let foreign_ones = [
        foreign(&world, HashMap::new()).await,
        foreign(&world, [(OWNER.to_owned(), "0123456789abcdef".to_owned())].into()).await,
    ];
    // As if it were killed: nothing of it is taken down.
    drop(environment);
    assert_eq!(world.containers().await.len(), 3);

    let told = Told::default();
    let mut next = DockerEnvironment::open(world.settings.clone(), &told).await.unwrap();
    assert_eq!(world.containers().await.len(), 0);
    let notes = told.notes();
    assert!(notes.len() == 1 && notes[0].contains("producer-api-go-rest"), "{notes:?}");
    let left = world.everything().await;
    assert!(left.len() == 1 && left[0].ends_with("-metrics"), "stored results are no left-over: {left:?}");
    for id in foreign_ones {
        let inspected = world
            .docker
            .inspect_container(&id, None::<bollard::query_parameters::InspectContainerOptions>)
            .await
            .unwrap();
        assert_eq!(inspected.state.unwrap().running, Some(true), "a container that is not ours was touched");
        let options = RemoveContainerOptionsBuilder::new().force(true).build();
        world.docker.remove_container(&id, Some(options)).await.unwrap();
    }
    next.shut_down().await.unwrap();
    let removed = perf_runner::environment::docker::cleanup(&world.settings, &[], true, &told).await.unwrap();
    assert_eq!(removed.len(), 1);
}
