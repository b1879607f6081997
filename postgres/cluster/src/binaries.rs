//! Finds the server programs.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ClusterError;

/// Folders whose sub-folders are one version each, and the path from there to the programs.
const VERSIONED: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr/libexec", "."),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/Library/PostgreSQL", "bin"),
    ("/usr", "bin"),
];

/// Folders that hold one version.
const PLAIN: [&str; 4] = [
    "/usr/local/pgsql/bin",
    "/usr/local/bin",
    "/usr/bin",
    "/Applications/Postgres.app/Contents/Versions/latest/bin",
];

/// A folder with PostgreSQL's server programs, all of one version.
#[derive(Debug, Clone)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
    version: String,
}

impl Binaries {
    /// The programs in `explicit` when it is given; else the first of `PATH` and the
    /// folders where systems usually put them, newest version first.
    ///
    /// Errors: [`ClusterError::BinariesMissing`] lists the folders and how to install;
    /// [`ClusterError::BinaryUnusable`] when what was found does not run.
    pub fn find(explicit: Option<&Path>) -> Result<Self, ClusterError> {
        let folders = match explicit {
            // Both `/somewhere/pgsql` and `/somewhere/pgsql/bin` are what a user may mean.
            Some(folder) => vec![folder.to_path_buf(), folder.join("bin")],
            None => usual_folders(),
        };
        match folders.iter().find(|folder| holds_server(folder)) {
            Some(folder) => Self::inspect(&behind_links(folder)),
            None => Err(ClusterError::BinariesMissing { looked_in: folders, install: install_command() }),
        }
    }

    fn inspect(folder: &Path) -> Result<Self, ClusterError> {
        let program = folder.join("postgres");
        let unusable = |detail: String| ClusterError::BinaryUnusable { program: program.clone(), detail };
        let output = Command::new(&program).arg("--version").output().map_err(|e| unusable(e.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "postgres (PostgreSQL) 18beta1"
        let version = text
            .split_once("(PostgreSQL) ")
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .ok_or_else(|| unusable(format!("it said {text:?}")))?;
        let major = version
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| unusable(format!("it said {text:?}")))?;
        Ok(Self { folder: folder.to_path_buf(), major, version: version.to_owned() })
    }

    /// The version as the server says it, for example `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, for example 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The folder that holds the programs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a program of this version (`psql`, `pgbench`), when it is there.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.join(name)).filter(|path| path.is_file())
    }
}

fn holds_server(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

/// Where the programs really are: a folder of links seldom has a link for each of them.
fn behind_links(folder: &Path) -> PathBuf {
    fs::canonicalize(folder.join("postgres"))
        .ok()
        .and_then(|program| program.parent().map(Path::to_path_buf))
        .filter(|real| holds_server(real))
        .unwrap_or_else(|| folder.to_path_buf())
}

fn usual_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    folders.extend(VERSIONED.iter().flat_map(|(parent, rest)| versions_in(Path::new(parent), rest)));
    folders.extend(PLAIN.iter().map(PathBuf::from));
    // A folder that names itself twice (PATH and PLAIN) would be listed twice in the error.
    let mut seen = std::collections::HashSet::new();
    folders.retain(|folder| folder.is_absolute() && seen.insert(folder.clone()));
    folders
}

/// `parent`'s sub-folders named like a version (`17`, `postgresql@17`, `pgsql-17`), newest first.
fn versions_in(parent: &Path, rest: &str) -> Vec<PathBuf> {
    let mut found: Vec<(Reverse<u32>, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((Reverse(version_of(entry.file_name().to_str()?)?), entry.path().join(rest)))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn version_of(folder_name: &str) -> Option<u32> {
    let digits = ["postgresql@", "postgresql-", "postgresql", "pgsql-"]
        .iter()
        .find_map(|prefix| folder_name.strip_prefix(prefix))
        .unwrap_or(folder_name);
    digits.split('.').next()?.parse().ok()
}

fn install_command() -> &'static str {
    let has = |path: &str| Path::new(path).exists();
    if cfg!(target_os = "macos") {
        "install them (`brew install postgresql@17`)"
    } else if has("/etc/alpine-release") {
        "install them (`apk add postgresql postgresql-contrib`)"
    } else if has("/etc/redhat-release") {
        "install them (`dnf install postgresql-server postgresql-contrib`)"
    } else {
        "install them (`apt-get install postgresql`)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_like_a_version_are_read_and_others_are_not() {
        assert_eq!(version_of("17"), Some(17));
        assert_eq!(version_of("9.6"), Some(9));
        assert_eq!(version_of("postgresql@16"), Some(16));
        assert_eq!(version_of("pgsql-14"), Some(14));
        assert_eq!(version_of("local"), None);
    }

    #[test]
    fn the_newest_version_comes_first() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["9.6", "15", "17", "src"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        let found = versions_in(parent.path(), "bin");
        let expected: Vec<PathBuf> =
            ["17", "15", "9.6"].iter().map(|name| parent.path().join(name).join("bin")).collect();
        assert_eq!(found, expected);
    }
}
