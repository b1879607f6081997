//! The database goes away under load, and comes back.

use perf_runner::wire;
use producer_testing::ApplicationDatabase;

use crate::{
    load::Load,
    service::{Service, registered},
    until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_and_comes_back_under_load_costs_no_acknowledged_event() {
    let mut database = ApplicationDatabase::start().await;
    for api in registered() {
        let mut service = Service::start(api, &database.producer_url()).await;
        let load = Load::start(&service.endpoint, 20, &api.id).await;
        until("the load runs", async || load.told().acknowledged.len() > 200).await;

        database.pause();
        until("events are refused", async || load.told().refused > 20).await;
        assert!(wire::health(&service.endpoint).await.is_err(), "{} is healthy without it", api.id);

        database.resume();
        let before = load.told().acknowledged.len();
        until("events are taken again", async || load.told().acknowledged.len() > before + 200).await;
        service.becomes_healthy().await;

        let told = load.stop().await;
        assert!(told.others.is_empty(), "{}: {:?}", api.id, told.others);
        assert!(!service.has_ended(), "{} ended", api.id);
        told.assert_stored(&api.id, &database).await;
    }
}
