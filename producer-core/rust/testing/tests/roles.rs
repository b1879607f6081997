//! What the two roles of `postgres/roles.sql` may and may not do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use producer_testing::ApplicationDatabase;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

const UPSERT: &str = include_str!("../../../../postgres/queries/upsert.sql");
const READY: &str = include_str!("../../../../postgres/queries/ready.sql");
const CLEAR: &str = include_str!("../../../../postgres/queries/clear.sql");

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn assert_refused(client: &Client, sql: &str) {
    let error = client.batch_execute(sql).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
}

#[tokio::test]
async fn a_service_may_write_rows_and_nothing_else() {
    let database = ApplicationDatabase::start().await;
    let producer = connect(&database.producer_url()).await;
    let columns: [&Vec<&str>; 3] = [&vec!["Loan"], &vec!["1"], &vec![r#"{"a":1}"#]];
    for _ in 0..2 {
        producer.execute(UPSERT, &[columns[0], columns[1], columns[2]]).await.unwrap();
    }
    producer.query(READY, &[]).await.unwrap();
    for sql in [
        CLEAR,
        "delete from car_entities",
        "drop table car_entities",
        "alter table car_entities add column note text",
        "create index on car_entities (entity_type)",
        "create table mine (n int)",
        "create temporary table mine (n int)",
        "create schema mine",
        "create role mine",
        "create database mine",
        "select pg_read_file('PG_VERSION')",
        "grant producer to perf_runner",
        "copy car_entities to program 'true'",
    ] {
        assert_refused(&producer, sql).await;
    }
    assert_eq!(database.rows().await, [("Loan".into(), "1".into(), r#"{"a": 1}"#.into())]);
}

#[tokio::test]
async fn the_runner_may_empty_the_table_and_read_statistics() {
    let database = ApplicationDatabase::start().await;
    let producer = connect(&database.producer_url()).await;
    let runner = connect(&database.runner_url()).await;
    let row = "insert into car_entities values ('1', 'Loan', now(), now(), '{}')";
    producer.batch_execute(row).await.unwrap();
    runner.batch_execute(CLEAR).await.unwrap();
    assert!(database.rows().await.is_empty());
    let sql = "select query from pg_stat_activity where usename = 'producer'";
    assert_eq!(runner.query_one(sql, &[]).await.unwrap().get::<_, String>(0), row);
    for sql in [
        "drop table car_entities",
        "update car_entities set data = '{}'",
        "create table mine (n int)",
        "create temporary table mine (n int)",
    ] {
        assert_refused(&runner, sql).await;
    }
}
