mod keeping;
mod schema;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU32, Ordering},
    },
};

use postgres_cluster::TemporaryCluster;
use sqlx::{Connection, Executor, PgConnection, Row};

use super::*;
use crate::{
    model::{FailureKind, StoredRun},
    sample,
};

/// An empty database on a real server, and a results folder.
struct Bench {
    url: String,
    results: tempfile::TempDir,
    cluster: Arc<TemporaryCluster>,
}

impl Bench {
    async fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let cluster = shared_server();
        let name = format!("bench_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut sql = PgConnection::connect(&cluster.superuser_url()).await.unwrap();
        sql.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let url = cluster.url(postgres_cluster::SUPERUSER, &name);
        Self { url, results: tempfile::tempdir().unwrap(), cluster }
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    async fn store(&self) -> Store {
        Store::connect(self.results.path(), &self.url()).await.unwrap()
    }

    /// A store that sees the database alone.
    async fn database(&self) -> Store {
        Store::connect(&self.results.path().join("empty"), &self.url()).await.unwrap()
    }

    async fn sql(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }
}

/// Tests that run at the same time share one server; the last one stops it.
fn shared_server() -> Arc<TemporaryCluster> {
    static SHARED: Mutex<Weak<TemporaryCluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let cluster = Arc::new(TemporaryCluster::start().unwrap());
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}

async fn save(store: &Store, stored: &StoredCampaign) {
    let begun = Campaign { finished_at: None, status: CampaignStatus::Running, ..stored.campaign.clone() };
    store.begin_campaign(&begun).await.unwrap();
    for StoredRun { run, checks } in &stored.runs {
        store.save_run(&begun.id, run, checks).await.unwrap();
    }
    if let Some(finished_at) = stored.campaign.finished_at {
        store.finish_campaign(&begun.id, stored.campaign.status, finished_at).await.unwrap();
    }
}

/// A second one of the same kind.
fn renamed(mut stored: StoredCampaign, id: &str, later_s: i64) -> StoredCampaign {
    let old = stored.campaign.id.0.clone();
    stored.campaign.id = CampaignId(id.to_owned());
    stored.campaign.started_at += TimeDelta::seconds(later_s);
    for StoredRun { run, .. } in &mut stored.runs {
        run.id.0 = run.id.0.replace(&old, id);
        run.raw_files = run.raw_files.replace(&old, id);
    }
    stored
}

async fn list(store: &Store) -> Vec<CampaignSummary> {
    store.list(&CampaignFilter::default()).await.unwrap()
}

fn id(text: &str) -> WhichCampaign {
    text.parse().unwrap()
}

/// With the series that `load` leaves out.
async fn load_whole(store: &Store, which: &WhichCampaign) -> StoredCampaign {
    let mut stored = store.load(which).await.unwrap();
    for StoredRun { run, .. } in &mut stored.runs {
        run.samples = store.samples(run).await.unwrap();
    }
    stored
}

#[tokio::test]
async fn what_is_saved_is_what_is_loaded() {
    let bench = Bench::new().await;
    let store = bench.store().await;
    let campaigns = [
        sample::normal(),
        sample::one_failed(),
        sample::nothing_measured(),
        sample::many(),
        sample::everything(),
        nothing_but_windows(),
    ];
    for (number, stored) in (1..).zip(campaigns) {
        let stored = renamed(stored, &format!("campaign-{number}"), number);
        save(&store, &stored).await;
        let which = id(&stored.campaign.id.0);
        assert_eq!(load_whole(&bench.database().await, &which).await, stored, "from the database");
        let files = Store::in_files(bench.results.path());
        assert_eq!(load_whole(&files, &which).await, stored, "from files");
    }
}

/// Held, and nothing of it could be measured.
fn nothing_but_windows() -> StoredCampaign {
    let mut stored = sample::everything();
    for StoredRun { run, .. } in &mut stored.runs {
        run.samples = Some(crate::model::Samples::default());
        for phase in &mut run.phases {
            phase.seconds.clear();
            let mut window = serde_json::to_value(phase.window.take()).unwrap();
            for (name, value) in window.as_object_mut().unwrap() {
                match name.as_str() {
                    "start_ms" | "end_ms" => {}
                    "resources" => *value = serde_json::json!({}),
                    _ => *value = serde_json::Value::Null,
                }
            }
            phase.window = serde_json::from_value(window).unwrap();
        }
    }
    stored
}

#[tokio::test]
async fn samples_are_read_only_when_they_are_asked_for() {
    let bench = Bench::new().await;
    let store = bench.store().await;
    save(&store, &sample::everything()).await;
    let saved = sample::everything().runs[0].run.samples.clone().unwrap();
    let loaded = store.load(&WhichCampaign::Latest).await.unwrap();
    let light = loaded.runs[0].run.samples.clone().unwrap();
    assert_eq!(light, saved.without_series());
    assert!(light.has_no_series() && light.missing.len() == 1);
    // A database that lost them does not hide those in the files.
    bench.sql().await.execute("delete from resource_metrics").await.unwrap();
    bench.sql().await.execute("delete from db_activity_metrics").await.unwrap();
    bench.sql().await.execute("delete from db_counters").await.unwrap();
    assert_eq!(store.samples(&loaded.runs[0].run).await.unwrap(), Some(saved));
}

#[tokio::test]
async fn hostile_text_is_stored_and_a_nul_is_replaced() {
    let bench = Bench::new().await;
    let store = bench.store().await;
    let mut stored = sample::hostile();
    save(&store, &stored).await;
    let loaded = bench.database().await.load(&WhichCampaign::Latest).await.unwrap();

    let run = &mut stored.runs[0].run;
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    run.failure = run.failure.as_deref().map(clean);
    let failed = std::mem::take(&mut run.phases[0].failed);
    run.phases[0].failed =
        failed.into_iter().map(|(kind, n)| (FailureKind(clean(&kind.0)), n)).collect::<BTreeMap<_, _>>();
    for line in &mut run.service.as_mut().unwrap().log_tail {
        *line = clean(line);
    }
    assert_eq!(loaded, stored);
}

#[tokio::test]
async fn a_test_run_is_stored_whole_or_not_at_all() {
    let bench = Bench::new().await;
    let store = bench.store().await;
    let stored = sample::everything();
    store.begin_campaign(&stored.campaign).await.unwrap();
    let StoredRun { mut run, checks } = stored.runs[0].clone();
    // The last table to be written refuses it.
    let mut impossible = checks.clone();
    impossible[1].scope = crate::model::CheckScope::Phase("p9".to_owned());
    let fault = store.save_run(&stored.campaign.id, &run, &impossible).await.unwrap_err();
    assert!(fault.to_string().contains(&run.id.0), "{fault}");
    assert!(fault.repair.unwrap().contains("results folder"));
    for table in [
        "test_runs",
        "test_phases",
        "phase_windows",
        "window_uses",
        "performance_metrics",
        "second_metrics",
        "resource_metrics",
        "db_activity_metrics",
        "db_counters",
        "missing_sources",
        "db_statement_metrics",
        "audits",
        "checks",
    ] {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut bench.sql().await)
            .await
            .unwrap();
        assert_eq!(count, 0, "{table}");
    }
    // A number beyond what the database holds is told by its column, not cut.
    run.phases[0].iterations = u64::MAX;
    let fault = store.save_run(&stored.campaign.id, &run, &checks).await.unwrap_err();
    assert!(fault.to_string().contains("iterations"), "{fault}");
}

#[tokio::test]
async fn a_test_run_that_is_saved_again_replaces_the_first() {
    let bench = Bench::new().await;
    let store = bench.store().await;
    let mut stored = sample::normal();
    save(&store, &stored).await;
    stored.runs[1] = sample::one_failed().runs[1].clone();
    let StoredRun { run, checks } = &stored.runs[1];
    store.save_run(&stored.campaign.id, run, checks).await.unwrap();
    assert_eq!(bench.database().await.load(&WhichCampaign::Latest).await.unwrap(), stored);
}

#[tokio::test]
async fn a_database_that_goes_away_loses_nothing() {
    let mut server = TemporaryCluster::start().unwrap();
    let results = tempfile::tempdir().unwrap();
    let store = Store::connect(results.path(), &server.superuser_url()).await.unwrap();
    let mut stored = sample::normal();
    (stored.campaign.finished_at, stored.campaign.status) = (None, CampaignStatus::Running);
    store.begin_campaign(&stored.campaign).await.unwrap();
    store.save_run(&stored.campaign.id, &stored.runs[0].run, &stored.runs[0].checks).await.unwrap();
    server.pause().unwrap();
    let last = &stored.runs[1];
    let fault = store.save_run(&stored.campaign.id, &last.run, &last.checks).await.unwrap_err();
    assert!(fault.to_string().starts_with("cannot store test run"), "{fault}");
    server.resume().unwrap();
    // The database has one test run, the files have both.
    let store = Store::connect(results.path(), &server.superuser_url()).await.unwrap();
    assert_eq!(store.load(&WhichCampaign::Latest).await.unwrap().runs, stored.runs);
    assert_eq!(list(&store).await[0].completed_runs, 2);
}

#[tokio::test]
async fn the_list_has_the_newest_first_from_database_and_files() {
    let bench = Bench::new().await;
    let store = bench.store().await;
    save(&store, &renamed(sample::normal(), "older", 0)).await;
    save(&store, &renamed(sample::one_failed(), "newer", 60)).await;
    save(&Store::in_files(bench.results.path()), &renamed(sample::normal(), "fake", 120)).await;
    let list = list(&store).await;
    let names: Vec<&str> = list.iter().map(|summary| summary.id.0.as_str()).collect();
    assert_eq!(names, ["fake", "newer", "older"]);
    assert_eq!((list[1].completed_runs, list[1].planned_runs), (1, 2));
    assert_eq!(list[1].apis, ["producer-api-rust-grpc", "producer-api-rust-rest"]);
    let full = CampaignFilter { modes: vec![crate::model::Mode::Full], ..CampaignFilter::default() };
    assert_eq!(store.list(&full).await.unwrap(), []);
    assert_eq!(store.load(&WhichCampaign::Latest).await.unwrap().campaign.id.0, "fake");
    // Both implementations say the same of the same campaign.
    let in_files = self::list(&Store::in_files(bench.results.path())).await;
    assert_eq!(self::list(&bench.database().await).await, in_files[1..]);
}

#[tokio::test]
async fn an_unknown_campaign_is_told_with_the_ones_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_files(folder.path());
    let fault = store.load(&WhichCampaign::Latest).await.unwrap_err();
    assert_eq!(fault.to_string(), "no campaign has been stored yet");
    save(&store, &sample::normal()).await;
    let fault = store.load(&id("20261121-104351-smoke-7f3b")).await.unwrap_err();
    assert_eq!(fault.class, crate::fault::ExitClass::Usage);
    assert_eq!(fault.to_string(), "there is no campaign \"20261121-104351-smoke-7f3b\"");
    assert!(fault.repair.unwrap().starts_with("did you mean 20261121-104351-smoke-7f3a?"));
    let fault = store.load(&id("../../etc")).await.unwrap_err();
    assert!(fault.repair.unwrap().starts_with("the last ones are 20261121"));
}

#[tokio::test]
async fn a_damaged_file_is_named_and_hides_no_other_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_files(folder.path());
    save(&store, &sample::normal()).await;
    let damaged = folder.path().join("damaged/campaign.json");
    crate::whole_file::write(&damaged, b"{\"format\":1,\"campaign\":{\"id\":").unwrap();
    assert_eq!(list(&store).await.len(), 1);
    let fault = store.load(&id("damaged")).await.unwrap_err();
    assert!(fault.to_string().contains("damaged/campaign.json"), "{fault}");
    crate::whole_file::write(&damaged, b"{\"format\":2}").unwrap();
    let fault = store.load(&id("damaged")).await.unwrap_err();
    assert!(fault.to_string().contains("has format 2, this runner knows up to 1"), "{fault}");
}

#[tokio::test]
async fn files_stay_inside_the_folder_of_the_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_files(folder.path());
    let stored = sample::normal();
    store.begin_campaign(&stored.campaign).await.unwrap();
    let inside = &stored.campaign.id.0;
    let out = [inside.clone(), format!("{inside}/.."), format!("{inside}/../x"), format!("{inside}/a/b")];
    let elsewhere = ["../outside", "other/run", "/tmp/run", ""].map(str::to_owned);
    for place in out.into_iter().chain(elsewhere) {
        let mut run = stored.runs[0].run.clone();
        run.raw_files.clone_from(&place);
        assert!(store.save_run(&stored.campaign.id, &run, &[]).await.is_err(), "{place:?} was taken");
    }
}
