//! The report in a real browser: npm brings what drives and judges it, the unit tests
//! of the runner write the pages.

use std::fs;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

const FOLDER: &str = "load-test/perf-runner/tests/browser";
/// Where the pages are that are opened.
const PAGES: &str = "target/report-pages";
/// What `cargo xtask sample-report` makes.
const SAMPLE: &str = "docs/sample-comparison-report.html";

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
    place_sample(repository)?;
    let folder = repository.root().join(FOLDER);
    Invocation::new(&folder, "npm", ["ci", "--no-audit", "--no-fund"]).run()?;
    Invocation::new(&folder, "node", ["--test"]).run()
}

/// The report that is kept in the repository is opened like the others.
fn place_sample(repository: &Repository) -> Result<(), Fault> {
    let folder = repository.root().join(PAGES).join("sample");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(repository.root().join(SAMPLE), folder.join("report.html")))
        .map(|_| ())
        .map_err(Fault::because(format!("cannot copy {SAMPLE} to {}", folder.display())))
}
