//! What is sampled while the generator runs: real processes, a real database, and
//! the real k6 with a script of a few lines.

use std::{collections::BTreeMap, fs};

use perf_runner::{
    environment::{Environment as _, process::ProcessEnvironment},
    interrupt::Interrupt,
    model::{DatabaseCounters, GeneratorJob, PhaseLoad, PlannedPhase, ResourceSample, Samples, Target},
};

use super::{Told, World, pinned_k6::k6, real};

/// Two VUs post events for three seconds and print each status.
const POSTS: &str = r"
import http from 'k6/http';
export const options = { scenarios: { p1: { executor: 'constant-vus', vus: 2, duration: '3s' } } };
const params = { headers: { 'Content-Type': 'application/json' } };
const header = { uuid: '7f8b4f0e-8a5d-4f43-9a3e-0d1a2b3c4d5e', eventName: 'Loan', eventType: 'Loan',
  createdDate: '2025-03-01T10:30:00Z', savedDate: '2025-03-01T10:30:05Z' };
export default function () {
  const entityId = `loan-1a2b3c4d-${__VU}-${__ITER}`;
  const entities = [{ entityType: 'Loan', entityId, updatedAttributes: { a: 1 } }];
  const body = JSON.stringify({ eventHeader: header, eventBody: { entities } });
  console.log(http.post(__ENV.PERF_TARGET, body, params).status);
}";

/// A job of k6 with this script.
fn job(world: &World, script: &str, target: String) -> GeneratorJob {
    let mut job = super::generator::job(world, 60_000);
    let file = |name: &str| job.folder.join(name).display().to_string();
    let (path, statuses) = (file("script.js"), file("statuses"));
    fs::write(&path, script).unwrap();
    let words = ["run", "--quiet", "--log-format", "raw", "--console-output", &statuses, &path];
    job.arguments = words.map(str::to_owned).to_vec();
    job.variables =
        vec![("PERF_TARGET".to_owned(), target), ("K6_NO_USAGE_REPORT".to_owned(), "true".to_owned())];
    job
}

async fn run(environment: &mut ProcessEnvironment, job: &GeneratorJob) -> Samples {
    let (_sender, interrupt) = Interrupt::channel();
    let run = environment.run_generator(job, &interrupt, &Told::default()).await.unwrap();
    assert_eq!(run.end.code, Some(0), "{:?}", run.end.log_tail);
    run.samples
}

/// Samples of a load on a real service, and how many events it had.
async fn sampled() -> (Samples, u64) {
    let mut world = real::real_world();
    world.settings.given.k6 = Some(k6());
    let api = real::real_api();
    let mut environment = world.open();
    environment.build(std::slice::from_ref(&api), &Told::default()).await.unwrap();
    environment.start_application_database(&Told::default()).await.unwrap();
    environment.clear().await.unwrap();
    let service = environment.start_service(&api, &world.root().join("run/service.log")).await.unwrap();
    let target = format!("http://{}/api/v1/events", service.endpoint.authority);
    let mut job = job(&world, POSTS, target);
    let load = PhaseLoad::Vus { vus: 2, hold_ms: 3_000 };
    job.phases = vec![PlannedPhase { name: "p1".to_owned(), load, start_ms: 0, settle_ms: 500 }];
    let samples = run(&mut environment, &job).await;
    environment.shut_down().await.unwrap();
    let statuses = fs::read_to_string(job.folder.join("statuses")).unwrap();
    assert!(statuses.lines().all(|status| status == "200"), "{statuses}");
    (samples, statuses.lines().count() as u64)
}

fn of(samples: &Samples, target: Target) -> Vec<&ResourceSample> {
    samples.resources.iter().filter(|sample| sample.target == target).collect()
}

#[tokio::test]
async fn everything_that_runs_is_sampled_every_second_and_at_the_edges_of_phases() {
    let (samples, events) = sampled().await;
    assert!(events > 10 && samples.released_at.is_some());
    each_target_is_there(&samples);
    // First and last and three edges, of which one stands for two where the host stood still.
    assert!((4..=5).contains(&samples.database.len()), "{}", samples.database.len());
    let (first, last) = (samples.database.first().unwrap(), samples.database.last().unwrap());
    assert!(first.at_ms < 0.0 && last.at_ms > 3_000.0, "{} {}", first.at_ms, last.at_ms);
    let upserts = |counters: &DatabaseCounters| {
        let statements = counters.statements.as_ref().unwrap().iter();
        statements.filter(|statement| statement.is_upsert).map(|statement| statement.calls).sum::<u64>()
    };
    assert_eq!(upserts(last) - upserts(first), events);
    assert!(last.wal_bytes.unwrap() > first.wal_bytes.unwrap());
    assert!(last.commits >= first.commits && last.rollbacks.is_some() && last.written_bytes.is_some());
    assert!(!samples.activity.is_empty());
    let connections: u64 = samples.activity.iter().flat_map(|sample| sample.connections.values()).sum();
    assert!(
        connections > 0 && samples.activity.iter().all(|sample| !sample.connections.contains_key("hidden"))
    );
    let own = &samples.processors[&Target::K6];
    assert!(!own.is_empty() && own.len() <= samples.processors[&Target::Host].len());
}

fn each_target_is_there(samples: &Samples) {
    let grown = |target: Target| {
        let seen = of(samples, target);
        seen.last().unwrap().cpu_seconds.unwrap() - seen[0].cpu_seconds.unwrap()
    };
    for target in [Target::Api, Target::K6, Target::Postgres, Target::Runner, Target::Host] {
        let seen = of(samples, target);
        assert!(seen.len() >= 4, "{target}: {}", seen.len());
        assert!(seen[0].at_ms < 0.0, "{target}: not sampled before the release");
        assert!(seen.windows(2).all(|pair| pair[0].at_ms < pair[1].at_ms), "{target}: not in order");
        assert!(seen.windows(2).all(|pair| pair[0].cpu_seconds <= pair[1].cpu_seconds), "{target}");
        assert!(seen.iter().all(|sample| sample.rss_bytes > Some(0) && sample.threads > Some(0)), "{target}");
        assert!(seen.iter().any(|sample| sample.sockets.is_some()), "{target}: no sockets");
    }
    assert!(grown(Target::K6) > 0.0 && grown(Target::Api) > 0.0 && grown(Target::Postgres) > 0.0);
    let at_most = |target: Target, state: &str| {
        let count = |sample: &&ResourceSample| sample.sockets.as_ref()?.get(state).copied();
        of(samples, target).iter().filter_map(count).max().unwrap_or(0)
    };
    assert_eq!((at_most(Target::K6, "established"), at_most(Target::Api, "listening")), (2, 1));
    assert!(at_most(Target::Postgres, "established") >= 1);
    let missing: BTreeMap<_, _> = samples
        .missing
        .iter()
        .map(|source| ((source.target, source.source.as_str()), &source.reason))
        .collect();
    assert!(missing.contains_key(&(Target::K6, "network")), "{missing:?}");
    assert!(!missing.contains_key(&(Target::Postgres, "database")), "{missing:?}");
}

#[tokio::test]
async fn what_is_not_there_is_missing_with_its_reason() {
    let mut world = World::new();
    world.settings.given.k6 = Some(k6());
    let mut environment = world.open();
    let job = job(&world, "export default function () {}", String::new());
    let samples = run(&mut environment, &job).await;
    assert!(samples.database.is_empty() && samples.activity.is_empty());
    let told = |target: Target, source: &str| {
        samples.missing.iter().any(|missing| missing.target == target && missing.source == source)
    };
    assert!(told(Target::Postgres, "process") && told(Target::Postgres, "database"), "{:?}", samples.missing);
    assert!(told(Target::Api, "process"));
    assert!(of(&samples, Target::Api).is_empty() && !of(&samples, Target::Runner).is_empty());
}
