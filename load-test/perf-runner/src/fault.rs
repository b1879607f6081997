//! What a user is told when something does not work: the thing, the place and
//! the repair, and the exit code that goes with it.

use std::{error::Error, fmt};

/// What the process says with its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitClass {
    /// Something could not be run: 1.
    Failed,
    /// The command line or a file that the user wrote makes no sense: 2.
    Usage,
    /// Done, but some phases are invalid and `--strict` asked to mind: 3.
    Invalid,
    /// A gate is broken: 4.
    Gate,
    /// A service breaks the contract: 5.
    Contract,
    /// The user interrupted: 130.
    Interrupted,
}

impl ExitClass {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Gate => 4,
            Self::Contract => 5,
            Self::Interrupted => 130,
        }
    }
}

/// A failure as its reader sees it. `Display` is one line: what happened, where,
/// and the causes after colons; the repair and the log lines are printed below it.
#[derive(Debug)]
pub struct Fault {
    /// Decides the exit code.
    pub class: ExitClass,
    /// The thing and the place, without a full stop.
    pub what: String,
    /// What the reader can do about it.
    pub repair: Option<String>,
    /// The last log lines of the process that failed.
    pub log_tail: Vec<String>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// Something could not be run.
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(ExitClass::Failed, what)
    }

    /// What was typed makes no sense.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(ExitClass::Usage, what)
    }

    /// A failure of any class.
    pub fn new(class: ExitClass, what: impl Into<String>) -> Self {
        Self { class, what: what.into(), repair: None, log_tail: Vec::new(), cause: None }
    }

    /// Adds what the reader can do about it.
    #[must_use]
    pub fn repair(mut self, repair: impl Into<String>) -> Self {
        self.repair = Some(repair.into());
        self
    }

    /// Adds the error below it.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds the last log lines of the process that failed.
    #[must_use]
    pub fn log(mut self, lines: Vec<String>) -> Self {
        self.log_tail = lines;
        self
    }
}

impl Fault {
    /// For where it is kept and not printed: the one line, and the last log lines
    /// of the process that failed.
    pub fn in_full(&self) -> String {
        if self.log_tail.is_empty() {
            return self.to_string();
        }
        format!("{self}\n{}", self.log_tail.join("\n"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        let mut said = self.what.clone();
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Many libraries repeat the lower error in the upper one's text.
            if !said.contains(&text) {
                write!(f, ": {text}")?;
                said = text;
            }
            cause = error.source();
        }
        Ok(())
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let fault = Fault::failed("cannot read services.toml: no such file")
            .cause(std::io::Error::other("no such file"));
        assert_eq!(fault.to_string(), "cannot read services.toml: no such file");
        let fault = Fault::failed("cannot read services.toml").cause(std::io::Error::other("no such file"));
        assert_eq!(fault.to_string(), "cannot read services.toml: no such file");
    }
}
