//! `stand-in FILE`: serves as the JSON in the file says until SIGTERM, then writes
//! down its calls. Port, wire and database are told as to any service.

mod grpc;
mod rest;
mod store;

use std::{env, error::Error, fs, process::ExitCode, sync::Arc};

use stand_in::{Behaviour, Fate, Queue};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use self::store::{Event, Store};

type Failure = Box<dyn Error + Send + Sync>;

/// What both wires serve from.
struct Service {
    queue: Queue,
    store: Option<Store>,
}

impl Service {
    /// Serves one call; an error is a database that does not do what it is told.
    async fn take(&self, event: &Event) -> Result<Fate, sqlx::Error> {
        let fate = self.queue.serve(&event.entity_id).await;
        if let (Fate::Acknowledged, Some(store)) = (fate, &self.store) {
            store.keep(event).await?;
        }
        Ok(fate)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stand-in: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Failure> {
    let file = env::args_os().nth(1).ok_or("name the file that says how to behave")?;
    let behaviour: Behaviour = serde_json::from_slice(&fs::read(file)?)?;
    let ignores_stop = behaviour.ignores_stop;
    let store = Store::open(behaviour.storing).await?;
    let service = Arc::new(Service { queue: Queue::new(behaviour), store });
    let mut stop = signal(SignalKind::terminate())?;
    let (port, speaks_grpc) = match env::var("GRPC_SERVER_PORT") {
        Ok(port) => (port, true),
        Err(_) => (env::var("SERVER_PORT")?, false),
    };
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, service) = (accepted?.0, Arc::clone(&service));
                // An answer must not wait for the caller's acknowledgement of another.
                let _ = stream.set_nodelay(true);
                if speaks_grpc {
                    tokio::spawn(grpc::connection(stream, service));
                } else {
                    tokio::spawn(rest::connection(stream, service));
                }
            }
            _ = stop.recv() => {
                service.queue.write_log()?;
                if !ignores_stop {
                    return Ok(());
                }
            }
        }
    }
}
