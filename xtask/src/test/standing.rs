//! A service that `perf-runner up` has started, for as long as something is tried on it.

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// Where the service is, and where it stores.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// `HOST:PORT`.
    pub(super) authority: String,
    /// A URL with its password.
    pub(super) database: String,
}

/// Starts the service with its database, tries `work` on it and stops both, whatever came of it.
///
/// Errors: it does not start or stop, or the work's own.
pub(super) fn with(
    repository: &Repository,
    service: &str,
    work: impl FnOnce(&Standing) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let up = Invocation::cargo(repository.root(), ["perf", "up", service]).output()?;
    let told = || Fault::new(format!("`perf-runner up` does not say where it is:\n{up}"));
    let tried = places_in(&up).ok_or_else(told).and_then(|standing| work(&standing));
    Invocation::cargo(repository.root(), ["perf", "down"]).run()?;
    tried
}

/// What `up` prints: `NAME is up at HOST:PORT (pid N)`, `database  psql URL`.
fn places_in(up: &str) -> Option<Standing> {
    let authority = up.lines().find_map(|line| line.split_once(" is up at ")?.1.split(' ').next())?;
    let database =
        up.lines().find_map(|line| line.trim().strip_prefix("database")?.trim().strip_prefix("psql "))?;
    Some(Standing { authority: authority.to_owned(), database: database.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_up_prints_is_understood() {
        let up =
            "a is up at 127.0.0.1:40123 (pid 7)\n\n  call      curl x\n  database  psql postgresql://b@c/d\n";
        let standing =
            Standing { authority: "127.0.0.1:40123".to_owned(), database: "postgresql://b@c/d".to_owned() };
        assert_eq!(places_in(up), Some(standing));
        assert_eq!(places_in("nothing"), None);
    }
}
