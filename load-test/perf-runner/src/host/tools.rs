//! The versions of the tools that a campaign may need.

use std::{ffi::OsString, path::Path, process::Stdio, time::Duration};

use futures_util::future::join_all;
use tokio::{process::Command, time::timeout};

use crate::model::ToolVersion;

/// A tool that has not said its version by then is treated as missing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Programs looked up on PATH, and what makes them say their version.
const PROGRAMS: [(&str, &[&str]); 7] = [
    ("cargo", &["--version"]),
    ("rustc", &["--version"]),
    ("go", &["version"]),
    ("java", &["-version"]),
    ("mvn", &["--version"]),
    ("node", &["--version"]),
    ("git", &["--version"]),
];

/// Asks all tools at once. `postgres` is what the clusters would run, and `k6` the
/// version that the repository pins: neither need be on PATH.
pub(super) async fn read(root: &Path) -> Vec<ToolVersion> {
    // The JDK that services will get, not the one of PATH.
    let variables = jdk::variables();
    let mut tools = join_all(PROGRAMS.map(|(name, arguments)| ask(name, arguments, &variables))).await;
    let postgres = postgres_cluster::Binaries::find(None).ok();
    tools.push(ToolVersion {
        name: "postgres".to_owned(),
        version: postgres.map(|found| found.version().to_owned()),
    });
    tools.push(ToolVersion { name: "k6".to_owned(), version: pinned_k6(root) });
    tools
}

async fn ask(name: &str, arguments: &[&str], variables: &[(&str, OsString)]) -> ToolVersion {
    let mut command = Command::new(name);
    command
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let version = match timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) if output.status.success() => {
            // Java says it on standard error.
            version_in(&output.stdout).or_else(|| version_in(&output.stderr))
        }
        _ => None,
    };
    ToolVersion { name: name.to_owned(), version }
}

/// The first word of the first line that begins like a version; the rest of the
/// line may name a folder or a vendor's host.
fn version_in(output: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    text.lines().next()?.split([' ', '"']).find_map(|word| {
        let word = word.strip_prefix("go").or_else(|| word.strip_prefix('v')).unwrap_or(word);
        let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || ".+-_".contains(c)));
        let version = &word[..end.unwrap_or(word.len())];
        version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
    })
}

fn pinned_k6(root: &Path) -> Option<String> {
    let text = std::fs::read_to_string(root.join("load-test/k6/go.mod")).ok()?;
    let pinned = text.lines().find_map(|line| {
        let (module, version) = line.trim().trim_start_matches("require ").split_once(' ')?;
        module.starts_with("go.k6.io/k6/v").then_some(version)
    })?;
    version_in(pinned.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_tools_say_and_nothing_else_of_it() {
        for (said, version) in [
            ("cargo 1.95.0 (f2d3ce0bd 2026-03-25)", "1.95.0"),
            ("go version go1.26.8 linux/amd64", "1.26.8"),
            ("openjdk version \"25.0.3\" 2026-10-20 LTS", "25.0.3"),
            ("\u{1b}[1mApache Maven 3.9.9\u{1b}[m\nMaven home: /home/someone", "3.9.9"),
            ("v22.1.0", "22.1.0"),
        ] {
            assert_eq!(version_in(said.as_bytes()).as_deref(), Some(version));
        }
        assert_eq!(version_in(b"no such tool in /home/someone"), None);
    }
}
