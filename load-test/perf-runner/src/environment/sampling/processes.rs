//! The processes that are sampled, and the host they run on.

use std::{collections::BTreeMap, time::Instant};

use super::{
    Sampled, Timed,
    counted::{Counted, Readings},
    empty,
    host::Host,
    missing::Missing,
    sockets::SocketReader,
    throttling::Throttling,
    tree::ProcessTree,
};
use crate::model::{ResourceSample, Target};

/// Reads all of them again and again.
#[derive(Debug)]
pub(super) struct Processes {
    targets: Vec<Watched>,
    host: Host,
    sockets: SocketReader,
    pub(super) samples: Vec<Timed<ResourceSample>>,
    pub(super) missing: Missing,
    pub(super) processors: BTreeMap<Target, Vec<u32>>,
}

/// One target: a process with its children, where they can be seen, or something
/// with counters of its own.
#[derive(Debug)]
struct Watched {
    target: Target,
    seen: Option<(ProcessTree, Throttling)>,
}

impl Processes {
    /// `counted` are the targets with counters of their own.
    pub(super) fn new(sampled: &Sampled, counted: &[Target]) -> Self {
        let (mut missing, runner) = (Missing::default(), std::process::id());
        let mut targets = vec![Watched {
            target: Target::Runner,
            // Everything else is its child, too.
            seen: Some((ProcessTree::alone(runner), Throttling::of(runner))),
        }];
        let pids = [
            (Target::Api, sampled.service),
            (Target::K6, sampled.generator),
            (Target::Postgres, sampled.database),
        ];
        for (target, pid) in pids {
            let seen = pid.map(|pid| (ProcessTree::of(pid), Throttling::of(pid)));
            if seen.is_some() || counted.contains(&target) {
                targets.push(Watched { target, seen });
            } else {
                missing.tell(target, "process", "the runner did not start it");
            }
        }
        let uncounted = |target: &Target| !counted.contains(target);
        for target in targets.iter().map(|watched| watched.target).filter(uncounted) {
            missing.tell(
                target,
                "network",
                "the kernel counts bytes of the network for the host, not for a process",
            );
        }
        for target in counted {
            missing.tell(*target, "sockets", "they are in a network of their own");
        }
        missing.tell(Target::Host, "throttling", "limits are set to groups of processes, not to the host");
        Self {
            targets,
            host: Host::default(),
            sockets: SocketReader::new(sampled.ports),
            samples: Vec::new(),
            missing,
            processors: BTreeMap::new(),
        }
    }

    /// One sample of each target that is still there, and of the host. What has
    /// counters of its own was just read.
    pub(super) fn read(&mut self, counted: &Readings) {
        let first = self.samples.len();
        for watched in &mut self.targets {
            let counted = match counted.get(&watched.target) {
                Some(Ok(counted)) => Some(counted),
                Some(Err(reason)) => {
                    self.missing.tell(watched.target, "counters", reason);
                    None
                }
                None => None,
            };
            if let Some(sample) = watched.read(counted, &mut self.missing) {
                self.samples.push(sample);
            }
            if let (false, Some(numbers)) =
                (self.processors.contains_key(&watched.target), watched.processors())
            {
                self.processors.insert(watched.target, numbers);
            }
        }
        let mut sample = Timed::now(empty(Target::Host));
        self.host.read(&mut sample.value, &mut self.missing);
        self.samples.push(sample);
        if let Some(numbers) = self.processors.get(&Target::Runner) {
            self.processors.insert(Target::Host, numbers.clone());
        }
        self.read_sockets(first);
    }

    /// How many processors each target has kept busy between the last two readings
    /// of it.
    pub(super) fn cores(&self) -> BTreeMap<Target, f64> {
        let targets = [Target::Api, Target::K6, Target::Postgres, Target::Runner, Target::Host];
        targets.into_iter().filter_map(|target| Some((target, self.cores_of(target)?))).collect()
    }

    fn cores_of(&self, target: Target) -> Option<f64> {
        let mut of_target = self.samples.iter().rev().filter(|sample| sample.value.target == target);
        let (last, before) = (of_target.next()?, of_target.next()?);
        let used = last.value.cpu_seconds? - before.value.cpu_seconds?;
        let seconds = last.at.checked_duration_since(before.at)?.as_secs_f64();
        (used >= 0.0 && seconds > 0.0).then(|| used / seconds)
    }

    /// Adds sockets to the samples of this reading.
    fn read_sockets(&mut self, first: usize) {
        let Some(read) = self.missing.unless(Target::Host, "sockets", self.sockets.read()) else { return };
        let Some(mut sockets) = read else {
            let reason = "there are too many of them to be counted every second";
            return self.missing.tell(Target::Host, "sockets", reason);
        };
        for sample in self.samples.iter_mut().skip(first) {
            sample.value.sockets = sockets.remove(&sample.value.target);
        }
    }
}

impl Watched {
    /// None once nobody of it is left. Where both are there, its own counters win:
    /// they know of processes that came and went between two readings.
    fn read(&mut self, counted: Option<&Counted>, missing: &mut Missing) -> Option<Timed<ResourceSample>> {
        let at = Instant::now();
        let seen = self.seen.as_mut();
        let of_processes = seen.and_then(|(tree, throttling)| of_processes(self.target, tree, throttling));
        let value = match (of_processes, counted) {
            (None, None) => return None,
            (Some(sample), None) => sample,
            (sample, Some(counted)) => overlaid(sample.unwrap_or_else(|| empty(self.target)), counted),
        };
        let mut absent = |source: &str, is_absent: bool, reason: &str| {
            if is_absent {
                missing.tell(self.target, source, reason);
            }
        };
        absent("memory", value.rss_bytes.is_none(), "the kernel does not tell it");
        absent("block", value.block_read_bytes.is_none(), "this user may not read it");
        absent("cpu_wait", value.pressure.is_none(), "the kernel does not count it");
        absent(
            "throttling",
            value.throttled_seconds.is_none(),
            "no group that it is in has a limit on processor time",
        );
        absent("context_switches", value.context_switches.is_none(), "its processes cannot be seen");
        Some(Timed { at, value })
    }

    fn processors(&self) -> Option<Vec<u32>> {
        self.seen.as_ref()?.0.processors()
    }
}

fn of_processes(target: Target, tree: &mut ProcessTree, throttling: &Throttling) -> Option<ResourceSample> {
    let used = tree.read()?;
    let pressure = used.cpu_wait_seconds.map(|seconds| BTreeMap::from([("cpu_wait".to_owned(), seconds)]));
    Some(ResourceSample {
        cpu_seconds: Some(used.cpu_seconds),
        rss_bytes: used.rss_bytes,
        threads: Some(used.threads),
        context_switches: Some(used.context_switches),
        block_read_bytes: used.block_bytes.map(|(read, _)| read),
        block_written_bytes: used.block_bytes.map(|(_, written)| written),
        throttled_seconds: throttling.seconds(),
        pressure,
        ..empty(target)
    })
}

fn overlaid(seen: ResourceSample, counted: &Counted) -> ResourceSample {
    let Counted { cpu_seconds, throttled_seconds, rss_bytes, threads, .. } = counted;
    ResourceSample {
        cpu_seconds: cpu_seconds.or(seen.cpu_seconds),
        throttled_seconds: throttled_seconds.or(seen.throttled_seconds),
        // As a process's memory is counted elsewhere, so that both can be compared.
        rss_bytes: seen.rss_bytes.or(*rss_bytes),
        threads: seen.threads.or(*threads),
        network_received_bytes: counted.network_received_bytes,
        network_sent_bytes: counted.network_sent_bytes,
        block_read_bytes: counted.block_read_bytes.or(seen.block_read_bytes),
        block_written_bytes: counted.block_written_bytes.or(seen.block_written_bytes),
        ..seen
    }
}
