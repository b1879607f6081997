//! The newest JDK of the host: Java services are built and run on it, whatever
//! `java` on PATH is.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// Folders in which distributions, images and people put JDKs.
const USUAL_FOLDERS: [&str; 3] = ["/usr/lib/jvm", "/opt/java", "/opt"];

/// A JDK that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jdk {
    /// Its folder, the value of `JAVA_HOME`.
    pub home: PathBuf,
    /// `25.0.3`.
    pub version: String,
}

/// The newest of `JAVA_HOME`, the `java` of PATH and the usual folders; of equal
/// ones the first in this order. None where there is no JDK.
pub fn newest() -> Option<Jdk> {
    let mut found: Vec<Jdk> = homes().iter().filter_map(|home| read(home)).collect();
    // Stable, so equal versions stay in the order they were looked for.
    found.sort_by_key(|jdk| std::cmp::Reverse(numbers(&jdk.version)));
    found.into_iter().next()
}

/// What a program must be told so that it uses that JDK: `JAVA_HOME`, and its
/// programs first on PATH. Empty where there is none.
pub fn variables() -> Vec<(&'static str, OsString)> {
    let Some(jdk) = newest() else { return Vec::new() };
    let old = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(jdk.home.join("bin")).chain(env::split_paths(&old));
    let path = env::join_paths(folders).unwrap_or(old);
    vec![("JAVA_HOME", jdk.home.into_os_string()), ("PATH", path)]
}

fn homes() -> Vec<PathBuf> {
    let named = env::var_os("JAVA_HOME").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path)
        .filter_map(|folder| fs::canonicalize(folder.join("java")).ok())
        .filter_map(|program| Some(program.parent()?.parent()?.to_owned()));
    let usual = USUAL_FOLDERS.iter().flat_map(|folder| entries(Path::new(folder)));
    named.into_iter().chain(on_path).chain(usual).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).into_iter().flatten();
    let mut entries: Vec<PathBuf> = read.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}

/// A folder is a JDK when it has a compiler and its `release` file says a version.
fn read(home: &Path) -> Option<Jdk> {
    let release = fs::read_to_string(home.join("release")).ok()?;
    let quoted = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="))?;
    let has_programs = ["java", "javac"].iter().all(|program| home.join("bin").join(program).exists());
    has_programs.then(|| Jdk { home: home.to_owned(), version: quoted.trim().trim_matches('"').to_owned() })
}

/// `17.0.15` as numbers, for comparing.
fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '_', '+', '-']).map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(home: &Path, version: &str) {
        fs::create_dir_all(home.join("bin")).expect("a folder");
        fs::write(home.join("release"), format!("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"{version}\"\n"))
            .expect("a file");
        for program in ["java", "javac"] {
            fs::write(home.join("bin").join(program), "").expect("a file");
        }
    }

    #[test]
    fn a_folder_is_a_jdk_when_it_has_a_compiler_and_a_version() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("jdk");
        install(&home, "25.0.3");
        assert_eq!(read(&home).map(|jdk| jdk.version).as_deref(), Some("25.0.3"));
        fs::remove_file(home.join("bin/javac")).expect("it is there");
        assert_eq!(read(&home), None, "a runtime without a compiler is no JDK");
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("17.0.15") > numbers("17.0.9"));
        assert!(numbers("25") > numbers("17.0.15"));
        assert!(numbers("1.8.0_402") < numbers("11.0.2"));
    }
}
