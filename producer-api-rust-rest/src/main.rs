//! Event ingestion over REST. README.md beside this crate says how to run it.

mod server;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use producer_core::config::{Config, Service};
use producer_core::ingest::Ingest;
use producer_core::listen::Port;
use producer_core::log;
use producer_core::stop::StopSignal;
use producer_core::store::Store;

const SERVICE: Service =
    Service { name: "producer-api-rust-rest", port_variable: "SERVER_PORT", default_port: 8081 };

/// A setting that cannot be used.
const EXIT_BAD_SETTING: u8 = 2;

fn main() -> ExitCode {
    let config = match Config::read(SERVICE, |name| env::var_os(name)) {
        Ok(config) => config,
        Err(bad) => {
            eprintln!("{}: {bad}", SERVICE.name);
            return ExitCode::from(EXIT_BAD_SETTING);
        }
    };
    log::begin(&config);
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(config: &Config) -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing::info!("starting {}: {config}", config.service);
    let stop = StopSignal::listen()?;
    let ingest = Ingest::new(Store::new(config)?);
    let port = Port::open(config).await?;
    // Beside the serving: a database that is away must not delay the health route, which says so.
    tokio::spawn(ingest.clone().log_readiness());
    server::serve(port, ingest, stop.received()).await;
    tracing::info!("stopped");
    Ok(())
}
