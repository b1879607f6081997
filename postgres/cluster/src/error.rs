//! What can go wrong, each with the place and the repair.

use std::io;
use std::path::{Path, PathBuf};

/// Why a cluster could not be found, made, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No folder holds both `initdb` and `postgres`.
    #[error(
        "no PostgreSQL server programs (initdb and postgres) in {}; {} or name the folder that holds them",
        list(.looked_in),
        .install
    )]
    BinariesMissing {
        /// Every folder that was looked into, in order.
        looked_in: Vec<PathBuf>,
        /// The command that installs them on this kind of system.
        install: &'static str,
    },

    /// A server program is there but does not run or does not say its version.
    #[error("{} does not answer `--version` as PostgreSQL does: {detail}", .program.display())]
    BinaryUnusable {
        /// The program.
        program: PathBuf,
        /// What it said instead.
        detail: String,
    },

    /// Running as root, and there is no other user to run the server as.
    #[error(
        "PostgreSQL refuses to run as root and there is neither a user `postgres` nor `nobody`; \
         create one (`useradd --system postgres`) or run as another user"
    )]
    NoAccount,

    /// The server's user may not pass through a folder above the data folder.
    #[error(
        "user `{account}`, who runs PostgreSQL, may not enter {}; put the data folder elsewhere or allow it \
         (`chmod o+x {}`)",
        .folder.display(),
        .folder.display()
    )]
    Unreachable {
        /// The folder in the way.
        folder: PathBuf,
        /// Who is kept out.
        account: String,
    },

    /// The data folder holds something that is no cluster.
    #[error("{} is not empty and holds no PostgreSQL cluster; empty it or name another folder", .0.display())]
    NotACluster(PathBuf),

    /// The cluster was made by another major version.
    #[error(
        "the cluster in {} was made by PostgreSQL {found} and the server is {server}; \
         use that version's programs or remove the folder",
        .data_dir.display()
    )]
    VersionMismatch {
        /// The data folder.
        data_dir: PathBuf,
        /// Major version that made it.
        found: String,
        /// Major version at hand.
        server: u32,
    },

    /// `initdb` failed.
    #[error("initdb could not make a cluster in {}:\n{output}", .data_dir.display())]
    InitFailed {
        /// The data folder.
        data_dir: PathBuf,
        /// The last lines it wrote.
        output: String,
    },

    /// The wanted port is in use.
    #[error("port {0} of 127.0.0.1 is in use; stop what holds it or choose another port")]
    PortTaken(u16),

    /// The server ended instead of getting ready.
    #[error("PostgreSQL did not start in {} ({status}); the end of {}:\n{tail}", .data_dir.display(), .log_file.display())]
    StartFailed {
        /// The data folder.
        data_dir: PathBuf,
        /// How the server ended, or how long it was waited for.
        status: String,
        /// Where the server logs to.
        log_file: PathBuf,
        /// The last lines of this start.
        tail: String,
    },

    /// The server outlived both a fast and an immediate shutdown and was killed.
    #[error(
        "PostgreSQL (pid {pid}) did not end within {waited_s} s and was killed; its next start recovers the data"
    )]
    Killed {
        /// The server's process id.
        pid: u32,
        /// Seconds waited in all.
        waited_s: u64,
    },

    /// The operating system refused something.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// The verb.
        action: &'static str,
        /// The thing.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ClusterError {
    /// For `map_err`: what was tried on which path.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}

fn list(folders: &[PathBuf]) -> String {
    let names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    names.join(", ")
}
