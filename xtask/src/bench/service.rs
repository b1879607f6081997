//! One service as the bench runs it: built for release, started, asked for its memory, stopped.

use std::{
    ffi::OsString,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    fault::Fault,
    invocation::Invocation,
    repository::{Repository, Service},
};

use super::{
    cost::Tree,
    database::Database,
    interrupt::Interrupt,
    owned_process::{OwnedProcess, POLL},
    scratch::Scratch,
};

/// The longest that a service may take to open its port.
const START_PATIENCE: Duration = Duration::from_mins(1);
/// After this it has nothing left to do for its start.
const SETTLE: Duration = Duration::from_secs(1);
const LOG_LINES: usize = 20;

/// A service that runs.
pub(super) struct RunningService {
    process: OwnedProcess,
    id: String,
    port: u16,
    log: PathBuf,
    begin: Instant,
    startup: Duration,
    idle_memory_mib: f64,
}

/// Builds it by the registry's command.
///
/// Errors: the build fails; its output is visible.
pub(super) fn build(repository: &Repository, service: &Service) -> Result<(), Fault> {
    let Some((program, arguments)) = service.build.split_first() else {
        return Err(no_command("build", service));
    };
    eprintln!("building {}", service.id);
    let folder = repository.root().join(&service.id);
    let invocation = Invocation::new(&folder, program, arguments);
    let outcome = variables(service)
        .into_iter()
        .fold(invocation, |call, (name, value)| call.variable(name, value))
        .outcome()?;
    if outcome.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&outcome.stderr);
    Err(Fault::new(format!("{} was not built ({}):\n{told}", service.id, outcome.status)))
}

impl RunningService {
    /// Starts it on a free port against `database`, with every other setting at its default.
    ///
    /// Errors: its program is not there.
    pub(super) fn start(
        repository: &Repository,
        service: &Service,
        database: &Database,
        scratch: &Scratch,
    ) -> Result<Self, Fault> {
        let Some((program, arguments)) = service.start.split_first() else {
            return Err(no_command("start", service));
        };
        let port = free_port()?;
        let mut command = Command::new(program);
        let port_variable = if service.protocol == "rest" { "SERVER_PORT" } else { "GRPC_SERVER_PORT" };
        command
            .args(arguments)
            .envs(variables(service))
            .env("DATABASE_URL", database.service_url())
            .env(port_variable, port.to_string());
        // What the caller has set for a service of his own must not leak into the figures.
        for variable in ["DATABASE_MAX_CONNECTIONS", "LOG_LEVEL", "RUST_LOG", "SERVER_ADDRESS"] {
            command.env_remove(variable);
        }
        let log = scratch.path(&format!("{}.log", service.id));
        let begin = Instant::now();
        let process = OwnedProcess::start(&command, repository.root(), &log)?;
        let id = service.id.clone();
        Ok(Self { process, id, port, log, begin, startup: Duration::ZERO, idle_memory_mib: 0.0 })
    }

    /// Waits until its port is open, then until it rests, and notes time and memory.
    ///
    /// Errors: it ends or takes too long; the end of its log is shown.
    pub(super) fn wait_open(&mut self, interrupt: &Interrupt) -> Result<(), Fault> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        while TcpStream::connect(address).is_err() {
            interrupt.check()?;
            if let Some(status) = self.process.ended()? {
                return Err(Fault::new(format!("{} ended with {status}:\n{}", self.id, self.log_tail())));
            }
            if self.begin.elapsed() > START_PATIENCE {
                let waited_s = START_PATIENCE.as_secs();
                return Err(Fault::new(format!(
                    "{} has not opened its port within {waited_s} s:\n{}",
                    self.id,
                    self.log_tail()
                )));
            }
            thread::sleep(POLL);
        }
        self.startup = self.begin.elapsed();
        thread::sleep(SETTLE);
        self.idle_memory_mib = self.memory_mib()?;
        Ok(())
    }

    /// Resident memory of its process tree.
    ///
    /// Errors: `/proc` cannot be read.
    pub(super) fn memory_mib(&self) -> Result<f64, Fault> {
        Ok(Tree::of(self.pid())?.memory_mib())
    }

    /// Resident memory before the first call.
    pub(super) fn idle_memory_mib(&self) -> f64 {
        self.idle_memory_mib
    }

    /// From its start to its open port.
    pub(super) fn startup(&self) -> Duration {
        self.startup
    }

    /// Its port on loopback.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Its process.
    pub(super) fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// The last lines of its log.
    pub(super) fn log_tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n")
    }

    /// Ends it in order.
    ///
    /// Errors: it had to be killed, or did not end with 0.
    pub(super) fn stop(self) -> Result<(), Fault> {
        self.process.stop()
    }
}

/// What its build and its start are told beside the caller's own: which JDK.
fn variables(service: &Service) -> Vec<(&'static str, OsString)> {
    if service.language == "java" { jdk::variables() } else { Vec::new() }
}

fn no_command(key: &str, service: &Service) -> Fault {
    Fault::new(format!("load-test/services.toml: `{key}` of {} is empty", service.id))
        .repair("put a program and its arguments there")
}

fn free_port() -> Result<u16, Fault> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Fault::because("cannot find a free port"))
}
