//! A way into a cluster that another program runs.

use crate::{ClusterError, data_dir, postmaster};

/// A cluster that somebody else started and will stop.
#[derive(Clone)]
pub struct Onlooker {
    port: u16,
    password: String,
}

/// The password stays out of whatever prints this.
impl std::fmt::Debug for Onlooker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Onlooker").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Onlooker {
    /// The cluster whose server has this process id; none when that process is no
    /// server that takes connections.
    ///
    /// Errors: [`ClusterError::Io`] when its password cannot be read, as by another user.
    pub fn of(pid: u32) -> Result<Option<Self>, ClusterError> {
        let Some((data_dir, port)) = postmaster::place_of(pid) else { return Ok(None) };
        Ok(Some(Self { port, password: data_dir::read_password(&data_dir)? }))
    }

    /// A connection string for a role that has the superuser's password, and a database.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgresql://{user}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }
}
