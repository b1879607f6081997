//! What processes cost: counters of the kernel, read before and after.

use std::collections::HashMap;

use procfs::{
    CurrentSI, KernelStats,
    process::{Process, Stat, all_processes},
};

use crate::fault::Fault;

/// A process with all its descendants at one moment.
pub(super) struct Tree(Vec<Stat>);

impl Tree {
    /// The tree below `root`, which is part of it.
    ///
    /// Errors: `/proc` cannot be read.
    pub(super) fn of(root: i32) -> Result<Self, Fault> {
        let mut children: HashMap<i32, Vec<Stat>> = HashMap::new();
        let mut members = Vec::new();
        for process in all_processes().map_err(unreadable)? {
            // One that ends while we look is one that is not there.
            let Ok(stat) = process.and_then(|process| process.stat()) else { continue };
            if stat.pid == root {
                members.push(stat);
            } else {
                children.entry(stat.ppid).or_default().push(stat);
            }
        }
        let mut next = 0;
        while let Some(pid) = members.get(next).map(|member| member.pid) {
            members.extend(children.remove(&pid).unwrap_or_default());
            next += 1;
        }
        Ok(Self(members))
    }

    /// CPU seconds used so far, those of ended and awaited children included: so the sum
    /// never falls when a child ends.
    pub(super) fn cpu_s(&self) -> f64 {
        self.0.iter().map(|stat| seconds(stat.utime + stat.stime) + of_ended_children(stat)).sum()
    }

    /// Resident memory in MiB. Shared pages count in each process.
    pub(super) fn memory_mib(&self) -> f64 {
        let pages: u64 = self.0.iter().map(|stat| stat.rss).sum();
        to_f64(pages * procfs::page_size()) / (1024.0 * 1024.0)
    }
}

/// CPU seconds that our own ended children used so far.
///
/// Errors: `/proc` cannot be read.
pub(super) fn ended_children_cpu_s() -> Result<f64, Fault> {
    let stat = Process::myself().and_then(|process| process.stat()).map_err(unreadable)?;
    Ok(of_ended_children(&stat))
}

/// CPU seconds that the whole machine was busy so far.
///
/// Errors: `/proc` cannot be read.
pub(super) fn host_busy_s() -> Result<f64, Fault> {
    let all = KernelStats::current().map_err(unreadable)?.total;
    let rest = [all.irq, all.softirq, all.steal].into_iter().flatten();
    Ok(seconds(all.user + all.nice + all.system + rest.sum::<u64>()))
}

fn of_ended_children(stat: &Stat) -> f64 {
    seconds(u64::try_from(stat.cutime + stat.cstime).unwrap_or(0))
}

fn seconds(ticks: u64) -> f64 {
    to_f64(ticks) / to_f64(procfs::ticks_per_second())
}

// Counters of one session are far below 2^53.
#[expect(clippy::cast_precision_loss)]
pub(super) fn to_f64(count: u64) -> f64 {
    count as f64
}

fn unreadable(error: procfs::ProcError) -> Fault {
    Fault::because("cannot read the counters in /proc")(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_cost_of_a_child_stays_counted_when_it_has_ended() {
        let own = i32::try_from(std::process::id()).unwrap();
        let before = (Tree::of(own).unwrap().cpu_s(), ended_children_cpu_s().unwrap());
        let work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        assert!(Command::new("sh").args(["-c", work]).status().unwrap().success());
        assert!(Tree::of(own).unwrap().cpu_s() > before.0);
        assert!(ended_children_cpu_s().unwrap() > before.1);
    }

    #[test]
    fn a_tree_has_memory_and_no_process_has_none() {
        assert!(Tree::of(i32::try_from(std::process::id()).unwrap()).unwrap().memory_mib() > 0.5);
        assert!(Tree::of(i32::MAX).unwrap().memory_mib() < f64::EPSILON);
    }
}
