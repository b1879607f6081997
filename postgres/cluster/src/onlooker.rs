//! A way into a cluster that another program runs.

use crate::password::Password;
use crate::{ClusterError, data_dir, postmaster};

/// A cluster that somebody else started and will stop.
#[derive(Debug, Clone)]
pub struct Onlooker {
    port: u16,
    password: Password,
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
        self.password.url(self.port, user, database)
    }
}
