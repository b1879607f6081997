//! Somebody else keeps the row locked that an event is about.

use futures_util::future::join_all;
use producer_testing::ApplicationDatabase;

use crate::{
    load::{Told, connect, event},
    service::{Service, registered},
    until,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_row_is_kept_locked_is_given_up_and_others_are_taken() {
    let database = ApplicationDatabase::start().await;
    let services = Service::start_all(registered(), &database).await;
    take(&services, "locked").await;
    let owner = database.owner().await;
    owner.batch_execute("begin; update car_entities set id = id").await.unwrap();

    let replies = join_all(services.iter().map(|service| async {
        let connection = connect(&service.endpoint).await;
        (service.api.id.clone(), connection.send_event(&event(&id(service, "locked"))).await)
    }));
    for (service, reply) in replies.await {
        let mut told = Told::default();
        told.note(service.clone(), &reply);
        assert_eq!(told.refused, 1, "{service}: {told:?}");
    }

    take(&services, "other").await;
    owner.batch_execute("rollback").await.unwrap();
    take(&services, "locked").await;
}

fn id(service: &Service, row: &str) -> String {
    format!("{}-{row}", service.api.id)
}

/// Waits until each service has taken the event over its loan of this name.
async fn take(services: &[Service], row: &str) {
    for service in services {
        let connection = connect(&service.endpoint).await;
        let event = event(&id(service, row));
        until(&format!("{} takes {row}", service.api.id), async || {
            connection.send_event(&event).await.is_ok_and(|reply| reply.is_success())
        })
        .await;
    }
}
