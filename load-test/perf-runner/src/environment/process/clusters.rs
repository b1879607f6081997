//! The runner's own PostgreSQL clusters.

use std::{
    fs,
    path::{Path, PathBuf},
};

use postgres_cluster::{Binaries, Cluster, ClusterError, ClusterSettings};

use super::{
    files,
    launch::DeathSignal,
    lease::{Ending, Lease},
    place::ServerPlace,
};
use crate::fault::Fault;

/// Six pools of ten, a ceiling of 50 connections beside them, and the runner.
const MAX_CONNECTIONS: u32 = 100;

/// What a cluster is for. Each has a data folder and a server process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The measured one.
    Application,
    /// Keeps what was measured; never the measured one.
    Metrics,
    /// For use by hand, with data that campaigns do not touch.
    Standing,
}

impl Purpose {
    /// What the record of processes calls its server.
    pub(super) fn server_name(self) -> String {
        format!("PostgreSQL ({})", self.word())
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Metrics => "metrics",
            Self::Standing => "standing",
        }
    }
}

/// What all clusters are started from.
#[derive(Debug)]
pub(super) struct ClusterHost {
    pub(super) place: ServerPlace,
    pub(super) binaries: Binaries,
    pub(super) logs: PathBuf,
    /// The processors of the measured cluster; all when empty.
    pub(super) processors: Vec<u32>,
}

impl ClusterHost {
    /// The data folder for a purpose. The major version is in its name, so that
    /// a newer server makes a new cluster instead of refusing the old one.
    pub(super) fn data_dir(&self, purpose: Purpose) -> PathBuf {
        self.place.folder.join(format!("{}-{}", purpose.word(), self.binaries.major()))
    }

    /// Starts the cluster, making it at first. It ends with the runner, unless it
    /// is the standing one.
    ///
    /// This blocks, on purpose: the server must be the child of the main thread,
    /// whose end is the runner's.
    ///
    /// # Errors
    /// When it does not start, with its last log lines.
    pub(super) fn start(&self, purpose: Purpose, lease: &mut Lease) -> Result<Cluster, Fault> {
        let data_dir = self.data_dir(purpose);
        self.remove_unfinished();
        postgres_cluster::stop_left_over(&data_dir).map_err(|error| fault(purpose, error))?;
        let mut settings = ClusterSettings::new(&data_dir);
        settings.log_file = self.logs.join(format!("postgres-{}.log", purpose.word()));
        files::bound_log(&settings.log_file);
        settings.max_connections = MAX_CONNECTIONS;
        if purpose != Purpose::Standing {
            let processors = if purpose == Purpose::Application { &self.processors[..] } else { &[] };
            settings.launcher = self.place.launcher.on(processors).prefix(DeathSignal::Int);
        }
        let cluster = Cluster::start(&self.binaries, &settings).map_err(|error| fault(purpose, error))?;
        lease.started(&purpose.server_name(), cluster.pid(), Ending::Interrupt)?;
        Ok(cluster)
    }

    /// A runner that was killed while it made a cluster leaves half of one.
    fn remove_unfinished(&self) {
        let entries = fs::read_dir(&self.place.folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().contains(".unfinished-")) {
            // It is in nobody's way: only its disk space is lost.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Stops a cluster and takes it from the record.
///
/// # Errors
/// When it had to be ended by force.
pub(super) fn stop(purpose: Purpose, cluster: Cluster, lease: &mut Lease) -> Result<(), Fault> {
    let pid = cluster.pid();
    let stopped = cluster.stop().map_err(|error| fault(purpose, error));
    lease.ended(pid)?;
    stopped
}

fn fault(purpose: Purpose, error: ClusterError) -> Fault {
    let what = format!("the PostgreSQL cluster ({}) cannot be used", purpose.word());
    match error {
        ClusterError::StartFailed { data_dir, status, log_file, tail } => Fault::failed(format!(
            "PostgreSQL ({}) did not start in {} ({status})",
            purpose.word(),
            data_dir.display()
        ))
        .repair(format!(
            "read {}; if the folder is broken, remove it: {}",
            log_file.display(),
            consequence(purpose, &data_dir)
        ))
        .log(tail.lines().map(str::to_owned).collect()),
        ClusterError::InitFailed { data_dir, output } => {
            Fault::failed(format!("initdb could not make a cluster in {}", data_dir.display()))
                .log(output.lines().map(str::to_owned).collect())
        }
        other => Fault::failed(what).cause(other),
    }
}

fn consequence(purpose: Purpose, data_dir: &Path) -> String {
    match purpose {
        Purpose::Metrics => "stored campaigns are lost with it (their raw files are not)".to_owned(),
        Purpose::Application | Purpose::Standing => {
            format!("{} is made anew at the next start", data_dir.display())
        }
    }
}
