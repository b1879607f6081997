//! Files that are whole or not there, the end of a log, the hash of a program.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

/// How much of a log's end is read for its last lines.
const TAIL_BYTES: u64 = 32 * 1024;
/// Beyond this a log that is only ever appended to begins anew.
const LOG_BYTES: u64 = 1024 * 1024;
/// A line of a log may be a whole page; the reader wants its beginning.
const LINE_CHARACTERS: usize = 400;

/// Writes a file so that a reader finds the old content or the new, never half of
/// it. Only this user may read it: some of these files hold a password.
///
/// # Errors
/// When it cannot be written, or not renamed into place.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = beside(path, ".unfinished");
    // One that a killed runner left has the rights of its time.
    if let Err(error) = fs::remove_file(&unfinished)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_data()?;
    fs::rename(&unfinished, path)
}

/// The path with something added to its last name.
pub(super) fn beside(path: &Path, added: &str) -> PathBuf {
    let mut name = OsString::from(path.file_name().unwrap_or_default());
    name.push(added);
    path.with_file_name(name)
}

/// Begins a log anew that has grown large; the old one is kept beside it, and the
/// one before that is gone.
pub(super) fn bound_log(path: &Path) {
    if fs::metadata(path).is_ok_and(|facts| facts.len() > LOG_BYTES) {
        // A log that cannot be moved goes on growing, which harms nobody today.
        let _ = fs::rename(path, beside(path, ".old"));
    }
}

/// The last lines of a log, without control characters; none when it cannot be read.
pub(super) fn last_lines(path: &Path, count: usize) -> Vec<String> {
    let text = read_end(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|line| printable(line)).collect()
}

/// A line as a terminal may print it: colours and cursor moves of a log are not ours.
pub(super) fn printable(line: &str) -> String {
    let mut clean = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // An escape sequence ends with its first letter.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else if !character.is_control() {
            clean.push(character);
        } else if character == '\t' {
            clean.push(' ');
        }
    }
    clean.trim_end().chars().take(LINE_CHARACTERS).collect()
}

fn read_end(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// SHA-256 over the files' contents in this order, in hexadecimal.
///
/// # Errors
/// When one of them cannot be read.
pub(super) fn hash(files: &[PathBuf]) -> io::Result<String> {
    let mut hasher = Sha256::new();
    for path in files {
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nobody_else_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("up.json");
        // What a killed runner left.
        fs::write(beside(&path, ".unfinished"), "half").unwrap();
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_end_of_a_log_is_its_last_lines_without_colours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("service.log");
        fs::write(&path, b"one\ntwo\n\n\x1b[31mERROR\x1b[0m\tport \xff taken\n").unwrap();
        assert_eq!(last_lines(&path, 2), ["two", "ERROR port \u{fffd} taken"]);
        assert_eq!(last_lines(&folder.path().join("none"), 2), Vec::<String>::new());
    }

    #[test]
    fn a_log_begins_anew_when_it_has_grown_large_and_the_last_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("postgres-metrics.log");
        bound_log(&path);
        fs::write(&path, vec![b'x'; usize::try_from(LOG_BYTES).unwrap()]).unwrap();
        bound_log(&path);
        assert!(path.is_file(), "a log of the allowed size was moved");
        fs::write(&path, vec![b'y'; usize::try_from(LOG_BYTES).unwrap() + 1]).unwrap();
        fs::write(beside(&path, ".old"), "older").unwrap();
        bound_log(&path);
        assert!(!path.exists());
        assert!(fs::read(beside(&path, ".old")).unwrap().starts_with(b"yy"));
    }

    #[test]
    fn a_hash_is_that_of_the_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        fs::write(&path, b"abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(&[path]).unwrap(), expected);
    }
}
