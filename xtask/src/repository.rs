//! What is in the repository: its files, its crates, its Go modules, its services.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{fault::Fault, invocation::Invocation};

/// The registry of services, relative to the root.
const REGISTRY: &str = "load-test/services.toml";

/// The checkout that we work on.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    root: PathBuf,
}

/// One producer API of the registry.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Service {
    /// Its name and its folder.
    pub(crate) id: String,
    /// `java`, `rust` or `go`.
    pub(crate) language: String,
    /// `rest` or `grpc`.
    pub(crate) protocol: String,
    /// Builds it, run in its folder.
    pub(crate) build: Vec<String>,
    /// Starts it, run in the root.
    pub(crate) start: Vec<String>,
}

#[derive(Deserialize)]
struct Registry {
    service: Vec<Service>,
}

impl Repository {
    /// The repository that the working folder is in.
    ///
    /// Errors: the working folder is in none, or in another.
    pub(crate) fn find() -> Result<Self, Fault> {
        let here = std::env::current_dir().map_err(Fault::because("cannot see the working folder"))?;
        here.ancestors()
            .find(|folder| folder.join(REGISTRY).is_file())
            .map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| {
                Fault::new(format!("{} is in no folder with a {REGISTRY}", here.display()))
                    .repair("run it inside the repository")
            })
    }

    /// Its top folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Every file that is, or would be, committed; relative to the root, sorted.
    ///
    /// Errors: git is not there or this is no checkout.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, Fault> {
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listed = Invocation::new(&self.root, "git", arguments).output()?;
        let mut files: Vec<PathBuf> = listed
            .split_terminator('\0')
            .map(PathBuf::from)
            // A file that is deleted and not yet committed is listed and not there.
            .filter(|file| self.root.join(file).is_file())
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// The text of a file named relative to the root.
    ///
    /// Errors: it cannot be read.
    pub(crate) fn read(&self, file: impl AsRef<Path>) -> Result<String, Fault> {
        let file = file.as_ref();
        fs::read_to_string(self.root.join(file))
            .map_err(Fault::because(format!("cannot read {}", file.display())))
    }

    /// The services of the registry, in its order.
    ///
    /// Errors: the registry cannot be read; the text names line and key.
    pub(crate) fn services(&self) -> Result<Vec<Service>, Fault> {
        let registry: Registry = toml::from_str(&self.read(REGISTRY)?)
            .map_err(|error| Fault::new(format!("{REGISTRY}: {error}")))?;
        Ok(registry.service)
    }

    /// The folders of the Go modules that have code of ours, sorted; one that only pins tools has none.
    ///
    /// Errors: the files cannot be listed.
    pub(crate) fn go_modules(&self) -> Result<Vec<String>, Fault> {
        Ok(go_modules_of(&self.files()?))
    }

    /// The folders of the Maven projects that build by themselves, each with a wrapper of its own, sorted.
    ///
    /// Errors: the files cannot be listed.
    pub(crate) fn maven_projects(&self) -> Result<Vec<String>, Fault> {
        let files = self.files()?;
        let wrappers = files.iter().filter(|file| file.ends_with("mvnw")).filter_map(|file| file.parent());
        let projects = wrappers.filter(|folder| files.contains(&folder.join("pom.xml")));
        Ok(projects.map(|folder| folder.display().to_string()).collect())
    }
}

/// The folders with a `go.mod` and Go code of their own.
fn go_modules_of(files: &[PathBuf]) -> Vec<String> {
    let modules: Vec<&Path> =
        files.iter().filter(|file| file.ends_with("go.mod")).filter_map(|file| file.parent()).collect();
    let innermost = |file: &Path| {
        modules.iter().copied().filter(|m| file.starts_with(m)).max_by_key(|m| m.as_os_str().len())
    };
    let mut folders: Vec<String> = files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "go"))
        .filter_map(|file| innermost(file))
        .map(|module| module.display().to_string())
        .collect();
    folders.sort();
    folders.dedup();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_code_is_not_tested() {
        let files = ["a/go.mod", "a/x/y.go", "b/go.mod", "b/c/go.mod", "b/c/main.go", "d/stray.go"];
        assert_eq!(go_modules_of(&files.map(PathBuf::from)), ["a", "b/c"]);
    }

    #[test]
    fn the_registry_and_the_files_of_this_repository_are_read() {
        let repository = Repository::find().unwrap();
        assert!(repository.services().unwrap().iter().any(|s| s.id == "producer-api-rust-rest"));
        assert!(repository.files().unwrap().contains(&PathBuf::from("xtask/src/repository.rs")));
    }
}
