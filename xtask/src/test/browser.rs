//! The report in a real browser: npm brings what drives and judges it, the unit tests
//! of the runner write the pages.

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

const FOLDER: &str = "load-test/perf-runner/tests/browser";

/// Whether there is something to test.
pub(super) fn is_there(repository: &Repository) -> bool {
    repository.root().join(FOLDER).join("package.json").is_file()
}

/// Writes the pages anew and opens them.
///
/// Errors: a program is missing, or a page cannot be read by everybody.
pub(super) fn check(repository: &Repository) -> Result<(), Fault> {
    let write = ["test", "--workspace", "--locked", "--lib", "the_pages_are_written_for_the_browser"];
    Invocation::cargo(repository.root(), write).run()?;
    let folder = repository.root().join(FOLDER);
    Invocation::new(&folder, "npm", ["ci", "--no-audit", "--no-fund"]).run()?;
    Invocation::new(&folder, "node", ["--test"]).run()
}
