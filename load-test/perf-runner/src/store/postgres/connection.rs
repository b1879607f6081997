//! From a URL to a pool that works, or to a fault that says why not.

use std::{io, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::fault::Fault;

/// A database that is there answers far sooner; one that is not may never refuse.
const PATIENCE: Duration = Duration::from_secs(10);

/// SQLSTATE of a database that does not exist.
const NO_SUCH_DATABASE: &str = "3D000";

/// The pool, and what messages call the database.
pub(super) async fn open(metrics_url: &str) -> Result<(PgPool, String), Fault> {
    // The cause is left out: it may quote the part of the URL that holds the password.
    let options = PgConnectOptions::from_str(metrics_url).map_err(|_| {
        Fault::usage("the URL of the metrics database cannot be understood")
            .repair("write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    })?;
    // Migrating says "already exists, skipping" otherwise, at the user's terminal.
    let options = options
        .application_name("perf-runner")
        .options([("client_min_messages", "warning")])
        .disable_statement_logging();
    let place = place(&options);
    // A first connection outside the pool: the pool tells of a time-out, not of its cause.
    let first = tokio::time::timeout(PATIENCE, options.connect()).await;
    match first.unwrap_or_else(|_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()))) {
        Ok(connection) => drop(connection.close().await),
        Err(error) => return Err(out_of_reach(&place, error)),
    }
    let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(PATIENCE).connect_lazy_with(options);
    Ok((pool, place))
}

fn place(options: &PgConnectOptions) -> String {
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    format!("{host}/{}", options.get_database().unwrap_or(options.get_username()))
}

fn out_of_reach(place: &str, error: sqlx::Error) -> Fault {
    let missing = error.as_database_error().is_some_and(|e| e.code().as_deref() == Some(NO_SUCH_DATABASE));
    let repair = if missing {
        "create that database, or give the URL of one that exists"
    } else {
        "start it, or correct the URL; without a URL the runner keeps a metrics database of its own"
    };
    Fault::failed(format!("the metrics database at {place} is out of reach")).cause(error).repair(repair)
}
