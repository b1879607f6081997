//! The one kind of error here: what went wrong, where, and how to repair it.

use std::{error::Error as _, fmt};

use postgres_cluster::ClusterError;

/// A task that could not be done.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    repair: Option<String>,
}

impl Fault {
    /// The thing and the place.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), repair: None }
    }

    /// Adds what to do about it.
    pub(crate) fn repair(self, repair: impl Into<String>) -> Self {
        Self { repair: Some(repair.into()), ..self }
    }

    /// For `map_err`: what was tried, followed by the cause.
    pub(crate) fn because<E: fmt::Display>(tried: impl fmt::Display) -> impl FnOnce(E) -> Self {
        move |cause| Self::new(format!("{tried}: {cause}"))
    }
}

/// Followed by what the system said, where it did.
impl From<ClusterError> for Fault {
    fn from(error: ClusterError) -> Self {
        match error.source() {
            Some(cause) => Self::new(format!("{error}: {cause}")),
            None => Self::new(error.to_string()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.repair {
            Some(repair) => write!(f, "\nrepair: {repair}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_the_database_needs_and_cannot_have_is_told_with_the_cause() {
        let source = std::io::Error::other("the disk is full");
        let fault = Fault::from(ClusterError::Io { action: "write", path: "data/log".into(), source });
        assert_eq!(fault.to_string(), "cannot write data/log: the disk is full");
    }
}
