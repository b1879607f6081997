//! A load generator: a program that runs for a while and says what it saw.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::fault::Fault;

use super::{
    interrupt::Interrupt,
    owned_process::{OwnedProcess, POLL},
    scratch::Scratch,
};

/// What a generator may take beyond its time to end and to write its result.
const GRACE: Duration = Duration::from_secs(30);

/// A generator that is ready to run, and how its output is read.
pub(super) struct Load {
    /// The program with its arguments.
    pub(super) command: Command,
    /// How long it was told to run.
    pub(super) seconds: u32,
    /// Reads what it wrote.
    pub(super) read: fn(&str) -> Result<Tally, String>,
}

/// What a generator saw.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally {
    /// Calls answered with success.
    pub(super) acknowledged: u64,
    /// Calls answered otherwise or not at all.
    pub(super) failed: u64,
    /// How long it called.
    pub(super) seconds: f64,
    /// Latencies, where it says them.
    pub(super) p50_ms: Option<f64>,
    /// As `p50_ms`.
    pub(super) p99_ms: Option<f64>,
}

impl Load {
    /// Runs it to its end.
    ///
    /// Errors: it is not there, fails, takes too long, or not one call succeeded; interrupted.
    pub(super) fn run(&self, scratch: &Scratch, interrupt: &Interrupt) -> Result<Tally, Fault> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        let log = scratch.path("generator.log");
        let mut process = OwnedProcess::start(&self.command, &scratch.path(""), &log)?;
        let begin = Instant::now();
        let deadline = Duration::from_secs(self.seconds.into()) + GRACE;
        let status = loop {
            interrupt.check()?;
            match process.ended()? {
                Some(status) => break status,
                None if begin.elapsed() > deadline => {
                    return Err(Fault::new(format!("{name} did not end within {} s", deadline.as_secs())));
                }
                None => thread::sleep(POLL),
            }
        };
        let output =
            fs::read_to_string(&log).map_err(Fault::because(format!("cannot read {name}'s output")))?;
        if !status.success() {
            return Err(Fault::new(format!("{name} ended with {status}:\n{}", output.trim())));
        }
        let unreadable = |problem| Fault::new(format!("{name}'s output has {problem}:\n{}", output.trim()));
        let tally = (self.read)(&output).map_err(unreadable)?;
        if tally.acknowledged == 0 || tally.seconds <= 0.0 {
            return Err(Fault::new(format!("not one call of {name} succeeded:\n{}", output.trim())));
        }
        Ok(tally)
    }
}
