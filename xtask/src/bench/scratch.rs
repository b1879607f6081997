//! The folder of one bench, and the lock that keeps two from disturbing each other.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use postgres_cluster::stop_left_over;

use crate::fault::Fault;

/// A folder that is emptied at the start and removed at the end.
pub(super) struct Scratch {
    folder: PathBuf,
    lock: File,
}

impl Scratch {
    /// Makes `.perf/bench` and cleans up what a killed bench left there.
    ///
    /// Errors: another bench works in this checkout; the folder cannot be made.
    pub(super) fn open(root: &Path) -> Result<Self, Fault> {
        let state = root.join(".perf");
        let folder = state.join("bench");
        let unusable = |error| Fault::new(format!("cannot make {}: {error}", folder.display()));
        fs::create_dir_all(&state).map_err(unusable)?;
        let lock = File::create(state.join("bench.lock")).map_err(unusable)?;
        if lock.try_lock().is_err() {
            return Err(Fault::new(format!("another bench runs in {}", root.display()))
                .repair("wait for it: two at once would measure each other"));
        }
        stop_left_over(&folder.join("data"))
            .map_err(Fault::because("cannot stop an earlier bench's database"))?;
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(unusable)?;
        }
        fs::create_dir(&folder).map_err(unusable)?;
        Ok(Self { folder, lock })
    }

    /// The path of a file in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file in it and gives its path.
    ///
    /// Errors: it cannot be written.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Fault> {
        let path = self.path(name);
        fs::write(&path, text).map_err(Fault::because(format!("cannot write {}", path.display())))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The next bench cleans up what cannot be removed now.
        let _ = fs::remove_dir_all(&self.folder);
        // A child that is just being started may have a copy of the file, which would keep the lock.
        let _ = self.lock.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_benches_in_one_checkout_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let first = Scratch::open(root.path()).unwrap();
        let fault = Scratch::open(root.path()).err().unwrap();
        assert!(fault.to_string().starts_with("another bench runs in "), "{fault}");
        let folder = first.path("");
        // What a child has from its fork until it becomes its own program.
        let _copy = first.lock.try_clone().unwrap();
        drop(first);
        assert!(!folder.exists());
        Scratch::open(root.path()).unwrap();
    }
}
