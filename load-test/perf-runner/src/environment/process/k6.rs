//! The generator's program: given, or built from `load-test/k6` once.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use tokio::{process::Command, time::timeout};

use super::{ProcessEnvironment, build::BuildCommand, files};
use crate::fault::Fault;

/// A program that says its version takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the pinned k6 is built and from what.
#[derive(Debug)]
pub(super) struct PinnedK6 {
    sources: PathBuf,
    pub(super) program: PathBuf,
    /// Holds the hash of the sources that `program` was built from.
    mark: PathBuf,
}

impl PinnedK6 {
    /// Sources below the repository's `root`, program in the `state` folder.
    pub(super) fn new(root: &Path, state: &Path) -> Self {
        let program = state.join("k6");
        Self { sources: root.join("load-test/k6"), mark: files::beside(&program, ".sources"), program }
    }

    /// The hash of the sources when they are not what the program was built from.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) fn outdated(&self) -> Result<Option<String>, Fault> {
        let hash = self.hash().map_err(|error| {
            Fault::failed(format!("cannot read k6's sources in {}", self.sources.display()))
                .cause(error)
                .repair("they are part of the repository; restore them")
        })?;
        let built_from = fs::read_to_string(&self.mark).unwrap_or_default();
        Ok((built_from != hash || !self.program.is_file()).then_some(hash))
    }

    /// The command that builds it beside its place, from where [`Self::keep`] moves it.
    pub(super) fn command(&self, log: PathBuf) -> BuildCommand {
        let unfinished = self.unfinished().display().to_string();
        let words = ["go", "build", "-v", "-trimpath", "-o", &unfinished, "."];
        BuildCommand {
            what: "build k6".to_owned(),
            words: words.map(str::to_owned).to_vec(),
            folder: self.sources.clone(),
            // A workspace file above the repository would change what is built.
            variables: vec![("GOWORK", OsString::from("off"))],
            log,
            launcher: Vec::new(),
        }
    }

    /// Puts the finished program in its place and remembers its sources.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep(&self, hash: &str) -> Result<(), Fault> {
        let keep = || -> std::io::Result<()> {
            fs::rename(self.unfinished(), &self.program)?;
            files::write_whole(&self.mark, hash.as_bytes())
        };
        keep().map_err(|error| Fault::failed(format!("cannot write {}", self.program.display())).cause(error))
    }

    fn unfinished(&self) -> PathBuf {
        files::beside(&self.program, ".unfinished")
    }

    /// Over names and contents of what `go build` reads; scripts are not compiled in.
    fn hash(&self) -> std::io::Result<String> {
        hash_of(&self.sources, &["go", "mod", "sum"])
    }

    /// A hash over what a generator is: what its program was built from, or the
    /// program itself where it was `given`, and the scripts that it runs. None when
    /// one of them cannot be read.
    pub(super) fn identity(&self, given: Option<&Path>) -> Option<String> {
        let program = match given {
            Some(program) => files::hash(&[program.to_path_buf()]).ok()?,
            None => fs::read_to_string(&self.mark).ok()?,
        };
        let scripts = hash_of(&self.sources, &["js"]).ok()?;
        Some(hex::encode(Sha256::digest([program, scripts].concat())))
    }
}

/// Over names and contents of the files below a folder that end so.
fn hash_of(folder: &Path, ends: &[&str]) -> std::io::Result<String> {
    let mut sources = Vec::new();
    collect(folder, ends, &mut sources)?;
    sources.sort();
    let mut hasher = Sha256::new();
    for path in sources {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        hasher.update(name.as_os_str().as_encoded_bytes());
        hasher.update([0]);
        hasher.update(Sha256::digest(fs::read(&path)?));
    }
    Ok(hex::encode(hasher.finalize()))
}

impl ProcessEnvironment {
    /// The generator's program: given, or our own.
    pub(super) fn k6(&self) -> PathBuf {
        self.settings.given.k6.clone().unwrap_or_else(|| self.pinned_k6().program)
    }

    /// See [`PinnedK6::identity`].
    pub(super) fn k6_identity(&self) -> Option<String> {
        self.pinned_k6().identity(self.settings.given.k6.as_deref())
    }

    fn pinned_k6(&self) -> PinnedK6 {
        let places = &self.settings.places;
        PinnedK6::new(&places.root, &places.state)
    }
}

/// Whether this k6 has our output. One that does not answer has none.
pub(super) async fn has_output(program: &Path) -> bool {
    let asked = Command::new(program).arg("version").stdin(Stdio::null()).kill_on_drop(true).output();
    let answer = timeout(PATIENCE, asked).await;
    answer
        .is_ok_and(|output| output.is_ok_and(|output| names_output(&String::from_utf8_lossy(&output.stdout))))
}

/// k6 lists its extensions as `<where from>, <name> [<kind>]`.
fn names_output(version: &str) -> bool {
    version.lines().any(|line| line.trim_end().ends_with(", windows [output]"))
}

fn collect(folder: &Path, ends: &[&str], sources: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, ends, sources)?;
        } else if path.extension().is_some_and(|end| ends.iter().any(|known| end == *known)) {
            sources.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k6_is_built_again_when_its_sources_change_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join("load-test/k6");
        fs::create_dir_all(sources.join("windows")).unwrap();
        fs::write(sources.join("main.go"), "package main").unwrap();
        fs::write(sources.join("windows/output.go"), "package windows").unwrap();
        let k6 = PinnedK6::new(folder.path(), folder.path());
        let first = k6.outdated().unwrap().unwrap();
        fs::write(k6.unfinished(), "binary").unwrap();
        k6.keep(&first).unwrap();
        assert_eq!(k6.outdated().unwrap(), None);
        fs::write(sources.join("rest.js"), "a script is no source").unwrap();
        assert_eq!(k6.outdated().unwrap(), None);
        fs::write(sources.join("windows/output.go"), "package windows // changed").unwrap();
        assert!(k6.outdated().unwrap().is_some_and(|hash| hash != first));
    }

    #[test]
    fn a_generator_is_another_when_its_program_or_a_script_is() {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join("load-test/k6");
        fs::create_dir_all(sources.join("lib")).unwrap();
        fs::write(sources.join("lib/plan.js"), "one").unwrap();
        let k6 = PinnedK6::new(folder.path(), folder.path());
        assert_eq!(k6.identity(None), None, "it was not built yet");
        fs::write(&k6.mark, "what it was built from").unwrap();
        let given = folder.path().join("given");
        fs::write(&given, "a program").unwrap();
        let first = [k6.identity(None).unwrap(), k6.identity(Some(&given)).unwrap()];
        assert_ne!(first[0], first[1]);
        fs::write(&given, "another").unwrap();
        assert_ne!(k6.identity(Some(&given)).unwrap(), first[1]);
        fs::write(sources.join("lib/plan.js"), "two").unwrap();
        assert_ne!(k6.identity(None).unwrap(), first[0]);
    }

    #[test]
    fn missing_sources_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let fault = PinnedK6::new(folder.path(), folder.path()).outdated().unwrap_err();
        assert!(fault.what.contains("load-test/k6"), "{}", fault.what);
    }

    #[test]
    fn our_output_is_known_by_name_and_kind() {
        assert!(names_output(
            "k6 v2.2.0 (go1.26.8)\nExtensions:\n  perf-runner/k6/windows.New , windows [output]\n"
        ));
        assert!(!names_output("k6 v2.2.0 (go1.26.8, linux/amd64)\n"));
        assert!(!names_output("k6 v2.2.0\nExtensions:\n  other.New , windows [js]\n"));
    }
}
