//! Makes, starts and stops a private PostgreSQL cluster.
//!
//! The server programs must already be on the machine: [`Binaries::find`] looks
//! where they usually are. [`Cluster::start`] makes a data folder on first use,
//! runs the server as a direct child on a loopback port, and returns once it
//! takes connections. A cluster that is dropped is stopped.
//!
//! Everything blocks and nothing needs an async runtime. `PostgreSQL` refuses to
//! run as root, so as root the server runs as the user `postgres` (or `nobody`)
//! and owns its data folder.

mod account;
mod binaries;
mod cluster;
mod data_dir;
mod error;
mod log;
mod onlooker;
mod password;
mod postmaster;
mod settings;
mod temporary;

pub use account::Account;
pub use binaries::Binaries;
pub use cluster::Cluster;
pub use error::ClusterError;
pub use onlooker::Onlooker;
pub use postmaster::stop_left_over;
pub use settings::ClusterSettings;
pub use temporary::TemporaryCluster;

/// The superuser of every cluster made here.
pub const SUPERUSER: &str = "postgres";
