//! Events of ever new entities from many callers at once, and what became of them.

use std::{
    collections::BTreeSet,
    mem,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use perf_runner::{
    model::Endpoint,
    wire::{Connection, GrpcCode, Reply, Status, WireFault},
};
use producer_testing::ApplicationDatabase;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Far longer than any reply takes by contract: a machine that is busy makes a thousand callers wait.
const REPLY_LIMIT: Duration = Duration::from_mins(1);
/// What a refused caller does before it sends again.
const PAUSE: Duration = Duration::from_millis(10);

/// An event that sets nothing on the loan of this id.
pub(crate) fn event(id: &str) -> Value {
    json!({
        "eventHeader": { "eventName": "LoanCreated" },
        "eventBody": { "entities": [{ "entityType": "Loan", "entityId": id, "updatedAttributes": {} }] },
    })
}

/// Opens a way to a service.
pub(crate) async fn connect(endpoint: &Endpoint) -> Connection {
    Connection::open(endpoint, REPLY_LIMIT).await.unwrap_or_else(|fault| panic!("{fault}"))
}

/// What callers were told so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// Ids of the events that were acknowledged.
    pub(crate) acknowledged: Vec<String>,
    /// How many were refused as `unavailable`.
    pub(crate) refused: usize,
    /// Whatever else came back, or why nothing did.
    pub(crate) others: BTreeSet<String>,
}

impl Told {
    /// Takes down what came back for the event over the loan `id`; true when it was acknowledged.
    pub(crate) fn note(&mut self, id: String, reply: &Result<Reply, WireFault>) -> bool {
        match reply {
            Ok(reply) if reply.is_success() => {
                self.acknowledged.push(id);
                return true;
            }
            Ok(reply) if is_unavailable(reply) => self.refused += 1,
            Ok(reply) => drop(self.others.insert(reply.to_string())),
            Err(fault) => drop(self.others.insert(fault.to_string())),
        }
        false
    }

    /// Fails unless every acknowledged event is stored; the ids of its loans begin with `prefix`.
    pub(crate) async fn assert_stored(&self, prefix: &str, database: &ApplicationDatabase) {
        let rows = database.rows().await;
        let stored: BTreeSet<&str> =
            rows.iter().map(|(_, id, _)| id.as_str()).filter(|id| id.starts_with(prefix)).collect();
        let lost: Vec<&String> =
            self.acknowledged.iter().filter(|id| !stored.contains(id.as_str())).collect();
        assert!(lost.is_empty(), "acknowledged and not stored: {lost:?}");
    }
}

fn is_unavailable(reply: &Reply) -> bool {
    match reply.status {
        Status::Http(status) => status == 503 && reply.header("retry-after").is_some(),
        Status::Grpc(code) => code == GrpcCode::UNAVAILABLE,
    }
}

/// Callers that send until they are told to stop.
pub(crate) struct Load {
    told: Arc<Mutex<Told>>,
    stopping: Arc<AtomicBool>,
    callers: JoinSet<()>,
}

impl Load {
    /// Starts so many callers, each on a connection of its own. The ids begin with `prefix`.
    pub(crate) async fn start(endpoint: &Endpoint, callers: usize, prefix: &str) -> Self {
        let (told, stopping) = (Arc::default(), Arc::default());
        let mut load = Self { told, stopping, callers: JoinSet::new() };
        for caller in 0..callers {
            let connection = connect(endpoint).await;
            let prefix = format!("{prefix}{caller}-");
            load.callers.spawn(send(connection, prefix, load.told.clone(), load.stopping.clone()));
        }
        load
    }

    /// What callers were told so far.
    pub(crate) fn told(&self) -> Told {
        self.told.lock().unwrap().clone()
    }

    /// Ends the load and gives what its callers were told.
    pub(crate) async fn stop(mut self) -> Told {
        self.stopping.store(true, Ordering::Relaxed);
        while let Some(ended) = self.callers.join_next().await {
            ended.unwrap();
        }
        mem::take(&mut *self.told.lock().unwrap())
    }
}

async fn send(connection: Connection, prefix: String, told: Arc<Mutex<Told>>, stopping: Arc<AtomicBool>) {
    for number in 0.. {
        if stopping.load(Ordering::Relaxed) {
            return;
        }
        let id = format!("{prefix}{number}");
        let reply = connection.send_event(&event(&id)).await;
        let is_acknowledged = told.lock().unwrap().note(id, &reply);
        if !is_acknowledged {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
