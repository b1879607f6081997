//! Which process a pid means: pids are used again, so a pid alone is no name.

use std::time::{Duration, Instant};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};
use procfs::process::{Process, Stat};
use serde::{Deserialize, Serialize};

/// How often a process that is not our child is looked at while waiting for it.
const POLL: Duration = Duration::from_millis(20);

/// A process and the moment it began: no other process ever has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProcessIdentity {
    /// Its process id.
    pub pid: u32,
    /// When it began, in clock ticks since the system's start.
    pub started_ticks: u64,
}

impl ProcessIdentity {
    /// The process that has this pid now; none when nothing runs under it.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let stat = running(pid)?;
        Some(Self { pid, started_ticks: stat.starttime })
    }

    /// This process.
    pub(super) fn own() -> Option<Self> {
        Self::of(std::process::id())
    }

    /// Whether that very process still runs. A zombie does not: it only waits for
    /// a parent to read its exit code, and a container may have none that does.
    pub(super) fn is_running(self) -> bool {
        running(self.pid).is_some_and(|stat| stat.starttime == self.started_ticks)
    }

    /// Sends a signal to that very process; gives whether it was there.
    pub(super) fn signal(self, signal: Signal) -> bool {
        let Some(pid) = self.as_pid().filter(|_| self.is_running()) else { return false };
        kill(pid, signal).is_ok()
    }

    /// Kills that very process with its process group, if it leads one.
    pub(super) fn kill_with_group(self) -> bool {
        let Some(pid) = self.as_pid().filter(|_| self.is_running()) else { return false };
        let leads = running(self.pid).is_some_and(|stat| stat.pgrp == stat.pid);
        if leads { killpg(pid, Signal::SIGKILL).is_ok() } else { kill(pid, Signal::SIGKILL).is_ok() }
    }

    /// Waits, blocking, until the process is gone; gives whether it is.
    pub(super) fn wait_gone(self, patience: Duration) -> bool {
        let begin = Instant::now();
        while self.is_running() {
            if begin.elapsed() >= patience {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }

    fn as_pid(self) -> Option<Pid> {
        // Pid 0 and -1 would mean whole groups of processes, 1 is the system itself.
        i32::try_from(self.pid).ok().filter(|pid| *pid > 1).map(Pid::from_raw)
    }
}

/// Whether a process has begun to end: its first thread is gone, though others
/// may still be on their way and nobody can have its exit code yet.
pub(super) fn is_ending(pid: u32) -> bool {
    stat(pid).is_none_or(|stat| matches!(stat.state, 'Z' | 'X'))
}

fn running(pid: u32) -> Option<Stat> {
    // While threads of it are left, so are its files and sockets.
    stat(pid).filter(|stat| !matches!(stat.state, 'Z' | 'X') || stat.num_threads > 1)
}

fn stat(pid: u32) -> Option<Stat> {
    Process::new(i32::try_from(pid).ok()?).ok()?.stat().ok()
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::CommandExt, process::Command};

    use super::*;

    #[test]
    fn a_process_is_itself_and_no_other_with_its_pid() {
        let mut child = Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
        let identity = ProcessIdentity::of(child.id()).unwrap();
        let impostor = ProcessIdentity { started_ticks: identity.started_ticks + 1, ..identity };
        assert!(identity.is_running() && !impostor.is_running());
        assert!(!impostor.kill_with_group() && !impostor.signal(Signal::SIGTERM));
        assert!(identity.is_running(), "a process with another start time was touched");
        assert!(identity.kill_with_group());
        // Not yet reaped by us, so it is a zombie: gone all the same.
        assert!(identity.wait_gone(Duration::from_secs(10)));
        child.wait().unwrap();
    }

    #[test]
    fn the_system_s_first_process_is_never_signalled() {
        let first = ProcessIdentity::of(1).unwrap();
        assert!(!first.signal(Signal::SIGCONT));
    }
}
