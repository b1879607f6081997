//! Makes again what is derived from the contract, and proves that nothing differs.

use std::{fs, path::Path};

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// What a Go file says that has something to generate.
const DIRECTIVE: &str = "//go:generate ";

/// The folders of the Go modules that generate something.
///
/// Errors: a file cannot be read.
pub(crate) fn modules(repository: &Repository) -> Result<Vec<String>, Fault> {
    let files = repository.files()?;
    let generates = |module: &String| {
        files
            .iter()
            .filter(|file| file.starts_with(module) && file.extension().is_some_and(|kind| kind == "go"))
            .filter_map(|file| repository.read(file).ok())
            .any(|text| text.lines().any(|line| line.starts_with(DIRECTIVE)))
    };
    Ok(repository.go_modules()?.into_iter().filter(generates).collect())
}

/// Runs every generator in the copy of the repository at `root`.
///
/// Errors: a generator fails.
pub(crate) fn run(repository: &Repository, root: &Path) -> Result<(), Fault> {
    for module in modules(repository)? {
        println!("in {module}:");
        Invocation::go(&root.join(module), ["generate", "./..."]).run()?;
    }
    Ok(())
}

/// Runs every generator in a copy and refuses a difference.
///
/// Errors: a generator fails, or what it makes is not what is there; the difference is shown.
pub(crate) fn verify(repository: &Repository) -> Result<(), Fault> {
    let copy = tempfile::tempdir().map_err(Fault::because("cannot make a temporary folder"))?;
    copy_files(repository, copy.path())?;
    let git = |arguments: &[&str]| Invocation::new(copy.path(), "git", arguments);
    git(&["init", "--quiet"]).output()?;
    git(&["add", "--all", "--force"]).output()?;
    run(repository, copy.path())?;
    let changed = git(&["status", "--porcelain", "--untracked-files=all"]).output()?;
    if changed.is_empty() {
        println!("what the generators make is what is there");
        return Ok(());
    }
    let difference = git(&["--no-pager", "diff", "--no-color"]).output()?;
    Err(Fault::new(format!("the generators make something else than what is there:\n{changed}{difference}"))
        .repair("run `cargo xtask generate` and commit what it changes"))
}

fn copy_files(repository: &Repository, target: &Path) -> Result<(), Fault> {
    for file in repository.files()? {
        let place = target.join(&file);
        let copied = match place.parent() {
            Some(folder) => fs::create_dir_all(folder),
            None => Ok(()),
        };
        copied
            .and_then(|()| fs::copy(repository.root().join(&file), &place))
            .map_err(Fault::because(format!("cannot copy {}", file.display())))?;
    }
    Ok(())
}
