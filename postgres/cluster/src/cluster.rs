//! A running cluster.

use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::log::Log;
use crate::password::Password;
use crate::postmaster::{self, POLL};
use crate::{Binaries, ClusterError, ClusterSettings, SUPERUSER, data_dir};

/// Crash recovery of a large cluster is part of a start.
const START_PATIENCE: Duration = Duration::from_mins(1);
/// A free port may be taken by someone else before the server binds it.
const PORT_ATTEMPTS: u32 = 5;

/// A running PostgreSQL server, our direct child. Dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    /// Taken when the cluster is stopped or left alone.
    child: Option<Child>,
    pid: u32,
    data_dir: PathBuf,
    port: u16,
    password: Password,
}

impl Cluster {
    /// Makes the data folder unless it is there, starts the server and waits until it takes connections.
    ///
    /// Errors: see [`ClusterError`]; a server that does not start is told with its last log lines,
    /// and no process is left behind.
    pub fn start(binaries: &Binaries, settings: &ClusterSettings) -> Result<Self, ClusterError> {
        let account = Account::for_server()?;
        let data_dir = std::path::absolute(&settings.data_dir)
            .map_err(ClusterError::io("resolve", &settings.data_dir))?;
        let password = data_dir::prepare(binaries, &account, &data_dir)?;
        let mut attempt = 1;
        loop {
            let port = settings.port.map_or_else(free_port, wanted_port)?;
            let (log, log_file) = Log::open(&settings.log_file)?;
            let mut command = server_command(binaries, settings, &data_dir, port);
            account.apply(&mut command);
            let log_copy = log_file.try_clone().map_err(ClusterError::io("write", log.path()))?;
            command.stdin(Stdio::null()).stdout(log_copy).stderr(log_file);
            let program = Path::new(command.get_program()).to_path_buf();
            let child = command.spawn().map_err(ClusterError::io("run", &program))?;
            let mut cluster = Self {
                pid: child.id(),
                child: Some(child),
                data_dir: data_dir.clone(),
                port,
                password: password.clone(),
            };
            match cluster.wait_ready(&log) {
                Ok(()) => return Ok(cluster),
                Err(ClusterError::StartFailed { tail, .. }) if says_port_taken(&tail) => {
                    if settings.port.is_some() || attempt == PORT_ATTEMPTS {
                        return Err(ClusterError::PortTaken(port));
                    }
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn wait_ready(&mut self, log: &Log) -> Result<(), ClusterError> {
        let begin = Instant::now();
        let failed = |status: String| ClusterError::StartFailed {
            data_dir: self.data_dir.clone(),
            status,
            log_file: log.path().to_path_buf(),
            tail: log.tail(),
        };
        let Some(child) = self.child.as_mut() else { return Err(failed("it is not ours".into())) };
        while begin.elapsed() < START_PATIENCE {
            match child.try_wait() {
                Ok(None) if postmaster::is_ready(&self.data_dir, child.id()) => return Ok(()),
                Ok(None) => thread::sleep(POLL),
                Ok(Some(status)) => return Err(failed(status.to_string())),
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        Err(failed(format!("not ready after {} s", START_PATIENCE.as_secs())))
    }

    /// A connection string for a role and a database of this cluster.
    ///
    /// It carries the superuser's password; give other roles the same one
    /// ([`Cluster::password`]) for it to fit them. The cluster listens on loopback only.
    pub fn url(&self, user: &str, database: &str) -> String {
        self.password.url(self.port, user, database)
    }

    /// The connection string of the superuser and the database `postgres`.
    pub fn superuser_url(&self) -> String {
        self.url(SUPERUSER, "postgres")
    }

    /// The superuser's password: random, made with the data folder and kept in it.
    pub fn password(&self) -> &str {
        self.password.text()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the server, whose children are the backends; also its process group.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Ends the server: clients are disconnected and a checkpoint is written.
    ///
    /// Errors: [`ClusterError::Killed`] when it had to be ended by force.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.end()
    }

    /// Leaves the server running when this program ends; [`crate::stop_left_over`] ends it later.
    pub fn detach(mut self) {
        self.child = None;
    }

    fn end(&mut self) -> Result<(), ClusterError> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        postmaster::end(child.id(), || !matches!(child.try_wait(), Ok(None)))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nobody is left to tell; `stop` is there for who wants to know.
        let _ = self.end();
    }
}

fn server_command(binaries: &Binaries, settings: &ClusterSettings, data_dir: &Path, port: u16) -> Command {
    let mut words: Vec<OsString> = settings.launcher.clone();
    words.push(binaries.folder().join("postgres").into());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg("-D").arg(data_dir).arg("-p").arg(port.to_string());
    let own = [
        ("listen_addresses", "127.0.0.1".to_owned()),
        // No socket file: its path has a length limit that a deep folder exceeds.
        ("unix_socket_directories", String::new()),
        ("max_connections", settings.max_connections.to_string()),
        ("shared_preload_libraries", "pg_stat_statements".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("lc_messages", "C".to_owned()),
    ];
    let own = own.iter().map(|(name, value)| (*name, value.as_str()));
    let given = settings.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in own.chain(given) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    // Its own process group: Ctrl-C in the terminal is for us to pass on, not for the server.
    command.env("LC_ALL", "C").current_dir("/").process_group(0);
    command
}

fn free_port() -> Result<u16, ClusterError> {
    let place = Path::new("127.0.0.1:0");
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(ClusterError::io("take a free port of", place))
}

fn wanted_port(port: u16) -> Result<u16, ClusterError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(port),
        Err(_) => Err(ClusterError::PortTaken(port)),
    }
}

fn says_port_taken(log_tail: &str) -> bool {
    log_tail.contains("could not bind IPv4 address") && log_tail.contains("Address already in use")
}
