use perf_runner::model::Audit;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::application::{Application, load};

/// Lost, unexpected, duplicated, differing.
fn wrong(audit: &Audit) -> [u64; 4] {
    [audit.lost, audit.unexpected, audit.duplicated, audit.content_differs]
}

async fn stored(calls: u64) -> Application {
    let mut application = Application::start(true).await;
    for call in 0..calls {
        application.store(call).await;
    }
    application
}

#[tokio::test]
async fn a_sound_run_passes_with_one_statement_row_and_transaction_per_event() {
    let application = stored(12).await;
    // The runner's own statements are nobody's events.
    let mut runner =
        PgConnection::connect(&application.cluster.url("perf_runner", "car_entities")).await.unwrap();
    runner.execute("select count(*) from car_entities").await.unwrap();
    let audit = application.audit(&load(12, &[], &[])).await;
    assert_eq!(wrong(&audit), [0; 4], "{audit:?}");
    assert_eq!((audit.acknowledged, audit.stored), (12, 12));
    let per_event = [audit.statements_per_event, audit.rows_per_event, audit.transactions_per_event];
    assert_eq!(per_event, [Some(1.0); 3]);
    let upsert = &audit.statements[0];
    assert!(upsert.is_upsert && upsert.text.contains("insert into car_entities"), "{upsert:?}");
    assert_eq!((upsert.calls, upsert.rows), (12, 12));
    assert!(upsert.total_ms >= upsert.max_ms && upsert.wal_bytes > 0);
    assert!(audit.statements.iter().all(|statement| !statement.text.contains("count(*)")));
}

#[tokio::test]
async fn what_was_done_twice_or_in_an_explicit_transaction_is_seen_per_event() {
    let mut application = Application::start(true).await;
    for call in 0..4 {
        application.producer.execute("begin").await.unwrap();
        application.store(call).await;
        application.store(call).await;
        application.producer.execute("commit").await.unwrap();
    }
    let audit = application.audit(&load(4, &[], &[])).await;
    assert_eq!(wrong(&audit), [0; 4], "{audit:?}");
    let per_event = [audit.statements_per_event, audit.rows_per_event, audit.transactions_per_event];
    assert_eq!(per_event, [Some(2.0), Some(2.0), Some(1.0)]);
}

#[tokio::test]
async fn an_acknowledged_event_that_is_not_there_is_lost() {
    let application = stored(9).await;
    assert_eq!(wrong(&application.audit(&load(10, &[], &[])).await), [1, 0, 0, 0]);
    // That an event without an answer was stored does not make up for it.
    let unanswered = [application.id(3)];
    let audit = application.audit(&load(9, &[], &unanswered)).await;
    assert_eq!((wrong(&audit), audit.unknown), ([1, 0, 0, 0], 1));
}

#[tokio::test]
async fn an_event_without_an_answer_may_be_stored_or_not() {
    let application = stored(10).await;
    let unanswered = [application.id(9), application.id(10)];
    assert_eq!(wrong(&application.audit(&load(9, &[], &unanswered)).await), [0; 4]);
}

#[tokio::test]
async fn a_row_that_nobody_sent_is_unexpected_and_named() {
    let mut application = stored(10).await;
    let mut others = vec![
        // Another run's, a call that was never made, a VU that is none, a kind that is none.
        application.id(1).replace("1a2b3c4d", "ffffffff"),
        application.id(4_000),
        application.id(2).replace("-00001-", "-00000-"),
        format!("boat{}", &application.id(3)[3..]),
        "somebody-else".to_owned(),
        String::from("car-1a2b3c4d-00001-000000001 "),
    ];
    for id in others.clone() {
        application.upsert("Car", &id, "{}").await;
    }
    let audit = application.audit(&load(10, &[], &[])).await;
    assert_eq!((wrong(&audit), audit.stored), ([0, 6, 0, 0], 10));
    others.sort();
    assert_eq!(audit.examples.len(), 5);
    assert!(audit.examples.iter().all(|id| others.contains(id)), "{:?}", audit.examples);
}

#[tokio::test]
async fn a_refused_event_that_is_stored_all_the_same_is_unexpected() {
    let application = stored(10).await;
    let refused = [application.id(9), application.id(10)];
    let audit = application.audit(&load(9, &refused, &[])).await;
    assert_eq!(wrong(&audit), [0, 1, 0, 0]);
    assert_eq!(audit.examples, [application.id(9)]);
}

#[tokio::test]
async fn a_row_that_differs_from_what_was_sent_is_seen() {
    let application = stored(10).await;
    let mut owner = application.owner().await;
    let (changed, renamed) = (application.id(2), application.id(3));
    for (id, change) in [
        (&changed, "update car_entities set data = data || '{\"note\": null}' where id = $1"),
        (&renamed, "update car_entities set entity_type = 'Boat' where id = $1"),
    ] {
        assert_eq!(sqlx::query(change).bind(id).execute(&mut owner).await.unwrap().rows_affected(), 1);
    }
    let audit = application.audit(&load(10, &[], &[])).await;
    assert_eq!(wrong(&audit), [0, 0, 0, 2]);
    let mut named = [changed, renamed];
    named.sort();
    assert_eq!(audit.examples, named);
}

/// The contract asks for equal rows, and jsonb keeps the zeros of a number.
#[tokio::test]
async fn equal_numbers_are_equal_however_they_are_written() {
    let mut application = stored(5).await;
    let (entity_type, id) = (application.template(0).entity_type.clone(), application.id(0));
    let attributes = application.template(0).attributes.clone();
    let written = attributes.replacen("\"balance\":38693.6", "\"balance\":38693.60", 1);
    assert_ne!(written, attributes);
    application.upsert(&entity_type, &id, &written).await;
    assert_eq!(wrong(&application.audit(&load(5, &[], &[])).await), [0; 4]);
}

#[tokio::test]
async fn an_event_that_is_stored_under_two_types_is_duplicated() {
    let mut application = stored(10).await;
    let (id, attributes) = (application.id(5), application.template(5).attributes.clone());
    application.upsert("Boat", &id, &attributes).await;
    assert_eq!(wrong(&application.audit(&load(10, &[], &[])).await), [0, 0, 1, 1]);
}

#[tokio::test]
async fn without_statement_statistics_the_reason_is_told_and_nothing_is_made_up() {
    let mut application = Application::start(false).await;
    application.store(0).await;
    let load = load(1, &[], &[]);
    let facts = application.read(&load).await.unwrap();
    assert_eq!(facts.statements, None);
    assert_eq!(
        facts.statements_missing.as_deref(),
        Some("the extension pg_stat_statements is not installed in the database")
    );
    let audit = application.audit(&load).await;
    assert_eq!((wrong(&audit), audit.statements_per_event), ([0; 4], None));
}

#[tokio::test]
async fn a_database_that_is_away_is_said_to_be_and_no_secret_is_told() {
    let mut application = Application::start(true).await;
    application.cluster.pause().unwrap();
    let fault = application.read(&load(1, &[], &[])).await.unwrap_err();
    let text = format!("{fault:?} {fault}");
    assert!(text.contains("cannot reach the application database for the audit"), "{text}");
    assert!(!text.contains(application.cluster.password()), "{text}");
}
