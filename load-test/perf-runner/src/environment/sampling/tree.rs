//! A process with everything that it started, as one thing that only grows.
//!
//! Processes come and go; what they used stays used. The kernel adds the processor
//! time of a child to its parent when the parent waits for it. A parent that does
//! not care for its children gets nothing, so what the last reading knew of such a
//! child is kept here.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use procfs::process::{Process, all_processes};

use super::reading::{Memory, Reading};

/// Which children a thread has; not every kernel is built to tell.
const CHILDREN_FILE: &str = "/proc/thread-self/children";

/// What a tree of processes has used at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TreeUse {
    pub(super) cpu_seconds: f64,
    pub(super) rss_bytes: Option<u64>,
    pub(super) threads: u64,
    pub(super) context_switches: u64,
    /// Read and written.
    pub(super) block_bytes: Option<(u64, u64)>,
    /// Time for which threads could have run and had no processor.
    pub(super) cpu_wait_seconds: Option<f64>,
}

/// A process and, unless only it is meant, its descendants.
#[derive(Debug)]
pub(super) struct ProcessTree {
    root: i32,
    with_children: bool,
    known: BTreeMap<i32, Known>,
    ended: Ended,
    block_bytes: (u64, u64),
}

#[derive(Debug)]
struct Known {
    /// Open, so that no other process can take its place under the same pid.
    process: Process,
    last: Reading,
    /// Of threads that ended.
    switches: u64,
    waited_ns: u64,
}

/// What was used by those that are gone and in nobody's books.
#[derive(Debug, Default)]
struct Ended {
    ticks: u64,
    switches: u64,
    waited_ns: u64,
}

impl ProcessTree {
    /// The process with everything that it starts.
    pub(super) fn of(pid: u32) -> Self {
        Self::new(pid, true)
    }

    /// The process and nothing else.
    pub(super) fn alone(pid: u32) -> Self {
        Self::new(pid, false)
    }

    fn new(pid: u32, with_children: bool) -> Self {
        Self {
            root: i32::try_from(pid).unwrap_or(0),
            with_children,
            known: BTreeMap::new(),
            ended: Ended::default(),
            block_bytes: (0, 0),
        }
    }

    /// Reads all of them; none once nobody of them is left.
    pub(super) fn read(&mut self) -> Option<TreeUse> {
        if self.known.is_empty() {
            self.meet(self.root);
        }
        let before: BTreeMap<i32, Reading> =
            self.known.iter().map(|(pid, known)| (*pid, known.last.clone())).collect();
        self.read_again(&before);
        if self.with_children {
            self.meet_children();
        }
        self.keep_what_is_lost(&before);
        (!self.known.is_empty()).then(|| self.total())
    }

    /// The processors that the first process may use, by number.
    pub(super) fn processors(&self) -> Option<Vec<u32>> {
        let status = self.known.get(&self.root)?.process.status().ok()?;
        Some(status.cpus_allowed_list?.into_iter().flat_map(|(first, last)| first..=last).collect())
    }

    fn meet(&mut self, pid: i32) -> Option<Vec<i32>> {
        let process = Process::new(pid).ok()?;
        let last = Reading::of(&process).ok()?;
        let children = last.children.clone();
        self.known.insert(pid, Known { process, last, switches: 0, waited_ns: 0 });
        Some(children)
    }

    /// Reads those that are known again, and forgets whoever has ended. What one
    /// that ended had used is in its parent's books by then, so those are read
    /// once more: read before, they may lack it.
    fn read_again(&mut self, before: &BTreeMap<i32, Reading>) {
        let mut unread: BTreeSet<i32> = self.known.keys().copied().collect();
        while !unread.is_empty() {
            let ended: Vec<i32> = unread.into_iter().filter(|pid| !self.refresh(*pid)).collect();
            unread = ended.into_iter().filter_map(|pid| self.ancestor_left(pid, before)).collect();
        }
    }

    /// Whether the process was still there to be read.
    fn refresh(&mut self, pid: i32) -> bool {
        let Some(known) = self.known.get_mut(&pid) else { return false };
        if let Ok(reading) = Reading::of(&known.process) {
            known.take(reading);
            return true;
        }
        known.take(Reading::default());
        self.ended.switches += known.switches;
        self.ended.waited_ns += known.waited_ns;
        self.known.remove(&pid);
        false
    }

    /// Takes in whoever was started since; also the children of those.
    fn meet_children(&mut self) {
        let mut unmet: Vec<i32> = if Path::new(CHILDREN_FILE).exists() {
            self.known.values().flat_map(|known| known.last.children.clone()).collect()
        } else {
            descendants(self.known.keys().copied().collect())
        };
        while let Some(pid) = unmet.pop() {
            if !self.known.contains_key(&pid) {
                unmet.extend(self.meet(pid).into_iter().flatten());
            }
        }
    }

    /// Processor time of those that ended belongs to whoever of their ancestors is
    /// left, as far as its own books have grown by as much.
    fn keep_what_is_lost(&mut self, before: &BTreeMap<i32, Reading>) {
        let mut owed: BTreeMap<Option<i32>, u64> = BTreeMap::new();
        for (pid, reading) in before.iter().filter(|(pid, _)| !self.known.contains_key(pid)) {
            let heir = self.ancestor_left(*pid, before);
            *owed.entry(heir).or_default() += reading.own_ticks + reading.waited_ticks;
        }
        for (heir, ticks) in owed {
            let booked = heir.and_then(|heir| {
                let now = self.known.get(&heir)?.last.waited_ticks;
                Some(now.saturating_sub(before.get(&heir)?.waited_ticks))
            });
            self.ended.ticks += ticks.saturating_sub(booked.unwrap_or(0));
        }
    }

    fn ancestor_left(&self, pid: i32, before: &BTreeMap<i32, Reading>) -> Option<i32> {
        let mut at = before.get(&pid)?.parent;
        // No longer than there were processes, whatever `/proc` says.
        for _ in 0..=before.len() {
            if self.known.contains_key(&at) {
                return Some(at);
            }
            at = before.get(&at)?.parent;
        }
        None
    }

    fn total(&mut self) -> TreeUse {
        let readings: Vec<&Reading> = self.known.values().map(|known| &known.last).collect();
        let threads = || readings.iter().flat_map(|reading| reading.threads.values());
        let waited_for = |reading: &Reading| if self.with_children { reading.waited_ticks } else { 0 };
        let ticks: u64 = readings.iter().map(|reading| reading.own_ticks + waited_for(reading)).sum();
        let waited_ns: Option<u64> = threads().map(|thread| thread.waited_ns).sum();
        let memory: Option<Vec<Memory>> = readings.iter().map(|reading| reading.memory).collect();
        let block_bytes = readings
            .iter()
            .try_fold((0, 0), |sum, reading| reading.block_bytes.map(|of| (sum.0 + of.0, sum.1 + of.1)));
        let of_ended_threads = |of: fn(&Known) -> u64| self.known.values().map(of).sum::<u64>();
        let switches = self.ended.switches + of_ended_threads(|known| known.switches);
        let wait_ns = self.ended.waited_ns + of_ended_threads(|known| known.waited_ns);
        let total = TreeUse {
            cpu_seconds: seconds(ticks + self.ended.ticks),
            rss_bytes: memory.map(|all| all.into_iter().fold(Memory::default(), Memory::and).bytes()),
            threads: threads().count() as u64,
            context_switches: switches + threads().map(|thread| thread.switches).sum::<u64>(),
            block_bytes,
            cpu_wait_seconds: waited_ns.map(|ns| Duration::from_nanos(ns + wait_ns).as_secs_f64()),
        };
        self.never_less(total)
    }

    /// Children that nobody waited for take their blocks with them.
    fn never_less(&mut self, mut total: TreeUse) -> TreeUse {
        total.block_bytes = total.block_bytes.map(|(read, written)| {
            self.block_bytes = (self.block_bytes.0.max(read), self.block_bytes.1.max(written));
            self.block_bytes
        });
        total
    }
}

impl Known {
    /// Keeps what threads had used that are no longer there.
    fn take(&mut self, reading: Reading) {
        for (_, ended) in self.last.threads.iter().filter(|(id, _)| !reading.threads.contains_key(id)) {
            self.switches += ended.switches;
            self.waited_ns += ended.waited_ns.unwrap_or(0);
        }
        self.last = reading;
    }
}

/// Everything that comes from these, by looking at every process there is.
fn descendants(mut found: BTreeSet<i32>) -> Vec<i32> {
    let parents: Vec<(i32, i32)> = all_processes()
        .into_iter()
        .flatten()
        .filter_map(|process| process.ok()?.stat().ok())
        .map(|stat| (stat.pid, stat.ppid))
        .collect();
    loop {
        let more: Vec<i32> = parents
            .iter()
            .filter(|(pid, parent)| found.contains(parent) && !found.contains(pid))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            return found.into_iter().collect();
        }
        found.extend(more);
    }
}

#[allow(clippy::cast_precision_loss)] // Ticks stay far below 2^52.
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / procfs::ticks_per_second() as f64
}

#[cfg(test)]
mod tests;
