//! The one kind of error here: what went wrong, where, and how to repair it.

use std::fmt;

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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.repair {
            Some(repair) => write!(f, "\nrepair: {repair}"),
            None => Ok(()),
        }
    }
}
