//! One process at one moment, read from `/proc`.

use std::{collections::BTreeMap, io::BufRead};

use procfs::{
    FromBufRead, ProcError, ProcResult,
    process::{Process, Status, Task},
};

const KIB: u64 = 1024;

/// What one process had used, and who its children were.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    pub(super) parent: i32,
    pub(super) children: Vec<i32>,
    /// Processor time of its own threads, in ticks; those that ended are included.
    pub(super) own_ticks: u64,
    /// Processor time of children that ended and that it has waited for, in ticks.
    pub(super) waited_ticks: u64,
    /// By thread.
    pub(super) threads: BTreeMap<i32, ThreadReading>,
    /// None where it may not be read.
    pub(super) memory: Option<Memory>,
    /// Bytes read from and written to block devices, children that were waited for
    /// included; none where it may not be read.
    pub(super) block_bytes: Option<(u64, u64)>,
}

/// What the kernel counts for each thread alone.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ThreadReading {
    pub(super) switches: u64,
    /// Time for which it could have run and had no processor, in nanoseconds; none
    /// where the kernel does not count it.
    pub(super) waited_ns: Option<u64>,
}

/// Resident memory by what it is, in bytes: only the first kind is a process's alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) own: u64,
    pub(super) of_files: u64,
    pub(super) shared: u64,
}

impl Reading {
    /// Reads a process that may end at any moment.
    ///
    /// # Errors
    /// When it has ended.
    pub(super) fn of(process: &Process) -> ProcResult<Self> {
        let stat = process.stat()?;
        let mut reading = Self {
            parent: stat.ppid,
            own_ticks: stat.utime.saturating_add(stat.stime),
            waited_ticks: u64::try_from(stat.cutime.saturating_add(stat.cstime)).unwrap_or(0),
            ..Self::default()
        };
        // One that has ended and was not yet waited for has no memory any more.
        reading.memory = match stat.state {
            'Z' | 'X' => Some(Memory::default()),
            _ => process.status().ok().as_ref().and_then(Memory::of),
        };
        if let Ok(io) = process.io() {
            reading.block_bytes =
                Some((io.read_bytes, io.write_bytes.saturating_sub(io.cancelled_write_bytes)));
        }
        if stat.num_threads > 1 {
            // A thread that ends while it is read is one that has ended.
            process.tasks()?.flatten().for_each(|task| reading.add(&task));
        } else {
            reading.add(&process.task_main_thread()?);
        }
        Ok(reading)
    }

    fn add(&mut self, task: &Task) {
        let Ok(Switches(switches)) = task.read("status") else { return };
        let waited_ns = task.schedstat().ok().map(|schedule| schedule.run_delay);
        self.threads.insert(task.tid, ThreadReading { switches, waited_ns });
        self.children.extend(task.children().into_iter().flatten().filter_map(|pid| i32::try_from(pid).ok()));
    }
}

impl Memory {
    fn of(status: &Status) -> Option<Self> {
        Some(Self {
            own: status.rssanon? * KIB,
            of_files: status.rssfile? * KIB,
            shared: status.rssshmem? * KIB,
        })
    }

    /// Together with another process's: what both may see counts once.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            own: self.own + other.own,
            of_files: self.of_files.max(other.of_files),
            shared: self.shared.max(other.shared),
        }
    }

    pub(super) fn bytes(self) -> u64 {
        self.own + self.of_files + self.shared
    }
}

/// The context switches of a thread's `status`: its last lines. The rest of that
/// file is not taken apart for each of a hundred threads a second.
struct Switches(u64);

impl FromBufRead for Switches {
    fn from_buf_read<R: BufRead>(reader: R) -> ProcResult<Self> {
        let mut sum = None;
        for line in reader.lines() {
            let line = line?;
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.ends_with("voluntary_ctxt_switches") {
                let count = value.trim().parse::<u64>().map_err(|_| ProcError::Incomplete(None))?;
                sum = Some(sum.unwrap_or(0) + count);
            }
        }
        sum.map(Switches).ok_or(ProcError::Incomplete(None))
    }
}
