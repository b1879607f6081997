//! The server's process: `postmaster.pid`, and how to end it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::ClusterError;

/// How often a process is looked at while waiting for it.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// A fast shutdown writes a checkpoint; on a slow disk that takes its time.
const FAST: Duration = Duration::from_secs(20);
/// An immediate shutdown writes nothing.
const IMMEDIATE: Duration = Duration::from_secs(5);

/// True when the server with this process id says in `postmaster.pid` that it takes connections.
pub(crate) fn is_ready(data_dir: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(data_dir.join("postmaster.pid")) else { return false };
    let mut lines = text.lines();
    let first = lines.next().and_then(|line| line.trim().parse().ok());
    // Line 8 is the status; a file of an earlier, killed server has another process id.
    first == Some(pid) && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

/// The data folder and port of the server with this process id; none when it is no
/// server that takes connections.
pub(crate) fn place_of(pid: u32) -> Option<(PathBuf, u16)> {
    // A server changes into its data folder at its start and stays there.
    let data_dir = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    if !is_ready(&data_dir, pid) {
        return None;
    }
    let text = fs::read_to_string(data_dir.join("postmaster.pid")).ok()?;
    let port = text.lines().nth(3)?.trim().parse().ok()?;
    Some((data_dir, port))
}

/// Ends the server: first disconnecting clients and writing a checkpoint, then at once,
/// then by force. `ended` says whether it is gone.
pub(crate) fn end(pid: u32, mut ended: impl FnMut() -> bool) -> Result<(), ClusterError> {
    for (signal, patience) in [(Signal::SIGINT, FAST), (Signal::SIGQUIT, IMMEDIATE)] {
        send(pid, signal);
        if wait(patience, &mut ended) {
            return Ok(());
        }
    }
    send(pid, Signal::SIGKILL);
    wait(IMMEDIATE, &mut ended);
    Err(ClusterError::Killed { pid, waited_s: (FAST + IMMEDIATE).as_secs() })
}

/// Stops a server that an earlier program left running in `data_dir`. Gives whether there was one.
///
/// The process is only touched when it is a PostgreSQL server that works in this folder,
/// so a process id that has since gone to another program is safe.
///
/// Errors: [`ClusterError::Killed`] when it had to be ended by force.
pub fn stop_left_over(data_dir: &Path) -> Result<bool, ClusterError> {
    let Ok(text) = fs::read_to_string(data_dir.join("postmaster.pid")) else { return Ok(false) };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else {
        return Ok(false);
    };
    if !works_in(pid, data_dir) {
        return Ok(false);
    }
    end(pid, || !works_in(pid, data_dir))?;
    Ok(true)
}

/// A server changes into its data folder at its start and stays there.
#[cfg(target_os = "linux")]
fn works_in(pid: u32, data_dir: &Path) -> bool {
    let folder = fs::read_link(format!("/proc/{pid}/cwd"));
    matches!((folder, data_dir.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(target_os = "linux"))]
fn works_in(pid: u32, data_dir: &Path) -> bool {
    let listed = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
    listed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*data_dir.to_string_lossy()))
}

fn send(pid: u32, signal: Signal) {
    let Ok(pid) = i32::try_from(pid) else { return };
    // A process that is gone already is what we want.
    if let Err(error) = kill(Pid::from_raw(pid), signal) {
        debug_assert_eq!(error, Errno::ESRCH);
    }
}

fn wait(patience: Duration, ended: &mut impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < patience {
        if ended() {
            return true;
        }
        thread::sleep(POLL);
    }
    ended()
}
