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
    let error = Command::new(program).args(rest).exec();
    Fault::failed(format!("cannot run {}", Path::new(program).display())).cause(error)
}

/// The runner's own program, as what starts other programs.
#[derive(Debug, Clone)]
pub struct Launcher {
    program: PathBuf,
}

impl Launcher {
    /// `program` is the runner: `std::env::current_exe()`.
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// What to put before a command line.
    pub fn prefix(&self, signal: DeathSignal) -> Vec<OsString> {
        let parent = std::process::id().to_string();
        let mut words = vec![self.program.clone().into_os_string()];
        words.extend(["launch", "--death-signal", signal.word(), "--parent", &parent, "--"].map(Into::into));
        words
    }
}
