//! PostgreSQL as a container, with its data in a volume.

use std::{collections::HashMap, time::Duration};

use bollard::{
    models::{Mount, MountType, VolumeCreateRequest},
    query_parameters::RemoveVolumeOptionsBuilder,
};
use postgres_cluster::SUPERUSER;
use tokio::time::sleep;

use super::{
    Limits,
    container::{Container, Specification, is_status},
    engine::Engine,
    labels::{self, Role},
};
use crate::{
    environment::database::{self, OwnServer},
    fault::Fault,
};

/// Six pools of ten, a ceiling of 50 connections beside them, and the runner.
const MAX_CONNECTIONS: u32 = 100;
const PORT: u16 = 5432;
/// Where the volume lies. The image's own place differs from version to version.
const VOLUME: &str = "/postgres";
const DATA: &str = "/postgres/data";
/// The engine's default of 64 MiB is too little for parallel queries.
const SHARED_MEMORY_BYTES: i64 = 256 << 20;
/// The first start makes the cluster.
const READY_PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);
/// It writes a checkpoint before it ends.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
const TAIL_LINES: usize = 20;

/// What a server is started with.
#[derive(Debug)]
pub(super) struct PostgresStart<'a> {
    /// Which one.
    pub(super) role: Role,
    pub(super) image: &'a str,
    pub(super) limits: &'a Limits,
    /// The superuser's, which counts only when the volume is new.
    pub(super) password: String,
    pub(super) volume: String,
}

/// A server that was made.
#[derive(Debug)]
pub(super) struct Postgres {
    pub(super) container: Container,
    pub(super) server: OwnServer,
    volume: String,
}

impl Postgres {
    /// Makes volume and container and does not start it.
    ///
    /// # Errors
    /// When the engine refuses.
    pub(super) async fn create(
        engine: &Engine,
        network: &str,
        start: PostgresStart<'_>,
    ) -> Result<Self, Fault> {
        let PostgresStart { role, image, limits, password, volume } = start;
        make_volume(engine, &volume, role).await?;
        let settings = [
            "shared_preload_libraries=pg_stat_statements".to_owned(),
            format!("max_connections={MAX_CONNECTIONS}"),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
        ];
        let variables =
            [("POSTGRES_USER", SUPERUSER), ("POSTGRES_PASSWORD", password.as_str()), ("PGDATA", DATA)];
        let specification = Specification {
            role,
            what: format!("PostgreSQL ({})", role.word()),
            alias: format!("postgres-{}", role.word()),
            image,
            command: ["postgres".to_owned()]
                .into_iter()
                .chain(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]))
                .collect(),
            variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            mounts: vec![Mount {
                typ: Some(MountType::VOLUME),
                source: Some(volume.clone()),
                target: Some(VOLUME.to_owned()),
                ..Mount::default()
            }],
            ports: vec![PORT],
            limits,
            user: None,
            folder: None,
            // It begins as root, makes its folder and becomes another user.
            hardened: false,
            shared_memory_bytes: Some(SHARED_MEMORY_BYTES),
        };
        let container = Container::create(engine, network, specification).await?;
        Ok(Self { container, server: OwnServer { port: 0, password }, volume })
    }

    /// Starts it and waits until it lets us in.
    ///
    /// # Errors
    /// When it exits, or does not get ready in time, with its last log lines.
    pub(super) async fn start(&mut self) -> Result<(), Fault> {
        self.container.start().await?;
        if self.container.runs().await? {
            self.server.port = self.container.published(PORT).await?;
        }
        let ready = async {
            while !database::lets_in(&self.server).await {
                sleep(POLL).await;
            }
        };
        let what = &self.container.what;
        let failed = tokio::select! {
            () = ready => return Ok(()),
            end = self.container.wait() => {
                end?;
                format!("{what} exited at its start")
            }
            () = sleep(READY_PATIENCE) => format!("{what} does not let the runner in"),
        };
        Err(Fault::failed(failed)
            .repair(format!("if its data is broken, remove it: `docker volume rm {}`", self.volume))
            .log(self.container.last_lines(TAIL_LINES).await))
    }

    /// Where others in its network reach what the runner reaches by this URL.
    pub(super) fn seen_from_inside(&self, url: &str) -> String {
        let outside = format!("@127.0.0.1:{}/", self.server.port);
        url.replace(&outside, &format!("@{}:{PORT}/", self.container.alias))
    }

    /// Stops it and removes it; its data too, unless that is worth keeping.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub(super) async fn stop(self) -> Result<(), Fault> {
        // Without its data nobody needs its last checkpoint.
        if self.container.is(Role::Metrics) {
            self.container.signal("SIGINT").await?;
            // One that does not end in time recovers at its next start.
            let _ = tokio::time::timeout(STOP_PATIENCE, self.container.wait()).await;
        }
        self.container.remove().await?;
        if self.container.is(Role::Metrics) {
            return Ok(());
        }
        remove_volume(&self.container.engine, &self.volume)
            .await
            .map_err(|error| Fault::failed(format!("cannot remove the volume {}", self.volume)).cause(error))
    }
}

/// The metrics database in a container that runs; none when it does not.
pub(super) async fn found(engine: &Engine, name: &str, password: String) -> Option<String> {
    let container = Container::found(engine, name, Role::Metrics);
    let server = OwnServer { port: container.published(PORT).await.ok()?, password };
    Some(server.url(database::METRICS))
}

async fn make_volume(engine: &Engine, name: &str, role: Role) -> Result<(), Fault> {
    let request = VolumeCreateRequest {
        name: Some(name.to_owned()),
        labels: Some(labels::of(&engine.owner, role)),
        driver_opts: Some(HashMap::new()),
        ..VolumeCreateRequest::default()
    };
    // One that is there already is given again.
    engine
        .docker
        .create_volume(request)
        .await
        .map(drop)
        .map_err(|error| Fault::failed(format!("the engine cannot make the volume {name}")).cause(error))
}

/// Removes a volume; one that is gone is what we want.
///
/// # Errors
/// When the engine does not answer or refuses.
pub(super) async fn remove_volume(engine: &Engine, name: &str) -> Result<(), bollard::errors::Error> {
    let options = RemoveVolumeOptionsBuilder::new().force(true).build();
    match engine.docker.remove_volume(name, Some(options)).await {
        Err(error) if !is_status(&error, &[404]) => Err(error),
        _ => Ok(()),
    }
}
