//! A cluster that lives as long as one test.

use tempfile::TempDir;

use crate::account::Account;
use crate::password::Password;
use crate::{Binaries, Cluster, ClusterError, ClusterSettings};

/// A cluster in a temporary folder, stopped and removed when dropped.
#[derive(Debug)]
pub struct TemporaryCluster {
    binaries: Binaries,
    settings: ClusterSettings,
    port: u16,
    /// Declared before the folder, so that the server is gone before its files are.
    running: Option<Cluster>,
    password: Password,
    _folder: TempDir,
}

impl TemporaryCluster {
    /// Finds the server programs in the usual places and starts a fresh cluster on a free port.
    ///
    /// Errors: as of [`Binaries::find`] and [`Cluster::start`].
    pub fn start() -> Result<Self, ClusterError> {
        let binaries = Binaries::find(None)?;
        let parent = std::env::temp_dir();
        let folder = tempfile::Builder::new()
            .prefix("postgres-cluster-")
            .tempdir()
            .map_err(ClusterError::io("make a folder in", &parent))?;
        Account::for_server()?.own(folder.path())?;
        let mut settings = ClusterSettings::new(folder.path().join("data"));
        let cluster = Cluster::start(&binaries, &settings)?;
        settings.port = Some(cluster.port());
        let (port, password) = (cluster.port(), Password::new(cluster.password()));
        Ok(Self { binaries, settings, port, running: Some(cluster), password, _folder: folder })
    }

    /// As [`Cluster::url`]; the same while the server is stopped.
    pub fn url(&self, user: &str, database: &str) -> String {
        self.password.url(self.port, user, database)
    }

    /// As [`Cluster::superuser_url`]; the same while the server is stopped.
    pub fn superuser_url(&self) -> String {
        self.url(crate::SUPERUSER, "postgres")
    }

    /// As [`Cluster::password`].
    pub fn password(&self) -> &str {
        self.password.text()
    }

    /// The port on 127.0.0.1, the same after a pause.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The programs that run this cluster.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Takes the server away; the data stays. Does nothing when it is away already.
    ///
    /// Errors: as of [`Cluster::stop`].
    pub fn pause(&mut self) -> Result<(), ClusterError> {
        self.running.take().map_or(Ok(()), Cluster::stop)
    }

    /// Brings the server back on the same port with the same data.
    ///
    /// Errors: as of [`Cluster::start`].
    pub fn resume(&mut self) -> Result<(), ClusterError> {
        if self.running.is_none() {
            self.running = Some(Cluster::start(&self.binaries, &self.settings)?);
        }
        Ok(())
    }
}
