//! The host as a whole: what everything on it used, and what was short.

use std::{collections::BTreeMap, path::Path, time::Instant};

use procfs::{
    CpuPressure, Current as _, CurrentSI as _, IoPressure, KernelStats, LoadAverage, Meminfo, MemoryPressure,
    ProcResult, net,
};

use super::missing::Missing;
use crate::model::{ResourceSample, Target};

/// The kernel counts blocks in sectors of this many bytes, whatever a disk's own are.
const SECTOR_BYTES: u64 = 512;
const MICROSECOND: f64 = 1e-6;
/// Disks made of others would count the same bytes again, and memory is no disk.
const NO_DISKS: [&str; 5] = ["dm-", "md", "loop", "ram", "zram"];

/// Reads the host again and again.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// The load average summed over time, and when it was last added to.
    load_seconds: f64,
    last: Option<Instant>,
}

impl Host {
    /// Fills in everything but the moment and the sockets.
    pub(super) fn read(&mut self, sample: &mut ResourceSample, missing: &mut Missing) {
        let mut counters = BTreeMap::new();
        if let Some(stats) = missing.unless(Target::Host, "cpu", KernelStats::current()) {
            let total = &stats.total;
            let interrupts: u64 = [total.irq, total.softirq].into_iter().flatten().sum();
            sample.cpu_seconds = Some(seconds(total.user + total.nice + total.system + interrupts));
            sample.context_switches = Some(stats.ctxt);
            for (name, ticks) in [("steal_seconds", total.steal), ("io_wait_seconds", total.iowait)] {
                counters.extend(ticks.map(|ticks| (name.to_owned(), seconds(ticks))));
            }
        }
        sample.rss_bytes = missing
            .unless(Target::Host, "memory", Meminfo::current())
            .and_then(|memory| Some(memory.mem_total.saturating_sub(memory.mem_available?)));
        if let Some(load) = missing.unless(Target::Host, "load", LoadAverage::current()) {
            sample.threads = Some(u64::from(load.max));
            counters.insert("load_seconds".to_owned(), self.load_seconds(load.one));
        }
        network(sample, missing);
        blocks(sample, missing);
        counters.extend(paging(missing));
        counters.extend(pressure(missing));
        sample.pressure = Some(counters);
    }

    fn load_seconds(&mut self, load: f32) -> f64 {
        let now = Instant::now();
        let since = self.last.replace(now).map_or(0.0, |last| (now - last).as_secs_f64());
        self.load_seconds += f64::from(load) * since;
        self.load_seconds
    }
}

/// All interfaces together, the loopback among them: it carries the whole load.
fn network(sample: &mut ResourceSample, missing: &mut Missing) {
    let Some(interfaces) = missing.unless(Target::Host, "network", net::dev_status()) else { return };
    sample.network_received_bytes = Some(interfaces.values().map(|interface| interface.recv_bytes).sum());
    sample.network_sent_bytes = Some(interfaces.values().map(|interface| interface.sent_bytes).sum());
}

fn blocks(sample: &mut ResourceSample, missing: &mut Missing) {
    let Some(disks) = missing.unless(Target::Host, "block", procfs::diskstats()) else { return };
    let whole = |name: &str| {
        !NO_DISKS.iter().any(|prefix| name.starts_with(prefix)) && Path::new("/sys/block").join(name).exists()
    };
    let disks = || disks.iter().filter(|disk| whole(&disk.name));
    sample.block_read_bytes = Some(disks().map(|disk| disk.sectors_read * SECTOR_BYTES).sum());
    sample.block_written_bytes = Some(disks().map(|disk| disk.sectors_written * SECTOR_BYTES).sum());
}

/// Pages that were swapped, and processes that were ended for want of memory.
fn paging(missing: &mut Missing) -> Vec<(String, f64)> {
    let Some(counters) = missing.unless(Target::Host, "swap", procfs::vmstat()) else { return Vec::new() };
    [("pswpin", "swap_in_pages"), ("pswpout", "swap_out_pages"), ("oom_kill", "oom_kills")]
        .into_iter()
        .filter_map(|(kernel, ours)| {
            let count = i32::try_from(*counters.get(kernel)?).unwrap_or(i32::MAX);
            Some((ours.to_owned(), f64::from(count)))
        })
        .collect()
}

/// Pressure stall information, where the kernel has it.
fn pressure(missing: &mut Missing) -> Vec<(String, f64)> {
    let totals = || -> ProcResult<_> {
        let (cpu, memory, io) = (CpuPressure::current()?, MemoryPressure::current()?, IoPressure::current()?);
        Ok([
            ("cpu_some", cpu.some),
            ("memory_some", memory.some),
            ("memory_full", memory.full),
            ("io_some", io.some),
            ("io_full", io.full),
        ])
    };
    let Some(totals) = missing.unless(Target::Host, "pressure", totals()) else { return Vec::new() };
    #[allow(clippy::cast_precision_loss)] // Microseconds stay far below 2^52.
    totals.into_iter().map(|(name, of)| (name.to_owned(), of.total as f64 * MICROSECOND)).collect()
}

#[allow(clippy::cast_precision_loss)] // Ticks stay far below 2^52.
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / procfs::ticks_per_second() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_busy_and_its_counters_only_grow() {
        let (mut host, mut missing) = (Host::default(), Missing::default());
        let mut read = || {
            let mut sample = super::super::empty(Target::Host);
            host.read(&mut sample, &mut missing);
            sample
        };
        let (first, second) = (read(), read());
        assert!(first.cpu_seconds.unwrap() > 0.0 && second.cpu_seconds >= first.cpu_seconds);
        assert!(first.rss_bytes.unwrap() > 0 && first.threads.unwrap() > 0);
        assert!(second.context_switches >= first.context_switches);
        assert!(first.network_received_bytes.is_some() && first.block_written_bytes.is_some());
        let (before, after) = (first.pressure.unwrap(), second.pressure.unwrap());
        assert!(before["load_seconds"] <= 0.0, "it counts from its first reading");
        // The kernel itself takes some of the waiting back.
        for (name, value) in before.iter().filter(|(name, _)| *name != "io_wait_seconds") {
            assert!(after[name] >= *value, "{name}");
        }
        assert!(before.contains_key("swap_out_pages") && before.contains_key("steal_seconds"));
        // Either the kernel tells of pressure, or that it does not is told.
        assert_ne!(before.contains_key("cpu_some"), missing.names("pressure"));
    }
}
