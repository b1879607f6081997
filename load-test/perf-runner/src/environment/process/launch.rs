//! Becomes another program that the kernel ends when the runner does.
//!
//! Every process of the process environment is started through this: the runner
//! starts itself with the hidden subcommand `launch`, which asks the kernel for a
//! signal at its parent's death and then turns into the program. Nothing has to
//! run between fork and exec, which safe Rust could not do.
//!
//! The kernel forgets the wish when the user changes; so who starts a program as
//! another user changes the user first (as `postgres-cluster` does) and launches
//! after. And the "parent" is the thread that forked: only the main thread,
//! which lives as long as the runner, may start anything.

use std::{
    ffi::OsString,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use nix::{
    errno::Errno,
    sched::{CpuSet, sched_setaffinity},
    sys::{prctl, signal::Signal},
    unistd,
};

use crate::fault::Fault;

/// The signal that a launched program gets when the runner dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DeathSignal {
    /// SIGKILL: ends at once.
    Kill,
    /// SIGINT: PostgreSQL disconnects its clients, writes a checkpoint and ends.
    Int,
}

impl DeathSignal {
    fn word(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Int => "int",
        }
    }

    fn signal(self) -> Signal {
        match self {
            Self::Kill => Signal::SIGKILL,
            Self::Int => Signal::SIGINT,
        }
    }
}

/// The arguments of the hidden subcommand `launch`.
#[derive(Debug, Clone, clap::Args)]
pub struct LaunchArguments {
    /// What the program gets when the runner dies.
    #[arg(long, value_enum)]
    pub death_signal: DeathSignal,
    /// The runner that must still be there.
    #[arg(long)]
    pub parent: u32,
    /// The only processors that the program may use, by number; all when left out.
    #[arg(long, value_delimiter = ',')]
    pub cpus: Vec<u32>,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    pub command: Vec<OsString>,
}

/// Turns this process into the program; comes back only when that fails.
pub fn exec(arguments: &LaunchArguments) -> Fault {
    let Some((program, rest)) = arguments.command.split_first() else {
        return Fault::usage("launch: no program named");
    };
    if let Err(error) = prctl::set_pdeathsig(arguments.death_signal.signal()) {
        return Fault::failed("launch: the kernel does not tell of a parent's death").cause(error);
    }
    // A runner that died before the wish was made is never told of; then we have
    // been handed to another parent already.
    if u32::try_from(unistd::getppid().as_raw()).ok() != Some(arguments.parent) {
        return Fault::failed(format!("launch: the runner (pid {}) is gone", arguments.parent));
    }
    if let Err(error) = stay_on(&arguments.cpus) {
        return Fault::failed(format!("launch: the processors {:?} cannot be used", arguments.cpus))
            .cause(error);
    }
    let error = Command::new(program).args(rest).exec();
    Fault::failed(format!("cannot run {}", Path::new(program).display())).cause(error)
}

/// Keeps this process, and what it becomes, to these processors.
fn stay_on(processors: &[u32]) -> nix::Result<()> {
    if processors.is_empty() {
        return Ok(());
    }
    let mut set = CpuSet::new();
    for processor in processors {
        set.set(usize::try_from(*processor).map_err(|_| Errno::EINVAL)?)?;
    }
    sched_setaffinity(unistd::Pid::from_raw(0), &set)
}

/// The runner's own program, as what starts other programs.
#[derive(Debug, Clone)]
pub struct Launcher {
    program: PathBuf,
    /// All of them when empty.
    processors: Vec<u32>,
}

impl Launcher {
    /// `program` is the runner: `std::env::current_exe()`.
    pub fn new(program: PathBuf) -> Self {
        Self { program, processors: Vec::new() }
    }

    /// The same, for programs that may use only these processors.
    #[must_use]
    pub fn on(&self, processors: &[u32]) -> Self {
        Self { program: self.program.clone(), processors: processors.to_vec() }
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// What to put before a command line.
    pub fn prefix(&self, signal: DeathSignal) -> Vec<OsString> {
        let parent = std::process::id().to_string();
        let mut words = vec![self.program.clone().into_os_string()];
        words.extend(["launch", "--death-signal", signal.word(), "--parent", &parent].map(Into::into));
        if !self.processors.is_empty() {
            let numbers: Vec<String> = self.processors.iter().map(u32::to_string).collect();
            words.extend(["--cpus".into(), numbers.join(",").into()]);
        }
        words.push("--".into());
        words
    }
}
