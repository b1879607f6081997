//! What a cluster is started with.

use std::ffi::OsString;
use std::path::PathBuf;

/// How to start a cluster. [`ClusterSettings::new`] gives the defaults.
#[derive(Debug, Clone)]
pub struct ClusterSettings {
    /// The data folder; made on first use, used again afterwards.
    pub data_dir: PathBuf,
    /// Where the server writes its log (appended). Its folder is made when missing.
    pub log_file: PathBuf,
    /// The port on 127.0.0.1; `None` takes a free one.
    pub port: Option<u16>,
    /// `max_connections` of the server.
    pub max_connections: u32,
    /// Further server parameters, by name; they win over the ones set here.
    pub parameters: Vec<(String, String)>,
    /// Put before the server's own command line, for example
    /// `setpriv --pdeathsig INT`. It must `exec` the rest: the server stays our child.
    pub launcher: Vec<OsString>,
}

impl ClusterSettings {
    /// A free port, 100 connections, the log beside the data folder, nothing else.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            log_file: data_dir.with_extension("log"),
            data_dir,
            port: None,
            max_connections: 100,
            parameters: Vec::new(),
            launcher: Vec::new(),
        }
    }
}
