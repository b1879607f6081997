//! What could not be read, and why, each source told once.

use std::collections::BTreeSet;

use procfs::ProcError;

use crate::model::{MissingSource, Target};

/// Collects reasons.
#[derive(Debug, Default)]
pub(super) struct Missing(BTreeSet<MissingSource>);

impl Missing {
    /// The value; else the reason is kept.
    pub(super) fn unless<T>(
        &mut self,
        target: Target,
        source: &str,
        read: Result<T, ProcError>,
    ) -> Option<T> {
        read.inspect_err(|error| self.tell(target, source, &in_words(error))).ok()
    }

    /// Keeps the first reason for each source: it does not change its mind every second.
    pub(super) fn tell(&mut self, target: Target, source: &str, reason: &str) {
        if !self.0.iter().any(|known| known.target == target && known.source == source) {
            let (source, reason) = (source.to_owned(), reason.to_owned());
            self.0.insert(MissingSource { target, source, reason });
        }
    }

    /// All of them, sorted.
    pub(super) fn into_sources(self) -> Vec<MissingSource> {
        self.0.into_iter().collect()
    }

    #[cfg(test)]
    pub(super) fn names(&self, source: &str) -> bool {
        self.0.iter().any(|known| known.source == source)
    }
}

/// Without paths, which name the process and change every time.
fn in_words(error: &ProcError) -> String {
    match error {
        ProcError::PermissionDenied(_) => "this user may not read it".to_owned(),
        ProcError::NotFound(_) => "the kernel does not tell it".to_owned(),
        other => format!("it could not be understood: {other}"),
    }
}
