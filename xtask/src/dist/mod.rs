//! `cargo xtask dist`: the runner with all it needs beside it, as one archive that works outside of
//! the repository against services that run already.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// Where archives are put, relative to the root.
const FOLDER: &str = "target/dist";
const README: &str = include_str!("README.md");
/// The workspace has one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Every file of an archive is of this time, so that the same sources give the same bytes.
const TIME: &str = "--mtime=1980-01-01 00:00:00Z";

/// What is packed as it lies in the repository. The runner takes the folder with
/// `load-test/services.toml` for its root, and k6's version from the module's file.
const SOURCES: [&str; 4] = ["LICENSE", "contract", "load-test/services.toml", "load-test/k6"];

/// Builds, packs and prints where the archive is.
///
/// Errors: the runner or k6 cannot be built, or the archive cannot be written.
pub(crate) fn run(repository: &Repository) -> Result<(), Fault> {
    let archive = make(repository)?;
    println!("{}", archive.strip_prefix(repository.root()).unwrap_or(&archive).display());
    Ok(())
}

/// The archive, made anew.
///
/// Errors: as of [`run`].
pub(crate) fn make(repository: &Repository) -> Result<PathBuf, Fault> {
    let root = repository.root();
    let folder = root.join(FOLDER);
    let name = format!("perf-runner-{VERSION}-{}", target(root)?);
    let place = folder.join(&name);
    if place.exists() {
        fs::remove_dir_all(&place).map_err(Fault::because(format!("cannot remove {}", place.display())))?;
    }
    make_folder(&place)?;
    Invocation::cargo(root, ["build", "--release", "--locked", "--package", "perf-runner"]).run()?;
    copy(&root.join("target/release/perf-runner"), &place.join("perf-runner"))?;
    let k6 = place.join("k6");
    let build = ["build", "-trimpath", "-buildvcs=false", "-o"].map(AsRef::<std::ffi::OsStr>::as_ref);
    let build = build.into_iter().chain([k6.as_os_str(), ".".as_ref()]);
    Invocation::go(&root.join("load-test/k6"), build).run()?;
    for file in repository.files()?.iter().filter(|file| is_packed(file)) {
        copy(&root.join(file), &place.join(file))?;
    }
    let readme = place.join("README.md");
    fs::write(&readme, README).map_err(Fault::because(format!("cannot write {}", readme.display())))?;
    let archive = pack(&folder, &name)?;
    fs::remove_dir_all(&place).map_err(Fault::because(format!("cannot remove {}", place.display())))?;
    Ok(archive)
}

/// Whether a file of the repository goes into the archive: of k6's folder only what is read when it
/// runs.
fn is_packed(file: &Path) -> bool {
    let is_source = SOURCES.iter().any(|source| file.starts_with(source));
    let of_k6 = file.starts_with("load-test/k6");
    let is_read = file.extension().is_some_and(|kind| kind == "js") || file.ends_with("go.mod");
    is_source && (!of_k6 || is_read)
}

/// Packs the folder `name` in `folder` and writes the sums beside the archive.
fn pack(folder: &Path, name: &str) -> Result<PathBuf, Fault> {
    let archive = format!("{name}.tar.gz");
    let arguments = [
        "--create",
        "--sort=name",
        TIME,
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=u=rwX,go=rX",
        "--format=ustar",
        // Without the time and the name that gzip would keep.
        "--use-compress-program=gzip -n",
        "--file",
        &archive,
        name,
    ];
    Invocation::new(folder, "tar", arguments).output()?;
    let sums = Invocation::new(folder, "sha256sum", [&archive]).output()?;
    let place = folder.join("SHA256SUMS");
    fs::write(&place, sums).map_err(Fault::because(format!("cannot write {}", place.display())))?;
    Ok(folder.join(archive))
}

/// What the runner is built for, as the compiler calls it.
fn target(root: &Path) -> Result<String, Fault> {
    let told = Invocation::new(root, "rustc", ["-vV"]).output()?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Fault::new(format!("rustc -vV names no host:\n{told}")))
}

fn make_folder(folder: &Path) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(Fault::because(format!("cannot make {}", folder.display())))
}

fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    to.parent().map_or(Ok(()), make_folder)?;
    fs::copy(from, to).map(|_| ()).map_err(Fault::because(format!("cannot copy {}", from.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_give_the_same_archive_whenever_they_were_written() {
        let sums = ["2001-01-01", "2024-02-29"].map(|written| {
            let folder = tempfile::tempdir().unwrap();
            for file in ["a/z", "a/b", "a/below/c"] {
                let place = folder.path().join(file);
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(&place, file).unwrap();
                let touch = ["--date", written].map(str::to_owned).into_iter().chain([file.to_owned()]);
                Invocation::new(folder.path(), "touch", touch).output().unwrap();
            }
            pack(folder.path(), "a").unwrap();
            fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap()
        });
        assert_eq!(sums[0], sums[1]);
        assert!(sums[0].ends_with("  a.tar.gz\n"), "{}", sums[0]);
    }

    #[test]
    fn what_runs_is_packed_and_what_is_compiled_is_not() {
        let packed = |file: &str| is_packed(Path::new(file));
        for file in ["LICENSE", "contract/cases/json.yaml", "load-test/k6/lib/plan.js", "load-test/k6/go.mod"]
        {
            assert!(packed(file), "{file}");
        }
        for file in
            ["load-test/k6/main.go", "load-test/k6/go.sum", "README.md", "load-test/perf-runner/build.rs"]
        {
            assert!(!packed(file), "{file}");
        }
    }
}
