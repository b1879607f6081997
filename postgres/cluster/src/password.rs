//! The superuser's password: in connection strings, and in nothing that is printed.

use std::fmt;

/// Random, made with the data folder and kept in it.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The connection string of a role that has it, to the server on this port of loopback.
    pub(crate) fn url(&self, port: u16, user: &str, database: &str) -> String {
        format!("postgresql://{user}:{}@127.0.0.1:{port}/{database}", self.0)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}
