//! The context of a build: the repository without what `.dockerignore` names, as
//! one archive that is the same byte for byte when the files are.

use std::{
    fs::{self, FileType},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use ignore::WalkBuilder;
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use crate::fault::Fault;

/// What is left out, in the repository's root. Its lines mean the same to Docker
/// and to Git, by whose rules they are read here.
const IGNORED: &str = ".dockerignore";
/// The Dockerfile of the build, beside everything else.
pub(super) const DOCKERFILE: &str = ".dockerfile-of-this-build";

/// The files of a build, without the Dockerfile.
#[derive(Debug)]
pub(super) struct Context {
    root: PathBuf,
    archive: Vec<u8>,
}

impl Context {
    /// Reads the repository at `root`.
    ///
    /// # Errors
    /// When a file cannot be read, naming it.
    pub(super) fn read(root: &Path) -> Result<Self, Fault> {
        let mut builder = Builder::new(Vec::new());
        for path in walk(root)? {
            append(&mut builder, root, &path).map_err(|error| {
                Fault::failed(format!("cannot read {} for the images", path.display())).cause(error)
            })?;
        }
        let archive = builder.into_inner().map_err(unwritable)?;
        Ok(Self { root: root.to_owned(), archive })
    }

    /// The archive with the Dockerfile of `folder`, and the hash of it.
    ///
    /// # Errors
    /// When there is no Dockerfile.
    pub(super) fn with_dockerfile(&self, folder: &Path) -> Result<(Vec<u8>, String), Fault> {
        let path = self.root.join(folder).join("Dockerfile");
        let text = fs::read(&path)
            .map_err(|error| Fault::failed(format!("cannot read {}", path.display())).cause(error))?;
        // The end of an archive is two empty blocks, which come again behind what is added.
        let mut builder = Builder::new(without_end(&self.archive).to_vec());
        builder.append_data(&mut header(&text, 0o644), DOCKERFILE, text.as_slice()).map_err(unwritable)?;
        let archive = builder.into_inner().map_err(unwritable)?;
        let hash = hex::encode(Sha256::digest(&archive));
        Ok((archive, hash))
    }
}

/// Every folder and file that belongs to the context, sorted; a folder before what is in it.
fn walk(root: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).add_custom_ignore_filename(IGNORED).sort_by_file_name(Ord::cmp);
    let mut paths = Vec::new();
    for entry in walk.build() {
        let entry =
            entry.map_err(|error| Fault::failed("cannot read the repository for the images").cause(error))?;
        let is_wanted = |kind: FileType| kind.is_dir() || kind.is_file() || kind.is_symlink();
        // The walk begins with the root itself.
        if entry.depth() > 0 && entry.file_type().is_some_and(is_wanted) {
            paths.push(entry.into_path());
        }
    }
    Ok(paths)
}

fn append(builder: &mut Builder<Vec<u8>>, root: &Path, path: &Path) -> io::Result<()> {
    let name = path.strip_prefix(root).unwrap_or(path);
    let facts = fs::symlink_metadata(path)?;
    if facts.is_dir() {
        // An engine lets everybody write to folders that it has to make up. The slash at the end
        // is what it needs to find again what `docker build` has built.
        let mut header = header(&[], 0o755);
        header.set_entry_type(EntryType::Directory);
        return builder.append_data(&mut header, name.join(""), io::empty());
    }
    if facts.is_symlink() {
        let mut header = header(&[], 0o777);
        header.set_entry_type(EntryType::Symlink);
        return builder.append_link(&mut header, name, fs::read_link(path)?);
    }
    let content = fs::read(path)?;
    let mode = if facts.permissions().mode() & 0o100 == 0 { 0o644 } else { 0o755 };
    builder.append_data(&mut header(&content, mode), name, content.as_slice())
}

/// Of nobody and of no time: only names, modes and contents decide what is built.
fn header(content: &[u8], mode: u32) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(mode);
    header.set_mtime(0);
    header.set_entry_type(EntryType::Regular);
    header
}

fn without_end(archive: &[u8]) -> &[u8] {
    archive.get(..archive.len().saturating_sub(1024)).unwrap_or_default()
}

fn unwritable(error: io::Error) -> Fault {
    Fault::failed("cannot make the archive for a build").cause(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            (".dockerignore", "/.git\n**/target\n**/*.md\n"),
            (".gitignore", "kept.rs\n"),
            (".git/config", "secret"),
            ("a/Dockerfile", "FROM scratch\n"),
            ("a/kept.rs", "fn main() {}"),
            ("a/target/binary", "1"),
            ("a/README.md", "words"),
            ("run.sh", "#!/bin/sh"),
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::set_permissions(folder.path().join("run.sh"), fs::Permissions::from_mode(0o700)).unwrap();
        folder
    }

    fn entries(archive: &[u8]) -> Vec<(String, u32)> {
        let mut archive = tar::Archive::new(archive);
        let entries = archive.entries().unwrap().map(|entry| {
            let entry = entry.unwrap();
            (entry.path().unwrap().display().to_string(), entry.header().mode().unwrap())
        });
        entries.collect()
    }

    #[test]
    fn everything_is_in_it_that_is_not_ignored_and_the_dockerfile() {
        let folder = repository();
        let (archive, _) = Context::read(folder.path()).unwrap().with_dockerfile(Path::new("a")).unwrap();
        let found = entries(&archive);
        let expected = [
            (".dockerignore", 0o644),
            (".gitignore", 0o644),
            ("a/", 0o755),
            ("a/Dockerfile", 0o644),
            ("a/kept.rs", 0o644),
            ("run.sh", 0o755),
            (DOCKERFILE, 0o644),
        ];
        assert_eq!(found, expected.map(|(name, mode)| (name.to_owned(), mode)));
    }

    #[test]
    fn equal_files_make_equal_archives_and_a_changed_one_another() {
        let hash = |folder: &tempfile::TempDir| {
            Context::read(folder.path()).unwrap().with_dockerfile(Path::new("a")).unwrap().1
        };
        let (one, other) = (repository(), repository());
        assert_eq!(hash(&one), hash(&other));
        fs::write(other.path().join("a/kept.rs"), "fn main() { }").unwrap();
        assert_ne!(hash(&one), hash(&other));
        fs::remove_file(one.path().join("a/Dockerfile")).unwrap();
        let fault = Context::read(one.path()).unwrap().with_dockerfile(Path::new("a")).unwrap_err();
        assert!(fault.to_string().contains("a/Dockerfile"), "{fault}");
    }
}
