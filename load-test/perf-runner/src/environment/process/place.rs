//! Where clusters lie, and who may reach them.
//!
//! PostgreSQL refuses to run as root, so as root its server is another user, who
//! may not enter a checkout below `/root`. Then clusters, and a copy of the
//! launcher, lie in a folder of their own below `/var/tmp`: on a disk, as
//! a temporary file system would make commits free.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use postgres_cluster::Account;
use sha2::{Digest as _, Sha256};

use super::{files, launch::Launcher};
use crate::{
    fault::Fault,
    progress::{Event, Observer},
};

/// A folder that the server's user can reach, and a launcher that it can run.
#[derive(Debug, Clone)]
pub(super) struct ServerPlace {
    /// Holds the clusters and unpacked server programs.
    pub(super) folder: PathBuf,
    /// Starts the server.
    pub(super) launcher: Launcher,
}

/// Finds or makes the place. In the state folder, unless the server's user may
/// not enter it; the observer is told where else it is.
///
/// # Errors
/// When no place can be made, or the one outside belongs to somebody else.
pub(super) fn prepare(
    state: &Path,
    launcher: &Launcher,
    observer: &dyn Observer,
) -> Result<ServerPlace, Fault> {
    let account = Account::for_server()
        .map_err(|error| Fault::failed("PostgreSQL cannot be run by this user").cause(error))?;
    let inside = state.join("postgres");
    if account.check_reach(&inside).is_ok() {
        make(&inside).map_err(|error| cannot_make(&inside, error))?;
    }
    let folder = if account.check_reach(&inside).is_ok() {
        inside
    } else {
        let outside = outside(state)?;
        let text = format!(
            "PostgreSQL's clusters are in {}: its user may not enter {}",
            outside.display(),
            state.display()
        );
        observer.observe(&Event::Note { text });
        outside
    };
    let launcher = reachable_launcher(&account, launcher, &folder)?;
    Ok(ServerPlace { folder, launcher })
}

fn outside(state: &Path) -> Result<PathBuf, Fault> {
    let disk = Path::new("/var/tmp");
    let parent = if disk.is_dir() { disk.to_path_buf() } else { std::env::temp_dir() };
    let name = hex::encode(Sha256::digest(state.as_os_str().as_encoded_bytes()));
    let folder = parent.join(format!("perf-runner-{}", &name[..12]));
    make(&folder).map_err(|error| cannot_make(&folder, error))?;
    // Anyone may make a folder there first, and then own what we put into it.
    let facts = fs::symlink_metadata(&folder).map_err(|error| cannot_make(&folder, error))?;
    if !facts.is_dir() || facts.uid() != nix::unistd::geteuid().as_raw() {
        return Err(Fault::failed(format!("{} is not a folder of this user", folder.display()))
            .repair("remove it; somebody else has put it there"));
    }
    Ok(folder)
}

/// Only we may write to it; everybody may pass through it.
fn make(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    if fs::symlink_metadata(folder)?.uid() == nix::unistd::geteuid().as_raw() {
        open_to_all(folder)?;
    }
    Ok(())
}

/// Lets everybody read and pass through a folder, whatever the umask made of it.
pub(super) fn open_to_all(folder: &Path) -> std::io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

/// The launcher itself where the server's user can run it, else a copy.
fn reachable_launcher(account: &Account, launcher: &Launcher, folder: &Path) -> Result<Launcher, Fault> {
    if account.check_reach(launcher.program()).is_ok() {
        return Ok(launcher.clone());
    }
    let copy = folder.join("launcher");
    let copied = || -> std::io::Result<()> {
        let unfinished = files::beside(&copy, ".unfinished");
        fs::copy(launcher.program(), &unfinished)?;
        open_to_all(&unfinished)?;
        // Replacing the name leaves alone a copy that is running right now.
        fs::rename(&unfinished, &copy)
    };
    copied().map_err(|error| {
        Fault::failed(format!("cannot copy {} to {}", launcher.program().display(), copy.display()))
            .cause(error)
    })?;
    Ok(Launcher::new(copy))
}

fn cannot_make(folder: &Path, error: std::io::Error) -> Fault {
    Fault::failed(format!("cannot make the folder {}", folder.display()))
        .cause(error)
        .repair("PostgreSQL's clusters need a folder that this user can write to")
}
