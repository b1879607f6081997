use std::fmt;

use serde::{Deserialize, Serialize};

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Within its limits.
    Ok,
    /// Worth a reader's attention.
    Warn,
    /// Could not be measured; never counts as passed.
    Unknown,
    /// What it is about must not be used.
    Invalid,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Invalid => "invalid",
        })
    }
}

/// What a check is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "scope", content = "name")]
pub enum CheckScope {
    /// A whole test run.
    Run,
    /// One phase of it, by name.
    Phase(String),
}

/// One check's result, with the value it saw and the limit it held it against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Stable name: `errors`, `stored_against_acknowledged`, ...
    pub id: String,
    /// What it is about.
    pub scope: CheckScope,
    /// What was measured; null when it could not be.
    pub value: Option<f64>,
    /// The limit in words: `0`, `> 1 % is invalid`.
    pub limit: String,
    /// Version of the table of limits that it was taken from.
    pub limits_version: u32,
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence for the reader.
    pub text: String,
}
