//! What a repository says of itself. The build of this program asks the same of its own.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The full commit, and whether tracked files differ from it; none when the folder is no
/// repository's own or git is not installed.
pub(crate) fn commit_and_changes(repository: &Path) -> Option<(String, bool)> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(repository)
            .args(arguments)
            // Reading must not touch the index while the user works with it.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        output.status.success().then_some(text)
    };
    // Somebody else's repository around an unpacked archive says nothing of it.
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    let is_changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some((commit, is_changed))
}
