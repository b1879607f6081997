//! The exclusive hold on the state folder, and the list of everything that was
//! started under it.
//!
//! The lock itself is the kernel's (`flock`), so a killed holder frees it. Beside
//! it lies the record of what runs; a start that finds a record of a dead holder
//! ends exactly the processes named there. The record is a file of its own since
//! replacing the lock file would let two holders lock two different files.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use super::{files::write_whole, identity::ProcessIdentity};
use crate::{
    fault::Fault,
    progress::{Event, Observer},
};

/// How long a left-over PostgreSQL may take for its last checkpoint, and a service
/// for what it has begun.
const GENTLE: Duration = Duration::from_secs(10);
/// How long a killed process may take to be gone.
const KILLED: Duration = Duration::from_secs(5);

/// How a process may be ended when its runner is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    /// At once, with its process group.
    Kill,
    /// SIGINT first: PostgreSQL writes its checkpoint.
    Interrupt,
    /// SIGTERM first: a service that was meant to stay finishes what it has begun.
    Terminate,
}

/// One process that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StartedProcess {
    /// What it is: the API's id, `k6`, `PostgreSQL (application)`.
    pub name: String,
    /// Which process.
    #[serde(flatten)]
    pub process: ProcessIdentity,
    /// How it may be ended.
    pub ending: Ending,
}

/// What is written beside the lock.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// A pid and its ticks mean nothing after the system was started anew.
    boot_id: String,
    holder: Option<ProcessIdentity>,
    children: Vec<StartedProcess>,
}

/// The exclusive hold on a state folder. Dropping it gives the hold up.
#[derive(Debug)]
pub(super) struct Lease {
    path: PathBuf,
    record: Record,
    lock: File,
}

impl Lease {
    /// Takes the hold and ends what a killed holder left behind, telling the observer.
    ///
    /// # Errors
    /// When another runner holds it (naming its pid), or the folder cannot be written.
    pub(super) fn take(folder: &Path, observer: &dyn Observer) -> Result<Self, Fault> {
        fs::create_dir_all(folder).map_err(|error| cannot("make the folder", folder, error))?;
        let lock_path = folder.join("runner.lock");
        let lock = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(|error| cannot("open the lock", &lock_path, error))?;
        let path = folder.join("processes.json");
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&path, folder)),
            Err(TryLockError::Error(error)) => return Err(cannot("lock", &lock_path, error)),
        }
        end_left_over(&path, observer);
        let record = Record { boot_id: boot_id(), holder: ProcessIdentity::own(), children: Vec::new() };
        let lease = Self { path, record, lock };
        lease.write()?;
        Ok(lease)
    }

    /// Records a process that was just started. Between its start and this call
    /// its parent-death signal is what ends it.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub(super) fn started(&mut self, name: &str, pid: u32, ending: Ending) -> Result<(), Fault> {
        // One that is gone already needs no record.
        let Some(process) = ProcessIdentity::of(pid) else { return Ok(()) };
        self.record.children.push(StartedProcess { name: name.to_owned(), process, ending });
        self.write()
    }

    /// Takes a process that ended from the record.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub(super) fn ended(&mut self, pid: u32) -> Result<(), Fault> {
        self.record.children.retain(|child| child.process.pid != pid);
        self.write()
    }

    /// What is recorded as running.
    pub(super) fn children(&self) -> &[StartedProcess] {
        &self.record.children
    }

    fn write(&self) -> Result<(), Fault> {
        let text = serde_json::to_string_pretty(&self.record)
            .map_err(|error| Fault::failed("cannot write down the started processes").cause(error))?;
        write_whole(&self.path, text.as_bytes()).map_err(|error| cannot("write", &self.path, error))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // With children left the record stays: the next start ends them.
        if self.record.children.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
        // A child that another thread starts at this moment has a copy of the file until it
        // becomes its own program; closing ours alone would leave the lock to that copy.
        let _ = self.lock.unlock();
    }
}

/// Ends one process by the way it asks for; gives whether it was running.
pub(super) fn end(child: &StartedProcess) -> bool {
    let process = child.process;
    if !process.is_running() {
        return false;
    }
    let gentle = match child.ending {
        Ending::Kill => None,
        Ending::Interrupt => Some(Signal::SIGINT),
        Ending::Terminate => Some(Signal::SIGTERM),
    };
    let asked = gentle.is_some_and(|signal| process.signal(signal));
    // A stopped process hears of nothing but SIGKILL until it goes on.
    if asked && process.signal(Signal::SIGCONT) && process.wait_gone(GENTLE) {
        return true;
    }
    process.kill_with_group();
    process.wait_gone(KILLED);
    true
}

/// A process that a living holder has on record, by its name; none when there is no
/// such holder or process.
pub(super) fn child_of_holder(folder: &Path, name: &str) -> Option<u32> {
    let record = read(&folder.join("processes.json"))?;
    if record.boot_id != boot_id() || !record.holder?.is_running() {
        return None;
    }
    let child = record.children.into_iter().find(|child| child.name == name)?;
    child.process.is_running().then_some(child.process.pid)
}

/// Identifies this start of the system.
pub(super) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

fn read(path: &Path) -> Option<Record> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

fn end_left_over(path: &Path, observer: &dyn Observer) {
    let Some(record) = read(path) else { return };
    if record.boot_id != boot_id() {
        return;
    }
    let ended: Vec<String> = record
        .children
        .iter()
        .filter(|child| end(child))
        .map(|child| format!("{} (pid {})", child.name, child.process.pid))
        .collect();
    if !ended.is_empty() {
        let holder = record.holder.map_or_else(String::new, |holder| format!(" (pid {})", holder.pid));
        let text = format!("an earlier run{holder} was killed; ended what it left: {}", ended.join(", "));
        observer.observe(&Event::Note { text });
    }
}

fn held(record: &Path, folder: &Path) -> Fault {
    let who = read(record).and_then(|record| record.holder).map_or_else(
        || "another perf-runner".to_owned(),
        |holder| format!("another perf-runner (pid {})", holder.pid),
    );
    Fault::failed(format!("{who} is running with the state folder {}", folder.display()))
        .repair("wait for it, or end it with Ctrl-C; two campaigns at once would measure each other")
}

fn cannot(action: &str, path: &Path, error: std::io::Error) -> Fault {
    Fault::failed(format!("cannot {action} {}", path.display()))
        .cause(error)
        .repair("the folder must be writable for this user")
}

#[cfg(test)]
mod tests {
    use std::{
        os::unix::process::CommandExt,
        process::{Child, Command},
        sync::Mutex,
    };

    use super::*;
    use crate::progress::Silence;

    #[derive(Default)]
    struct Notes(Mutex<Vec<String>>);

    impl Observer for Notes {
        fn observe(&self, event: &Event) {
            if let Event::Note { text } = event {
                self.0.lock().unwrap().push(text.clone());
            }
        }
    }

    fn sleeper() -> Child {
        Command::new("sleep").arg("300").process_group(0).spawn().unwrap()
    }

    fn ends(mut child: Child) {
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_second_holder_is_refused_and_told_the_pid_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lease::take(folder.path(), &Silence).unwrap();
        let refused = Lease::take(folder.path(), &Silence).unwrap_err().to_string();
        assert!(refused.contains(&format!("pid {}", std::process::id())), "{refused}");
        drop(first);
        Lease::take(folder.path(), &Silence).unwrap();
    }

    #[test]
    fn a_lease_that_was_given_back_is_free_though_a_copy_of_its_lock_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let lease = Lease::take(folder.path(), &Silence).unwrap();
        // What a child has from its fork until it becomes its own program.
        let copy = lease.lock.try_clone().unwrap();
        drop(lease);
        Lease::take(folder.path(), &Silence).unwrap();
        drop(copy);
    }

    #[test]
    fn what_a_killed_holder_left_is_ended_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (left, bystander) = (sleeper(), sleeper());
        let mut lease = Lease::take(folder.path(), &Silence).unwrap();
        lease.started("producer-api-rust-rest", left.id(), Ending::Kill).unwrap();
        lease.started("k6", bystander.id(), Ending::Kill).unwrap();
        // The second pid went to another program in the meantime.
        lease.record.children[1].process.started_ticks -= 1;
        lease.write().unwrap();
        // A killed holder leaves its record and loses its lock.
        drop(lease);

        let notes = Notes::default();
        Lease::take(folder.path(), &notes).unwrap();
        assert!(ProcessIdentity::of(left.id()).is_none(), "the left-over process still runs");
        assert!(ProcessIdentity::of(bystander.id()).is_some(), "a process that is not ours was ended");
        let notes = notes.0.into_inner().unwrap();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains(&format!("producer-api-rust-rest (pid {})", left.id())), "{notes:?}");
        assert!(!notes[0].contains("k6"), "{notes:?}");
        ends(left);
        ends(bystander);
    }

    #[test]
    fn a_left_over_that_may_end_gently_is_asked_even_when_it_was_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let asked = folder.path().join("asked");
        // Not SIGINT: a shell cannot trap it where the tests were started in the background.
        let script =
            format!("trap 'touch {}; exit' TERM; echo; while :; do sleep 0.02; done", asked.display());
        let mut left = Command::new("sh")
            .args(["-c", &script])
            .stdout(std::process::Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        // Its first line says that it listens to the signal.
        std::io::Read::read_exact(left.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        let mut lease = Lease::take(folder.path(), &Silence).unwrap();
        lease.started("PostgreSQL (metrics)", left.id(), Ending::Terminate).unwrap();
        drop(lease);
        assert!(ProcessIdentity::of(left.id()).unwrap().signal(Signal::SIGSTOP));
        Lease::take(folder.path(), &Silence).unwrap();
        assert!(asked.exists() && ProcessIdentity::of(left.id()).is_none());
        left.wait().unwrap();
    }

    #[test]
    fn a_record_of_an_earlier_start_of_the_system_or_a_broken_one_ends_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let bystander = sleeper();
        let mut lease = Lease::take(folder.path(), &Silence).unwrap();
        lease.started("k6", bystander.id(), Ending::Kill).unwrap();
        lease.record.boot_id = "another".into();
        lease.write().unwrap();
        drop(lease);
        drop(Lease::take(folder.path(), &Silence).unwrap());
        fs::write(folder.path().join("processes.json"), "{\"holder\": 12, \"chil").unwrap();
        Lease::take(folder.path(), &Silence).unwrap();
        assert!(ProcessIdentity::of(bystander.id()).is_some());
        ends(bystander);
    }
}
