//! Nothing in the repository knows the machine it was written on, or the registries
//! that this machine reaches: whoever clones it has others.

use std::{path::Path, sync::LazyLock};

use super::super::house::{Breach, SourceFile};

/// Folders that hold what belongs to one person or one machine.
const PRIVATE: [&str; 3] = ["home", "root", "Users"];

/// Names that stand for anybody's.
const ANYBODY: [&str; 3] = ["someone", "user", "you"];

/// Folders that every system has; a repository may lie below one of them.
const USUAL: [&str; 8] = ["tmp", "usr", "var", "opt", "srv", "mnt", "app", "src"];

/// Hosts of registries, in two parts: together they would break the rule here.
const HOSTS: [(&str, &str); 7] = [
    ("crates", ".io"),
    ("proxy.golang", ".org"),
    ("sum.golang", ".org"),
    ("repo.maven.", "apache.org"),
    ("repo1.", "maven.org"),
    ("registry.", "npmjs.org"),
    ("deb.", "debian.org"),
];

/// Files of tools that write such hosts by themselves: the Maven wrapper has to know where Maven is,
/// and `MVNW_REPOURL` sends it elsewhere.
const OF_TOOLS: [&str; 3] = ["mvnw", "mvnw.cmd", "maven-wrapper.properties"];

/// The top folder of this very checkout, where it is not a usual one.
static OWN_TOP: LazyLock<Option<String>> = LazyLock::new(|| {
    let here = std::env::current_dir().ok()?;
    let top = here.components().nth(1)?.as_os_str().to_str()?.to_owned();
    Some(top).filter(|top| !USUAL.contains(&top.as_str()))
});

/// No absolute path of a machine.
pub(super) fn paths(file: &SourceFile) -> Vec<Breach> {
    let tops: Vec<String> = PRIVATE
        .into_iter()
        .chain(OWN_TOP.as_deref())
        .map(|top| format!("{}/", Path::new("/").join(top).display()))
        .collect();
    file.numbered_lines()
        .filter(|(_, line)| tops.iter().any(|top| begins_path(line, top)))
        .map(|(number, _)| {
            Breach::at(number, "an absolute path of one machine; make it relative or a setting")
        })
        .collect()
}

/// `top` stands in the line with somebody's name behind it, and no longer path or address leads up to it.
fn begins_path(line: &str, top: &str) -> bool {
    line.match_indices(top).any(|(at, _)| {
        let (before, behind) = (line.get(..at).unwrap_or(""), line.get(at + top.len()..).unwrap_or(""));
        let leads_up = |letter: char| letter.is_alphanumeric() || "._-~/$}*>".contains(letter);
        let name = behind.split(|letter: char| !leads_up(letter) || letter == '/').next().unwrap_or("");
        !before.ends_with(leads_up) && !name.is_empty() && !ANYBODY.contains(&name)
    })
}

/// No host of a package registry; lock files and wrappers are their tools' own business.
pub(super) fn hosts(file: &SourceFile) -> Vec<Breach> {
    let name = file.name();
    if file.kind() == "lock" || name.ends_with("-lock.json") || OF_TOOLS.contains(&name) {
        return Vec::new();
    }
    file.numbered_lines()
        .filter(|(_, line)| HOSTS.iter().any(|(start, end)| line.contains(&[*start, *end].concat())))
        .map(|(number, _)| {
            Breach::at(number, "the host of a package registry; leave it to the user's settings")
        })
        .collect()
}
