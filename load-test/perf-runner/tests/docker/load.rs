//! k6 as a container: what it is given, what it gives, what is sampled meanwhile.

use std::{fs, path::PathBuf};

use bollard::query_parameters::KillContainerOptionsBuilder;
use perf_runner::{
    environment::{Environment as _, docker::DockerEnvironment},
    interrupt::{Interrupt, Urgency},
    model::{GeneratorJob, RunningService, Target},
};

use super::{Told, World, api};

async fn started(world: &World) -> (DockerEnvironment, RunningService) {
    let mut environment = world.open().await;
    environment.build(&[api()], &Told::default()).await.unwrap();
    environment.start_application_database(&Told::default()).await.unwrap();
    let service = environment.start_service(&api(), &world.file("service.log")).await.unwrap();
    (environment, service)
}

/// Calls the service for so many seconds, and writes a file at the end.
fn job(world: &World, service: &RunningService, seconds: u32) -> GeneratorJob {
    let folder = world.file("run");
    fs::create_dir_all(&folder).unwrap();
    let script = folder.join("script.js");
    let text = format!(
        "import http from 'k6/http';\n\
         export const options = {{ scenarios: {{ a: {{ executor: 'constant-vus', vus: 2, duration: '{seconds}s', gracefulStop: '1s' }} }} }};\n\
         export default function () {{ http.get('http://{}/api/v1/events/health'); }}\n\
         export function handleSummary(data) {{ return {{ [__ENV.OUT]: JSON.stringify(data.metrics.http_reqs) }}; }}\n",
        service.generator_endpoint.authority
    );
    fs::write(&script, text).unwrap();
    let out = folder.join("out.json").display().to_string();
    GeneratorJob {
        arguments: ["run", "--quiet", &script.display().to_string()].map(str::to_owned).to_vec(),
        variables: vec![("OUT".to_owned(), out), ("K6_NO_USAGE_REPORT".to_owned(), "true".to_owned())],
        script,
        folder,
        deadline_ms: 60_000,
        phases: Vec::new(),
        streams: false,
    }
}

fn out(world: &World) -> PathBuf {
    world.file("run/out.json")
}

#[tokio::test]
async fn a_load_writes_its_files_here_and_every_container_is_sampled() {
    let world = World::new().await;
    let (mut environment, service) = started(&world).await;
    let (_sender, interrupt) = Interrupt::channel();
    let ran =
        environment.run_generator(&job(&world, &service, 8), &interrupt, &Told::default()).await.unwrap();
    assert_eq!((ran.end.code, ran.end.overdue), (Some(0), false), "{:?}", ran.end);
    assert!(fs::read_to_string(out(&world)).unwrap().contains("count"));
    assert!(ran.samples.released_at.is_some());
    for target in [Target::Api, Target::K6, Target::Postgres] {
        let of: Vec<_> = ran.samples.resources.iter().filter(|sample| sample.target == target).collect();
        let (first, last) = (of.first().unwrap(), of.last().unwrap());
        assert!(of.len() >= 2, "{target}: {} samples", of.len());
        assert!(last.cpu_seconds > first.cpu_seconds, "{target} used no processor: {last:?}");
        assert!(last.network_received_bytes > first.network_received_bytes, "{target}: {last:?}");
        assert!(last.network_sent_bytes.unwrap() > 0, "{target}: {last:?}");
        assert!(last.throttled_seconds.is_some() && last.rss_bytes.unwrap() > 0, "{target}: {last:?}");
        assert_eq!(last.sockets, None, "nobody has looked into its network");
    }
    assert!(
        ran.samples.missing.iter().any(|missing| missing.source == "sockets"),
        "{:?}",
        ran.samples.missing
    );
    environment.stop_service().await.unwrap();
    environment.shut_down().await.unwrap();
}

#[tokio::test]
async fn a_load_ends_at_the_users_wish_and_keeps_what_it_has() {
    let world = World::new().await;
    let (mut environment, service) = started(&world).await;
    let (sender, interrupt) = Interrupt::channel();
    let (job, told) = (job(&world, &service, 50), Told::default());
    let wish = async {
        told.loading_for(3).await;
        sender.send(Urgency::EndPhase).unwrap();
    };
    let (ran, ()) = tokio::join!(environment.run_generator(&job, &interrupt, &told), wish);
    let ran = ran.unwrap();
    assert!(ran.end.interrupted, "{:?}", ran.end);
    assert!(out(&world).exists(), "it writes its summary all the same");
    assert!(world.file("run/k6.log").exists());
    environment.shut_down().await.unwrap();
    assert_eq!(world.everything().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_load_ends_with_the_service_that_it_loads() {
    let world = World::new().await;
    let (mut environment, service) = started(&world).await;
    let (_sender, interrupt) = Interrupt::channel();
    let id = world.container("service").await.id.unwrap();
    let (job, told) = (job(&world, &service, 50), Told::default());
    let kill = async {
        told.loading_for(3).await;
        let options = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
        world.docker.kill_container(&id, Some(options)).await.unwrap();
    };
    let (ran, ()) = tokio::join!(environment.run_generator(&job, &interrupt, &told), kill);
    let ran = ran.unwrap();
    assert!(!ran.end.overdue && !ran.end.interrupted, "{:?}", ran.end);
    let end = environment.stop_service().await.unwrap().unwrap();
    assert_eq!((end.early, end.signal), (true, Some(9)));
    environment.shut_down().await.unwrap();
}
