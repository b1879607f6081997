//! The container environment on a real engine: `cargo xtask test docker` finds or
//! starts one, builds the images and runs these.
#![cfg(feature = "docker-tests")]
// Clippy takes only functions marked `#[test]` for tests, and these are shared by them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ends;
mod leftovers;
mod lifecycle;
mod load;

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};

use bollard::{
    Docker,
    models::{ContainerInspectResponse, ContainerSummary},
    query_parameters::{ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder},
};
use perf_runner::{
    environment::docker::{BaseImages, DockerEnvironment, DockerSettings},
    model::{Api, Language, Protocol},
    progress::{Event, Observer},
    settings::{Given, Places},
};
use tempfile::TempDir;

/// What everything of ours is marked with.
const OWNER: &str = "com.example.perf-runner.owner";

/// This repository, with a state folder of the test's own.
struct World {
    folder: TempDir,
    settings: DockerSettings,
    docker: Docker,
}

impl World {
    async fn new() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let host = variable("DOCKER_HOST").expect("DOCKER_HOST: run this with `cargo xtask test docker`");
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let places =
            Places { root, state: folder.path().join("state"), results: folder.path().join("results") };
        let settings = DockerSettings {
            host: Some(host.clone()),
            images: BaseImages {
                go: variable("GO_IMAGE"),
                jdk: variable("JDK_IMAGE"),
                rust: variable("RUST_IMAGE"),
                postgres: variable("POSTGRES_IMAGE"),
            },
            skip_build: true,
            ..DockerSettings::new(places, Given::default())
        };
        let docker = Docker::connect_with_host(&host).unwrap().negotiate_version().await.unwrap();
        Self { folder, settings, docker }
    }

    async fn open(&self) -> DockerEnvironment {
        DockerEnvironment::open(self.settings.clone(), &Told::default()).await.unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn owner(&self) -> String {
        std::fs::read_to_string(self.settings.places.state.join("docker-owner")).unwrap()
    }

    fn filter(&self) -> std::collections::HashMap<String, Vec<String>> {
        [("label".to_owned(), vec![format!("{OWNER}={}", self.owner())])].into()
    }

    /// The containers of this state folder, running or not.
    async fn containers(&self) -> Vec<ContainerSummary> {
        let options = ListContainersOptionsBuilder::new().all(true).filters(&self.filter()).build();
        self.docker.list_containers(Some(options)).await.unwrap()
    }

    /// The one with this role.
    async fn container(&self, role: &str) -> ContainerInspectResponse {
        let has_role = |container: &&ContainerSummary| {
            container.labels.as_ref().unwrap()["com.example.perf-runner.role"] == role
        };
        let containers = self.containers().await;
        let id = containers.iter().find(has_role).unwrap().id.clone().unwrap();
        self.docker
            .inspect_container(&id, None::<bollard::query_parameters::InspectContainerOptions>)
            .await
            .unwrap()
    }

    /// Names of everything of this state folder that the engine has.
    async fn everything(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.containers().await.into_iter().flat_map(|container| container.names.unwrap()).collect();
        let options = ListNetworksOptionsBuilder::new().filters(&self.filter()).build();
        let networks = self.docker.list_networks(Some(options)).await.unwrap();
        names.extend(networks.into_iter().filter_map(|network| network.name));
        let options = ListVolumesOptionsBuilder::new().filters(&self.filter()).build();
        let volumes = self.docker.list_volumes(Some(options)).await.unwrap().volumes;
        names.extend(volumes.into_iter().flatten().map(|volume| volume.name));
        names
    }
}

/// A service of the registry.
fn api() -> Api {
    let id = "producer-api-go-rest";
    Api {
        id: id.to_owned(),
        language: Language::Go,
        protocol: Protocol::Rest,
        port: 9083,
        build: vec!["go".to_owned()],
        start: vec!["none".to_owned()],
        image: id.to_owned(),
    }
}

/// Remembers what it was told.
#[derive(Default)]
struct Told(Mutex<Vec<Event>>);

impl Observer for Told {
    fn observe(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Told {
    fn notes(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let notes = events.iter().filter_map(|event| match event {
            Event::Note { text } => Some(text.clone()),
            _ => None,
        });
        notes.collect()
    }

    /// Waits until a load has gone on for so many readings of what is used: one a second at most.
    async fn loading_for(&self, readings: usize) {
        let begin = Instant::now();
        while self.readings() < readings {
            assert!(begin.elapsed() < Duration::from_mins(2), "no load came about");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn readings(&self) -> usize {
        self.0.lock().unwrap().iter().filter(|event| matches!(event, Event::Used { .. })).count()
    }
}
