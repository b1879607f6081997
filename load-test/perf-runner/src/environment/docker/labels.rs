//! By what we know our own things again, and only them.

use std::collections::HashMap;

/// On everything that we make: whose it is, by the id of the state folder.
pub(super) const OWNER: &str = "com.example.perf-runner.owner";
/// On everything that we make: what it is for.
pub(super) const ROLE: &str = "com.example.perf-runner.role";

/// What something is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// The measured service.
    Service,
    /// The measured database.
    Application,
    /// Keeps what was measured.
    Metrics,
    /// The generator.
    K6,
    /// What they speak over.
    Network,
    /// Drives the database alone.
    Pgbench,
    /// Looks whether the engine sees our files.
    Probe,
}

impl Role {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Application => "application",
            Self::Metrics => "metrics",
            Self::K6 => "k6",
            Self::Network => "network",
            Self::Pgbench => "pgbench",
            Self::Probe => "probe",
        }
    }
}

/// The labels of something that we make.
pub(super) fn of(owner: &str, role: Role) -> HashMap<String, String> {
    HashMap::from([(OWNER.to_owned(), owner.to_owned()), (ROLE.to_owned(), role.word().to_owned())])
}

/// The filter that finds what belongs to this owner, and nothing else.
pub(super) fn filter(owner: &str) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![format!("{OWNER}={owner}")])])
}
