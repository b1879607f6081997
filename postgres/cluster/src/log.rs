//! The server's log file.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::ClusterError;

const TAIL_LINES: usize = 12;
const TAIL_BYTES: u64 = 16 * 1024;

/// The log of one start: the file goes on, the tail begins here.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    begin_bytes: u64,
}

impl Log {
    /// Opens `path` for appending; the file handle is for the server to write to.
    pub(crate) fn open(path: &Path) -> Result<(Self, File), ClusterError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(ClusterError::io("make the folder", folder))?;
        }
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(ClusterError::io("write the log", path))?;
        let begin_bytes = file.metadata().map_err(ClusterError::io("read", path))?.len();
        Ok((Self { path: path.to_path_buf(), begin_bytes }, file))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The last lines of this start; empty when there are none or they cannot be read.
    pub(crate) fn tail(&self) -> String {
        self.read_end().map(|text| last_lines(&text)).unwrap_or_default()
    }

    fn read_end(&self) -> std::io::Result<String> {
        let mut file = File::open(&self.path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(self.begin_bytes.max(end.saturating_sub(TAIL_BYTES))))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The end of `text` that fits a screen.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
