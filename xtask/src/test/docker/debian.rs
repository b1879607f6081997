//! Debian's packages, where something is missing.

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// Installs these packages and starts nothing of them.
///
/// Errors: this user may not, or there are none of these names.
pub(super) fn install(repository: &Repository, packages: &[&str]) -> Result<(), Fault> {
    let apt = |words: &[&str]| Invocation::new(repository.root(), "apt-get", words);
    apt(&["-qq", "update"]).run()?;
    let install = ["-qq", "install", "--yes", "--no-install-recommends"];
    apt(&[&install, packages].concat())
        .variable("DEBIAN_FRONTEND", "noninteractive")
        // An engine's package would start one that nobody asked for.
        .variable("RUNLEVEL", "1")
        .run()
}
