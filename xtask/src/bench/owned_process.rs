//! A child that does not outlive us: it leads a process group of its own, it is ended
//! when dropped, and the kernel kills it when we are killed.

use std::{
    fs::File,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

use crate::{fault::Fault, tools};

/// How often a child is looked at.
pub(super) const POLL: Duration = Duration::from_millis(10);
/// What a service may take to finish what is in flight.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// A running program of ours.
pub(super) struct OwnedProcess {
    child: Child,
    program: String,
}

impl OwnedProcess {
    /// Starts `command`'s program in `folder` with both outputs in `log`.
    ///
    /// Errors: the program, or `setpriv` that ties it to us, is not there.
    pub(super) fn start(command: &Command, folder: &Path, log: &Path) -> Result<Self, Fault> {
        let program = command.get_program().to_string_lossy().into_owned();
        let out = File::create(log).map_err(Fault::because(format!("cannot write {}", log.display())))?;
        let err = out.try_clone().map_err(Fault::because(format!("cannot write {}", log.display())))?;
        let mut tied = Command::new("setpriv");
        tied.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => tied.env(name, value),
                None => tied.env_remove(name),
            };
        }
        tied.current_dir(folder).process_group(0).stdin(Stdio::null()).stdout(out).stderr(err);
        let child = tied.spawn().map_err(|error| {
            Fault::new(format!("cannot run `setpriv`: {error}"))
                .repair(tools::repair("setpriv").unwrap_or_default())
        })?;
        Ok(Self { child, program })
    }

    /// Its process id.
    pub(super) fn pid(&self) -> i32 {
        // A process id always fits: the kernel's own type is a signed int.
        i32::try_from(self.child.id()).unwrap_or(i32::MAX)
    }

    /// How it ended; `None` while it runs.
    ///
    /// Errors: the system refuses to say.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>, Fault> {
        self.child.try_wait().map_err(Fault::because(format!("cannot wait for {}", self.program)))
    }

    /// Asks it to end and waits.
    ///
    /// Errors: it did not end in time and was killed, or it did not end with 0.
    pub(super) fn stop(mut self) -> Result<(), Fault> {
        if self.ended()?.is_none() {
            signal(self.pid(), Signal::SIGTERM);
        }
        let begin = Instant::now();
        while begin.elapsed() < STOP_PATIENCE {
            match self.ended()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(Fault::new(format!("{} ended with {status}", self.program))),
                None => thread::sleep(POLL),
            }
        }
        Err(Fault::new(format!("{} did not end within {} s", self.program, STOP_PATIENCE.as_secs())))
    }
}

impl Drop for OwnedProcess {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // The group is its own, so nothing that is not ours is in it.
            let _ = killpg(Pid::from_raw(self.pid()), Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

fn signal(pid: i32, signal: Signal) {
    // It may have ended by itself in between.
    let _ = kill(Pid::from_raw(pid), signal);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(script: &str, folder: &Path) -> OwnedProcess {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        OwnedProcess::start(&command, folder, &folder.join("log")).unwrap()
    }

    /// A zombie, which nobody has waited for yet, runs nothing.
    fn runs(pid: i32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !stat.is_empty() && !stat.contains(") Z ")
    }

    #[test]
    fn a_dropped_process_is_gone_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = start("sleep 600 & echo $!; wait", folder.path());
        let log = folder.path().join("log");
        let child = loop {
            if let Ok(pid) = std::fs::read_to_string(&log).unwrap_or_default().trim().parse::<i32>() {
                break pid;
            }
            assert!(process.ended().unwrap().is_none());
            thread::sleep(POLL);
        };
        let pid = process.pid();
        drop(process);
        // The kernel takes its time with a child that has lost its parent, but not as long as `sleep`.
        let begin = Instant::now();
        while [pid, child].into_iter().any(runs) {
            assert!(begin.elapsed() < Duration::from_mins(2), "{pid} or its child {child} still runs");
            thread::sleep(POLL);
        }
    }

    #[test]
    fn a_process_that_ends_badly_when_asked_to_stop_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let process = start("exit 3", folder.path());
        let fault = process.stop().unwrap_err();
        // Asked before it ran: it ends by the signal; else by itself.
        assert!(fault.to_string().starts_with("sh ended with "), "{fault}");
    }
}
