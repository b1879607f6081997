//! One version everywhere, and a program that knows what it was built from.

// A test that cannot go on says so by panicking.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::{fs, path::PathBuf, process::Command};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn read(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_runner_tells_its_version_and_its_commit() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_perf-runner")).arg("--version").output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("text");
    let (version, commit) = text.trim_end().split_once(" (").expect("a commit");
    assert_eq!(version, format!("perf-runner {VERSION}"));
    let commit = commit.strip_suffix(')').expect("an end");
    let digits = commit.strip_suffix("-dirty").unwrap_or(commit);
    assert!(digits.len() == 12 && digits.chars().all(|c| c.is_ascii_hexdigit()), "{text}");
}

#[test]
fn every_part_and_the_changelog_have_the_same_version() {
    for pom in [
        "producer-core/java/parent",
        "producer-core/java",
        "producer-api-java-rest",
        "producer-api-java-grpc",
    ] {
        let text = read(&format!("{pom}/pom.xml"));
        assert!(text.contains(&format!("<version>{VERSION}</version>")), "{pom}");
    }
    let changelog = read("CHANGELOG.md");
    let newest = changelog.lines().find_map(|line| line.strip_prefix("## ")).expect("a release");
    let (version, day) = newest.split_once(" - ").expect("a version and a day");
    assert_eq!(version, VERSION);
    assert!(day.parse::<chrono::NaiveDate>().is_ok(), "{day} is no day");
}
