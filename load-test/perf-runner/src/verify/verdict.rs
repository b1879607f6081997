//! What playing a case gives.

use std::{
    fmt::{self, Write as _},
    path::PathBuf,
};

use serde::Serialize;

use crate::{
    fault::{ExitClass, Fault},
    model::Protocol,
};

/// Something that is not as the contract says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `step 2`, `rows`.
    pub place: String,
    /// What the contract asks for.
    pub expected: String,
    /// What was there instead.
    pub got: String,
}

impl Difference {
    /// A difference whose place is filled in by whoever knows it.
    pub(super) fn new(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { place: String::new(), expected: expected.into(), got: got.into() }
    }

    /// The same difference at a place.
    pub(super) fn at(mut self, place: &str) -> Self {
        place.clone_into(&mut self.place);
        self
    }
}

/// One line, with nothing that a terminal would obey: a service says what it likes.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = format!("{}: expected {}, got {}", self.place, self.expected, self.got);
        for char in line.chars() {
            if char.is_control() {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

/// How a case ended on one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// Everything was as the contract says.
    Passed {
        /// Whether the rows were looked at, which needs the database.
        rows_checked: bool,
    },
    /// Something was not.
    Failed {
        /// What.
        differences: Vec<Difference>,
    },
    /// It could not be played here; never counts as passed.
    NotPlayed {
        /// Why.
        reason: String,
    },
    /// The case is for the other wire.
    OtherWire,
}

/// The verdict on one case and one service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseVerdict {
    /// The file of the case.
    pub file: PathBuf,
    /// The line it begins at.
    pub line: u64,
    /// Its name.
    pub case: String,
    /// The wire it was played over.
    pub wire: Protocol,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

/// Demands that no case failed on this service.
///
/// # Errors
/// A fault of the contract's class that counts the broken cases and names the first.
pub fn demand_kept(service: &str, verdicts: &[CaseVerdict]) -> Result<(), Fault> {
    let broken: Vec<&CaseVerdict> =
        verdicts.iter().filter(|verdict| matches!(verdict.outcome, Outcome::Failed { .. })).collect();
    let Some(first) = broken.first() else { return Ok(()) };
    let what = format!("{service} breaks {} of the contract's cases, such as {:?}", broken.len(), first.case);
    Err(Fault::new(ExitClass::Contract, what)
        .repair(format!("see `perf-runner verify --api {service} --verbose`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_says_stays_on_its_line() {
        let difference = Difference::new("nothing", "\u{1b}[2J\nx\u{9b}").at("step 1");
        assert_eq!(difference.to_string(), "step 1: expected nothing, got \\u{1b}[2J\\nx\\u{9b}");
    }
}
