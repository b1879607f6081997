//! `pgbench` beside the application database, from the same image.

use std::time::Duration;

use tokio::time::timeout;

use super::{
    Limits,
    container::{Container, Specification},
    engine::Engine,
    generator::same_path,
    labels::Role,
};
use crate::{environment::process::pgbench, fault::Fault, model::CeilingJob};

/// How much longer than planned it may take to connect and to end.
const PATIENCE: Duration = Duration::from_secs(30);
const TAIL_LINES: usize = 5;
/// A container's output; pgbench says its rate in the last lines of it.
const LOG_LINES: usize = 200;

/// Where and what it drives.
#[derive(Debug, Clone, Copy)]
pub(super) struct PgbenchStart<'a> {
    pub(super) job: &'a CeilingJob,
    pub(super) image: &'a str,
    /// As seen from its container.
    pub(super) database_url: &'a str,
    pub(super) limits: &'a Limits,
}

/// Makes the container and does not start it.
///
/// # Errors
/// When its files cannot be written, or the engine refuses.
pub(super) async fn create(
    engine: &Engine,
    network: &str,
    start: PgbenchStart<'_>,
) -> Result<Container, Fault> {
    let PgbenchStart { job, image, database_url, limits } = start;
    let (url, password) = pgbench::without_password(database_url)?;
    let mut command = vec![pgbench::NAME.to_owned()];
    command.extend(pgbench::arguments(job)?.iter().map(|word| word.to_string_lossy().into_owned()));
    command.push(url);
    let specification = Specification {
        role: Role::Pgbench,
        what: pgbench::NAME.to_owned(),
        alias: pgbench::NAME.to_owned(),
        image,
        command,
        variables: password.map(|password| ("PGPASSWORD".to_owned(), password)).into_iter().collect(),
        mounts: vec![same_path(&job.folder, true)],
        ports: Vec::new(),
        limits,
        user: Some(engine.own_user()),
        folder: None,
        hardened: true,
        shared_memory_bytes: None,
    };
    Container::create(engine, network, specification).await
}

/// Starts it, waits for its end and gives the statements it made per second.
///
/// # Errors
/// When it fails or does not end, with its last lines, or says no number.
pub(super) async fn run(container: &Container, job: &CeilingJob) -> Result<f64, Fault> {
    container.start().await?;
    let patience = Duration::from_millis(job.duration_ms) + PATIENCE;
    let problem = match timeout(patience, container.wait()).await {
        Ok(Ok(end)) if end.code == Some(0) => {
            let printed = container.last_lines(LOG_LINES).await;
            match pgbench::rate(&printed.join("\n")) {
                Some(rate) => return Ok(rate),
                None => "pgbench did not say how fast it was",
            }
        }
        Ok(Ok(_)) => "pgbench failed",
        Ok(Err(fault)) => return Err(fault),
        Err(_) => "pgbench did not end",
    };
    Err(Fault::failed(problem).log(container.last_lines(TAIL_LINES).await))
}
