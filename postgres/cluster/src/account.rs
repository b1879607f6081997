//! Who runs the server when we are root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{User, geteuid};

use crate::ClusterError;

/// The user that the server runs as.
#[derive(Debug, Clone)]
pub struct Account {
    name: String,
    /// Set when it is another user than ours.
    other: Option<(u32, u32)>,
}

impl Account {
    /// Our own user, or as root `postgres`, else `nobody`.
    ///
    /// Errors: [`ClusterError::NoAccount`] when root finds neither.
    pub fn for_server() -> Result<Self, ClusterError> {
        if !geteuid().is_root() {
            return Ok(Self { name: "this user".into(), other: None });
        }
        ["postgres", "nobody"]
            .into_iter()
            .filter_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self { name: user.name, other: Some((user.uid.as_raw(), user.gid.as_raw())) })
            .next()
            .ok_or(ClusterError::NoAccount)
    }

    /// Errors: [`ClusterError::Unreachable`] names the first existing folder at or above
    /// `path` that this user may not pass through. Where there is none, all is well.
    pub fn check_reach(&self, path: &Path) -> Result<(), ClusterError> {
        let Some((uid, gid)) = self.other else { return Ok(()) };
        let path = std::path::absolute(path).map_err(ClusterError::io("resolve", path))?;
        let blocked = path.ancestors().filter_map(|folder| Some((folder, fs::metadata(folder).ok()?))).find(
            |(_, facts)| {
                let class = if facts.uid() == uid {
                    0o100
                } else if facts.gid() == gid {
                    0o010
                } else {
                    0o001
                };
                facts.mode() & class == 0
            },
        );
        match blocked {
            None => Ok(()),
            Some((folder, _)) => {
                Err(ClusterError::Unreachable { folder: folder.to_path_buf(), account: self.name.clone() })
            }
        }
    }

    /// Makes `command` run as this user.
    pub(crate) fn apply(&self, command: &mut Command) {
        if let Some((uid, gid)) = self.other {
            command.uid(uid).gid(gid);
        }
    }

    /// Gives one file or folder to this user.
    pub(crate) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        let Some((uid, gid)) = self.other else { return Ok(()) };
        chown(path, Some(uid), Some(gid)).map_err(ClusterError::io("change the owner of", path))
    }
}
