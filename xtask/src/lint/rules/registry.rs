//! The registry names exactly the services that there are.

use std::{collections::BTreeSet, path::Path};

use crate::{fault::Fault, repository::Repository};

const PREFIX: &str = "producer-api-";

/// Folders without an entry, entries without a folder.
///
/// Errors: the files or the registry cannot be read.
pub(in crate::lint) fn check(repository: &Repository) -> Result<Vec<String>, Fault> {
    let files = repository.files()?;
    let folders = files.iter().filter_map(|file| top_folder(file)).collect();
    let services = repository.services()?;
    let entries = services.iter().map(|service| service.id.as_str()).collect();
    Ok(differences(&folders, &entries))
}

fn top_folder(file: &Path) -> Option<&str> {
    let mut parts = file.components();
    let top = parts.next()?.as_os_str().to_str()?;
    (top.starts_with(PREFIX) && parts.next().is_some()).then_some(top)
}

fn differences(folders: &BTreeSet<&str>, entries: &BTreeSet<&str>) -> Vec<String> {
    let unregistered = folders
        .difference(entries)
        .map(|id| format!("{id}: registry: has no entry in load-test/services.toml"));
    let missing = entries
        .difference(folders)
        .map(|id| format!("load-test/services.toml: registry: {id} has no folder"));
    unregistered.chain(missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_entry_and_an_entry_without_folder_are_told() {
        let told = differences(&BTreeSet::from(["a", "b"]), &BTreeSet::from(["b", "c"]));
        assert_eq!(told.len(), 2);
        assert!(told.iter().any(|text| text.starts_with("a: ")), "{told:?}");
        assert!(told.iter().any(|text| text.contains("c has no folder")), "{told:?}");
    }
}
