//! A thousand connections at once.

use std::sync::{Arc, Mutex};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use perf_runner::wire;
use producer_testing::ApplicationDatabase;
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    load::{Told, connect, event},
    service::{Service, registered},
};

const CONNECTIONS: usize = 1000;
/// Of each connection, while all of them are open.
const EVENTS: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_connections_are_all_answered() {
    may_open_many_files();
    let database = ApplicationDatabase::start().await;
    for api in registered() {
        let mut service = Service::start(api, &database.producer_url()).await;
        let told = Arc::new(Mutex::new(Told::default()));
        let everybody = Arc::new(Barrier::new(CONNECTIONS + 1));
        let mut callers = JoinSet::new();
        for caller in 0..CONNECTIONS {
            let (endpoint, told, everybody) = (service.endpoint.clone(), told.clone(), everybody.clone());
            callers.spawn(async move {
                let connection = connect(&endpoint).await;
                for number in 0..=EVENTS {
                    let id = format!("{}-{caller}-{number}", api.id);
                    let reply = connection.send_event(&event(&id)).await;
                    told.lock().unwrap().note(id, &reply);
                    if number == 0 {
                        // All are connected; then all are counted; then all send at once.
                        everybody.wait().await;
                        everybody.wait().await;
                    }
                }
            });
        }
        meet(&everybody, &mut callers).await;
        let open = service.open_files();
        assert!(open >= CONNECTIONS, "{}: {open} files are open", api.id);
        meet(&everybody, &mut callers).await;
        callers.join_all().await;

        let told = told.lock().unwrap().clone();
        assert!(told.others.is_empty(), "{}: {:?}", api.id, told.others);
        assert!(!told.acknowledged.is_empty(), "{} took nothing", api.id);
        assert!(!service.has_ended(), "{} ended", api.id);
        told.assert_stored(&api.id, &database).await;
        // How many are refused is a matter of the machine; afterwards nobody is.
        let reply = wire::send_event(&service.endpoint, &event(&api.id)).await.unwrap();
        assert!(reply.is_success(), "{}: {reply}", api.id);
    }
}

/// Waits for all callers; fails when one ends instead, whom the others would wait for in vain.
async fn meet(everybody: &Barrier, callers: &mut JoinSet<()>) {
    tokio::select! {
        _ = everybody.wait() => {}
        Some(ended) = callers.join_next() => panic!("a caller has left: {ended:?}"),
    }
}

/// The clients' ends of the connections are files of this process.
fn may_open_many_files() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    assert!(
        most > 2 * CONNECTIONS as u64,
        "a limit of {most} open files (ulimit -Hn) is too low to test this"
    );
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
}
