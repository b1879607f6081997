//! The processes that are sampled, and the host they run on.

use std::{collections::BTreeMap, time::Instant};

use super::{
    Sampled, Timed, empty, host::Host, missing::Missing, sockets::SocketReader, throttling::Throttling,
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

/// One target that is a process with its children.
#[derive(Debug)]
struct Watched {
    target: Target,
    tree: ProcessTree,
    throttling: Throttling,
}

impl Processes {
    pub(super) fn new(sampled: &Sampled) -> Self {
        let (mut missing, runner) = (Missing::default(), std::process::id());
        let mut targets = vec![Watched {
            target: Target::Runner,
            // Everything else is its child, too.
            tree: ProcessTree::alone(runner),
            throttling: Throttling::of(runner),
        }];
        let pids = [
            (Target::Api, sampled.service),
            (Target::K6, Some(sampled.generator)),
            (Target::Postgres, sampled.database),
        ];
        for (target, pid) in pids {
            match pid {
                Some(pid) => {
                    let (tree, throttling) = (ProcessTree::of(pid), Throttling::of(pid));
                    targets.push(Watched { target, tree, throttling });
                }
                None => missing.tell(target, "process", "the runner did not start it"),
            }
        }
        for target in targets.iter().map(|watched| watched.target) {
            missing.tell(
                target,
                "network",
                "the kernel counts bytes of the network for the host, not for a process",
            );
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

    /// One sample of each target that is still there, and of the host.
    pub(super) fn read(&mut self) {
        let first = self.samples.len();
        for watched in &mut self.targets {
            if let Some(sample) = watched.read(&mut self.missing) {
                self.samples.push(sample);
            }
            if let (false, Some(numbers)) =
                (self.processors.contains_key(&watched.target), watched.tree.processors())
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
    fn read(&mut self, missing: &mut Missing) -> Option<Timed<ResourceSample>> {
        let at = Instant::now();
        let used = self.tree.read()?;
        let mut absent = |source: &str, is_absent: bool, reason: &str| {
            if is_absent {
                missing.tell(self.target, source, reason);
            }
        };
        let throttled_seconds = self.throttling.seconds();
        absent("memory", used.rss_bytes.is_none(), "the kernel does not tell it");
        absent("block", used.block_bytes.is_none(), "this user may not read it");
        absent("cpu_wait", used.cpu_wait_seconds.is_none(), "the kernel does not count it");
        absent(
            "throttling",
            throttled_seconds.is_none(),
            "no group that it is in has a limit on processor time",
        );
        let pressure =
            used.cpu_wait_seconds.map(|seconds| BTreeMap::from([("cpu_wait".to_owned(), seconds)]));
        let value = ResourceSample {
            cpu_seconds: Some(used.cpu_seconds),
            rss_bytes: used.rss_bytes,
            threads: Some(used.threads),
            context_switches: Some(used.context_switches),
            block_read_bytes: used.block_bytes.map(|(read, _)| read),
            block_written_bytes: used.block_bytes.map(|(_, written)| written),
            throttled_seconds,
            pressure,
            ..empty(self.target)
        };
        Some(Timed { at, value })
    }
}
