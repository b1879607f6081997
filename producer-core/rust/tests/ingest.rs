//! The use case against a real PostgreSQL, as the role that a service has.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsString;

use futures_util::future::join_all;
use producer_core::config::{Config, Service};
use producer_core::event::{BodyDraft, EntityDraft, EventDraft, HeaderDraft};
use producer_core::fault::{Fault, FaultKind};
use producer_core::ingest::Ingest;
use producer_core::store::Store;
use producer_testing::{ApplicationDatabase, within};

fn ingest(database: &ApplicationDatabase, max_connections: &str) -> Ingest {
    let url = database.producer_url();
    let variable = |name: &str| match name {
        "DATABASE_URL" => Some(OsString::from(&url)),
        "DATABASE_MAX_CONNECTIONS" => Some(OsString::from(max_connections)),
        _ => None,
    };
    let service = Service { name: "test", port_variable: "SERVER_PORT", default_port: 0 };
    Ingest::new(Store::new(&Config::read(service, variable).unwrap()).unwrap())
}

/// An event over entities of the type `Loan`, each an id and its attributes.
fn event<'a>(entities: &[(&'a str, &'a str)]) -> EventDraft<'a> {
    let entity = |(id, attributes): &(&'a str, &'a str)| {
        Some(EntityDraft {
            entity_type: Some("Loan".into()),
            entity_id: Some((*id).into()),
            updated_attributes: Some(Ok((*attributes).into())),
        })
    };
    EventDraft {
        header: Some(HeaderDraft { event_name: Some("LoanCreated".into()), ..HeaderDraft::default() }),
        body: Some(BodyDraft { entities: Some(entities.iter().map(entity).collect()) }),
    }
}

/// Tries again where no connection came free in time, as any client may on a busy machine.
async fn accept_patiently<'a>(ingest: &Ingest, event: impl Fn() -> EventDraft<'a>) {
    let accepted = async {
        while let Err(fault) = ingest.accept(event()).await {
            assert_eq!(fault.kind, FaultKind::Unavailable, "{fault:?}");
        }
    };
    within("the event is taken", accepted).await;
}

/// A busy machine may be late for the second that the database has.
async fn becomes_ready(ingest: &Ingest) {
    let ready = async { while ingest.check_ready().await.is_err() {} };
    within("the database is ready", ready).await;
}

fn loan(id: &str, data: &str) -> (String, String, String) {
    ("Loan".into(), id.into(), data.into())
}

fn kinds(outcomes: Vec<Result<(), Fault>>) -> Vec<Option<FaultKind>> {
    outcomes.into_iter().map(|outcome| outcome.err().map(|fault| fault.kind)).collect()
}

#[tokio::test]
async fn an_event_creates_then_merges_shallowly() {
    let database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "2");
    ingest.accept(event(&[("1", r#"{"a":1,"nested":{"x":1,"y":1},"keep":"ü"}"#)])).await.unwrap();
    let sql = "select created_at::text, updated_at::text, created_at = updated_at from car_entities";
    let first = database.owner().await.query_one(sql, &[]).await.unwrap();
    ingest.accept(event(&[("1", r#"{"a":null,"nested":{"x":2}}"#), ("2", "{}")])).await.unwrap();
    assert_eq!(
        database.rows().await,
        [loan("1", r#"{"a": null, "keep": "ü", "nested": {"x": 2}}"#), loan("2", "{}")]
    );
    let second = database.owner().await.query_one(&format!("{sql} where id = '1'"), &[]).await.unwrap();
    assert!(first.get::<_, bool>(2));
    assert_eq!(first.get::<_, String>(0), second.get::<_, String>(0), "created_at is set once");
    assert_ne!(first.get::<_, String>(1), second.get::<_, String>(1), "updated_at is set at every write");
}

#[tokio::test]
async fn an_event_that_breaks_a_rule_leaves_no_row() {
    let database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "2");
    let fault = ingest.accept(event(&[("1", "{}"), (" ", "{}")])).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::InvalidEvent);
    assert!(database.rows().await.is_empty());
}

#[tokio::test]
async fn two_hundred_concurrent_merges_lose_no_key_and_opposite_orders_do_not_deadlock() {
    let database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "10");
    let attributes: Vec<String> = (0..200).map(|n| format!(r#"{{"key{n}":{n}}}"#)).collect();
    let merges = attributes.iter().enumerate().map(|(n, attributes)| {
        let (first, second) = if n % 2 == 0 { ("a", "b") } else { ("b", "a") };
        accept_patiently(&ingest, move || event(&[(first, attributes), (second, attributes)]))
    });
    join_all(merges).await;
    let sql = "select count(*) from car_entities, jsonb_object_keys(data)";
    let keys: i64 = database.owner().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(keys, 400);
    // One would be told to no caller: its loser is tried again.
    let sql = "select deadlocks from pg_stat_database where datname = current_database()";
    let deadlocks: i64 = database.owner().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(deadlocks, 0);
}

#[tokio::test]
async fn a_list_is_stored_event_by_event_and_in_order() {
    let database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "1");
    let values: Vec<String> = (0..150).map(|n| format!(r#"{{"last":{n}}}"#)).collect();
    let ids: Vec<String> = (0..150).map(|n| format!("own-{n:03}")).collect();
    let mut drafts: Vec<Result<EventDraft<'_>, Fault>> = Vec::new();
    for (id, value) in ids.iter().zip(&values) {
        drafts.push(Ok(event(&[(id, value)])));
        drafts.push(Ok(event(&[("shared", value)])));
    }
    drafts.insert(3, Err(Fault::malformed("not an object")));
    drafts.insert(5, Ok(event(&[("", "{}")])));
    let outcomes = kinds(ingest.accept_all(drafts).await.unwrap());
    assert_eq!(outcomes.len(), 302);
    assert_eq!(outcomes[3], Some(FaultKind::Malformed));
    assert_eq!(outcomes[5], Some(FaultKind::InvalidEvent));
    assert_eq!(outcomes.iter().flatten().count(), 2);
    let rows = database.rows().await;
    assert_eq!(rows.len(), 151);
    assert_eq!(rows[150], loan("shared", r#"{"last": 149}"#));
}

#[tokio::test]
async fn one_event_is_one_statement() {
    let database = ApplicationDatabase::start().await;
    let owner = database.owner().await;
    owner.batch_execute("create extension pg_stat_statements").await.unwrap();
    let ingest = ingest(&database, "1");
    ingest.accept(event(&[("warm", "{}")])).await.unwrap();
    owner.batch_execute("select pg_stat_statements_reset()").await.unwrap();
    for _ in 0..3 {
        ingest.accept(event(&[("1", r#"{"a":1}"#), ("2", "{}"), ("1", r#"{"b":1}"#)])).await.unwrap();
    }
    let sql = "select calls, rows from pg_stat_statements join pg_roles on pg_roles.oid = userid
               where rolname = 'producer'";
    let statements = owner.query(sql, &[]).await.unwrap();
    assert_eq!(statements.len(), 1);
    assert_eq!((statements[0].get::<_, i64>(0), statements[0].get::<_, i64>(1)), (3, 6));
}

#[tokio::test]
async fn a_statement_that_lost_a_race_is_tried_again() {
    let database = ApplicationDatabase::start().await;
    let owner = database.owner().await;
    // Under this isolation the loser of two concurrent updates fails with SQLSTATE 40001.
    let serializable = "alter role producer set default_transaction_isolation = 'repeatable read'";
    owner.batch_execute(serializable).await.unwrap();
    let ingest = ingest(&database, "2");
    ingest.accept(event(&[("1", r#"{"a":1}"#)])).await.unwrap();
    owner.batch_execute("begin; update car_entities set data = data || '{\"b\":1}'").await.unwrap();
    let waiting = tokio::spawn(async move { ingest.accept(event(&[("1", r#"{"c":1}"#)])).await });
    database
        .wait_until(
            "select count(*) = 1 from pg_stat_activity where usename = 'producer' and wait_event_type = 'Lock'",
        )
        .await;
    owner.batch_execute("commit").await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(database.rows().await, [loan("1", r#"{"a": 1, "b": 1, "c": 1}"#)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_and_comes_back() {
    let mut database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "2");
    becomes_ready(&ingest).await;
    ingest.accept(event(&[("1", "{}")])).await.unwrap();
    database.pause();
    assert_eq!(ingest.check_ready().await.unwrap_err().kind, FaultKind::Unavailable);
    let fault = ingest.accept(event(&[("2", "{}")])).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert!(!fault.detail.contains("os error"), "{}", fault.detail);
    let whole = ingest.accept_all(vec![Ok(event(&[("3", "{}")]))]).await.unwrap_err();
    assert_eq!(whole.kind, FaultKind::Unavailable);
    let nothing_to_store = ingest.accept_all(vec![Err(Fault::malformed("no"))]).await.unwrap();
    assert_eq!(kinds(nothing_to_store), [Some(FaultKind::Malformed)]);
    database.resume();
    ingest.accept(event(&[("4", "{}")])).await.unwrap();
    becomes_ready(&ingest).await;
    assert_eq!(database.rows().await, [loan("1", "{}"), loan("4", "{}")]);
}

#[tokio::test]
async fn a_missing_table_is_unavailable_and_named() {
    let database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "2");
    let owner = database.owner().await;
    owner.batch_execute("alter table car_entities rename to elsewhere").await.unwrap();
    let fault = ingest.check_ready().await.unwrap_err();
    assert_eq!((fault.kind, &*fault.detail), (FaultKind::Unavailable, "The table car_entities is missing"));
    let fault = ingest.accept(event(&[("1", "{}")])).await.unwrap_err();
    assert_eq!((fault.kind, &*fault.detail), (FaultKind::Unavailable, "The table car_entities is missing"));
    owner.batch_execute("alter table elsewhere rename to car_entities").await.unwrap();
    ingest.accept(event(&[("1", "{}")])).await.unwrap();
    // Missing again after the statements were prepared.
    owner.batch_execute("alter table car_entities rename to elsewhere").await.unwrap();
    assert_eq!(ingest.accept(event(&[("1", "{}")])).await.unwrap_err().kind, FaultKind::Unavailable);
    assert_eq!(ingest.check_ready().await.unwrap_err().kind, FaultKind::Unavailable);
}

#[tokio::test]
async fn an_exhausted_pool_is_unavailable_and_recovers() {
    let database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "1");
    ingest.accept(event(&[("1", "{}")])).await.unwrap();
    let owner = database.owner().await;
    owner.batch_execute("begin; lock table car_entities").await.unwrap();
    let holder = tokio::spawn({
        let ingest = ingest.clone();
        async move { ingest.accept(event(&[("1", "{}")])).await }
    });
    let waits =
        "select count(*) = 1 from pg_stat_activity where usename = 'producer' and wait_event_type = 'Lock'";
    database.wait_until(waits).await;
    let fault = ingest.accept(event(&[("2", "{}")])).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert_eq!(fault.detail, "No database connection came free within 2 s");
    owner.batch_execute("commit").await.unwrap();
    holder.await.unwrap().unwrap();
    ingest.accept(event(&[("2", "{}")])).await.unwrap();
}

#[tokio::test]
async fn a_statement_without_an_answer_is_given_up_with_its_connection() {
    let database = ApplicationDatabase::start().await;
    let ingest = ingest(&database, "1");
    accept_patiently(&ingest, || event(&[("held", "{}")])).await;
    let owner = database.owner().await;
    owner.batch_execute("begin; update car_entities set id = id").await.unwrap();
    let fault = ingest.accept(event(&[("held", "{}")])).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unavailable);
    assert_eq!(fault.detail, "The database did not answer within 10 s");
    let waits =
        "select count(*) = 0 from pg_stat_activity where usename = 'producer' and wait_event_type = 'Lock'";
    database.wait_until(waits).await;

    // The pool has room for others, and nothing is sent after one that has no answer.
    accept_patiently(&ingest, || event(&[("free", "{}")])).await;
    let list = ["held", "held", "later"].map(|id| Ok(event(&[(id, "{}")])));
    let outcomes = ingest.accept_all(list.into()).await.unwrap();
    assert_eq!(kinds(outcomes), [Some(FaultKind::Unavailable); 3]);
    owner.batch_execute("rollback").await.unwrap();
    accept_patiently(&ingest, || event(&[("held", "{}")])).await;
    assert_eq!(database.rows().await, [loan("free", "{}"), loan("held", "{}")]);
}
