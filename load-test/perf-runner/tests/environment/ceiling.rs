//! What the database can do without any service before it.

use std::fs;

use perf_runner::{
    environment::Environment as _,
    load,
    model::{ApplicationDatabase, CeilingJob, PayloadSize},
};
use sqlx::{Connection as _, PgConnection};

use super::{Told, World};

#[tokio::test]
async fn the_database_alone_is_driven_with_rows_like_those_of_services_and_emptied() {
    let world = World::new();
    let mut environment = world.open();
    let job = CeilingJob {
        payload: PayloadSize::K4,
        templates: load::make_templates(PayloadSize::K4, 1).unwrap(),
        concurrency: 2,
        duration_ms: 1_000,
        folder: world.root().to_path_buf(),
    };
    let before = environment.measure_ceiling(&job).await;
    assert!(before.reason.is_some_and(|reason| reason.contains("was not started")));

    environment.start_application_database(&Told::default()).await.unwrap();
    let ceiling = environment.measure_ceiling(&job).await;
    assert_eq!(ceiling.reason, None);
    assert!(ceiling.events_per_s.is_some_and(|events| events > 0.0));
    assert_eq!((ceiling.payload, ceiling.concurrency, ceiling.duration_ms), (PayloadSize::K4, 2, 1_000));
    let log = fs::read_to_string(world.root().join("pgbench.log")).unwrap();
    assert!(log.contains("query mode: prepared") && !log.contains("ERROR"), "{log}");

    let ApplicationDatabase::Postgres { runner_url, .. } = environment.application_database().unwrap() else {
        panic!("a real one")
    };
    let mut runner = PgConnection::connect(&runner_url).await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("select count(*) from car_entities").fetch_one(&mut runner).await.unwrap();
    assert_eq!(rows, 0);
    assert!(environment.database_bytes().await.unwrap().is_some_and(|bytes| bytes > 0));
    environment.shut_down().await.unwrap();
}
