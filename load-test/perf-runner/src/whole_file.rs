//! Files that are there whole or not at all.

use std::{
    fs::{File, Permissions, create_dir_all},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use crate::fault::Fault;

/// Writes a file so that a reader, a full disk or a power cut sees the old
/// content or the new one, never half of it. Missing folders are made.
///
/// # Errors
/// When the folder cannot be made or written; the fault names the file.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Fault> {
    try_write(path, content).map_err(|error| {
        Fault::failed(format!("cannot write {}", path.display()))
            .cause(error)
            .repair("make room on that disk, make the folder writable, or choose another folder")
    })
}

fn try_write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".unfinished-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name is part of the folder, which is written separately.
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_whole_content_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/file.json");
        write(&path, b"a long first content").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "not a folder").unwrap();
        let fault = write(&blocked.join("x.json"), b"{}").unwrap_err();
        assert!(fault.to_string().contains("x.json"), "{fault}");
        assert!(fault.repair.is_some());
    }
}
