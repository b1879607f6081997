//! Makes again what is derived from the contract and the registry, and proves that nothing differs.

mod matrix;

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
    matrix::write(repository, root)
}

/// Runs every generator in a copy and refuses a difference.
///
/// Errors: a generator fails, or what it makes is not what is there; the difference is shown.
pub(crate) fn verify(repository: &Repository) -> Result<(), Fault> {
    let copy = tempfile::tempdir().map_err(Fault::because("cannot make a temporary folder"))?;
    copy_files(repository, copy.path())?;
    remember(copy.path())?;
    run(repository, copy.path())?;
    let changes = changes(copy.path())?;
    if changes.is_empty() {
        println!("what the generators make is what is there");
        return Ok(());
    }
    Err(Fault::new(format!("the generators make something else than what is there:\n{changes}"))
        .repair("run `cargo xtask generate` and commit what it changes"))
}

/// Lets git remember what is in the folder.
fn remember(folder: &Path) -> Result<(), Fault> {
    Invocation::new(folder, "git", ["init", "--quiet"]).output()?;
    Invocation::new(folder, "git", ["add", "--all"]).output().map(|_| ())
}

/// What differs from what was remembered: new files by name, changed ones in full. Files that the
/// repository ignores do not count.
fn changes(folder: &Path) -> Result<String, Fault> {
    let git = |arguments: &[&str]| Invocation::new(folder, "git", arguments).output();
    let new = git(&["ls-files", "--others", "--exclude-standard"])?;
    let changed = git(&["--no-pager", "diff", "--no-color", "--no-ext-diff"])?;
    let new = new.lines().map(|file| ["new file ", file, "\n"].concat());
    Ok(new.chain([changed]).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_removed_and_new_files_are_told_and_ignored_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write(".gitignore", "built\n");
        write("kept", "1\n");
        write("changed", "1\n");
        write("removed", "1\n");
        remember(folder.path()).unwrap();
        assert_eq!(changes(folder.path()).unwrap(), "");
        write("built", "1\n");
        write("changed", "2\n");
        write("new", "1\n");
        fs::remove_file(folder.path().join("removed")).unwrap();
        let told = changes(folder.path()).unwrap();
        assert!(told.starts_with("new file new\n"), "{told}");
        assert!(told.contains("a/changed") && told.contains("a/removed"), "{told}");
        assert!(!told.contains("kept") && !told.contains("built"), "{told}");
    }
}
