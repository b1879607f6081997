//! The databases: made as they should be, and refused when they are not ours.

use perf_runner::{environment::Environment as _, model::ApplicationDatabase};
use sqlx::{Connection as _, PgConnection, postgres::PgDatabaseError};

use super::{Told, World, runs};

async fn refusal(connection: &mut PgConnection, statement: &'static str) -> String {
    let error = sqlx::raw_sql(statement).execute(connection).await.unwrap_err();
    error.as_database_error().unwrap().downcast_ref::<PgDatabaseError>().code().to_owned()
}

/// Where the write-ahead log was when the latest one was written.
async fn checkpoints(owner: &mut PgConnection) -> String {
    sqlx::query_scalar("select checkpoint_lsn::text from pg_control_checkpoint()")
        .fetch_one(owner)
        .await
        .unwrap()
}

fn urls(database: ApplicationDatabase) -> (String, String) {
    let ApplicationDatabase::Postgres { service_url, runner_url, .. } = database else {
        panic!("a real one")
    };
    (service_url, runner_url)
}

/// SQLSTATE of a missing privilege.
const NOT_ALLOWED: &str = "42501";

#[tokio::test]
async fn services_may_write_rows_and_the_runner_may_empty_the_table() {
    let world = World::new();
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    let facts = environment.database_facts();
    assert_eq!(facts["fsync"], "on");
    assert!(facts["server_version"].starts_with(|digit: char| digit.is_ascii_digit()), "{facts:?}");

    let database = environment.application_database().unwrap();
    let ApplicationDatabase::Postgres { owner_url: Some(owner_url), .. } = database.clone() else {
        panic!("our own")
    };
    let (service_url, runner_url) = urls(database);
    let mut service = PgConnection::connect(&service_url).await.unwrap();
    let insert = "insert into car_entities values ('1', 'Car', now(), now(), '{}')";
    sqlx::raw_sql(insert).execute(&mut service).await.unwrap();
    for statement in [
        "truncate car_entities",
        "delete from car_entities",
        "drop table car_entities",
        "create table other (id int)",
        "alter role producer createdb",
        "select pg_stat_statements_reset()",
    ] {
        assert_eq!(refusal(&mut service, statement).await, NOT_ALLOWED, "{statement}");
    }

    assert_eq!(facts["checkpoint_before_load"], "yes");
    let mut owner = PgConnection::connect(&owner_url).await.unwrap();
    let before = checkpoints(&mut owner).await;
    environment.clear().await.unwrap();
    assert_ne!(checkpoints(&mut owner).await, before);
    let mut runner = PgConnection::connect(&runner_url).await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("select count(*) from car_entities").fetch_one(&mut runner).await.unwrap();
    assert_eq!(rows, 0);
    let kept: Vec<String> =
        sqlx::query_scalar("select query from pg_stat_statements where query ilike 'insert%'")
            .fetch_all(&mut runner)
            .await
            .unwrap();
    assert_eq!(kept, Vec::<String>::new(), "statistics of before are gone");
    assert_eq!(refusal(&mut runner, "drop table car_entities").await, NOT_ALLOWED);
    environment.shut_down().await.unwrap();
}

#[tokio::test]
async fn a_second_start_finds_the_cluster_and_changes_the_passwords() {
    let world = World::new();
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    let (first, _) = urls(environment.application_database().unwrap());
    environment.shut_down().await.unwrap();
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    let (second, _) = urls(environment.application_database().unwrap());
    let password = |url: &str| url.split([':', '@']).nth(2).unwrap().to_owned();
    assert_ne!(password(&first), password(&second));
    PgConnection::connect(&second).await.unwrap();
}

#[tokio::test]
async fn the_metrics_database_is_another_server_and_both_end_with_the_environment() {
    let world = World::new();
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    let metrics = environment.start_metrics_database(&Told::default()).await.unwrap().unwrap();
    let (_, runner_url) = urls(environment.application_database().unwrap());
    let mut pids = Vec::new();
    for url in [&metrics, &runner_url] {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let port: i32 =
            sqlx::query_scalar("select inet_server_port()").fetch_one(&mut connection).await.unwrap();
        pids.push(port);
    }
    assert_ne!(pids[0], pids[1]);
    let record = std::fs::read_to_string(world.settings.places.state.join("processes.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let servers: Vec<u32> = record["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| u32::try_from(child["pid"].as_u64().unwrap()).unwrap())
        .collect();
    assert_eq!(servers.len(), 2);
    assert!(servers.iter().all(|pid| runs(*pid)));
    // Without `shut_down`: a panic or an early return must not leave a server.
    drop(environment);
    assert!(!servers.iter().any(|pid| runs(*pid)));
}

#[tokio::test]
async fn a_database_of_the_user_s_is_used_and_gets_its_schema() {
    let cluster = postgres_cluster::TemporaryCluster::start().unwrap();
    let mut world = World::new();
    world.settings.given.database_url = Some(cluster.superuser_url());
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    environment.clear().await.unwrap();

    let mut connection = PgConnection::connect(&cluster.superuser_url()).await.unwrap();
    let insert = "insert into car_entities values ('loan-4711', 'Loan', now(), now(), '{}')";
    sqlx::raw_sql(insert).execute(&mut connection).await.unwrap();
    let fault = environment.start_application_database(&Told::default()).await.unwrap_err();
    assert!(fault.what.contains("loan-4711") && fault.repair.unwrap().contains("empties"));
}

#[tokio::test]
async fn a_role_that_may_write_no_checkpoint_is_measured_without_and_that_is_told() {
    let cluster = postgres_cluster::TemporaryCluster::start().unwrap();
    let mut owner = PgConnection::connect(&cluster.superuser_url()).await.unwrap();
    let roles = "create role modest login password 'modest'; grant create on schema public to modest";
    sqlx::raw_sql(roles).execute(&mut owner).await.unwrap();
    let mut world = World::new();
    let url = format!("postgresql://modest:modest@127.0.0.1:{}/postgres", cluster.port());
    world.settings.given.database_url = Some(url);
    let mut environment = world.open();
    environment.start_application_database(&Told::default()).await.unwrap();
    assert_eq!(environment.database_facts()["checkpoint_before_load"], "refused");
    environment.clear().await.unwrap();
}

#[tokio::test]
async fn a_role_that_may_not_do_what_a_campaign_needs_is_refused() {
    let cluster = postgres_cluster::TemporaryCluster::start().unwrap();
    let mut owner = PgConnection::connect(&cluster.superuser_url()).await.unwrap();
    let schema = "create table car_entities (id varchar(255), entity_type varchar(100), data jsonb); \
                  create role weak login password 'weak'; grant select, insert on car_entities to weak";
    sqlx::raw_sql(schema).execute(&mut owner).await.unwrap();
    let mut world = World::new();
    let url = format!("postgresql://weak:weak@127.0.0.1:{}/postgres", cluster.port());
    world.settings.given.database_url = Some(url);
    let fault = world.open().start_application_database(&Told::default()).await.unwrap_err();
    assert!(fault.repair.as_ref().unwrap().contains("truncate"), "{fault:?}");
    sqlx::raw_sql("drop table car_entities").execute(&mut owner).await.unwrap();
    let fault = world.open().start_application_database(&Told::default()).await.unwrap_err();
    assert!(fault.repair.as_ref().unwrap().contains("postgres/schema.sql"), "{fault:?}");
}

#[tokio::test]
async fn a_database_out_of_reach_is_named_without_its_password() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut world = World::new();
    for url in [format!("postgresql://me:s3cret@127.0.0.1:{free}/mine"), "postgres//me:s3cret@x:y".to_owned()]
    {
        world.settings.given.database_url = Some(url);
        let fault = world.open().start_application_database(&Told::default()).await.unwrap_err();
        let said = format!("{fault} {fault:?}");
        assert!(!said.contains("s3cret"), "{said}");
        assert!(fault.repair.is_some());
    }
}

#[tokio::test]
async fn a_folder_without_server_programs_is_named() {
    let mut world = World::new();
    world.settings.given.postgres_bin = Some(world.root().join("none"));
    let fault = world.open().start_application_database(&Told::default()).await.unwrap_err();
    assert!(fault.to_string().contains(&world.root().join("none").display().to_string()), "{fault}");
}
