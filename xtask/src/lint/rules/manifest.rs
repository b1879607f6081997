//! Every crate is held to the lints of the workspace.

use super::super::house::{Breach, SourceFile};

/// A crate's manifest says `[lints] workspace = true`.
pub(super) fn check(file: &SourceFile) -> Vec<Breach> {
    if file.name() != "Cargo.toml" {
        return Vec::new();
    }
    let manifest: toml::Table = match toml::from_str(&file.text) {
        Ok(manifest) => manifest,
        Err(error) => return vec![Breach::of_file(error.message())],
    };
    let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool()).unwrap_or(false);
    if inherits || !manifest.contains_key("package") {
        return Vec::new();
    }
    vec![Breach::of_file("add `[lints]` with `workspace = true`")]
}
