//! What somebody else than the kernel's files of a process counts: an engine, of
//! its containers.

use std::collections::BTreeMap;

use crate::model::Target;

/// Counters of one target, from its start on. Null means "not counted".
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::environment) struct Counted {
    pub(in crate::environment) cpu_seconds: Option<f64>,
    pub(in crate::environment) throttled_seconds: Option<f64>,
    /// Memory of its processes, without the files that the kernel keeps for it.
    pub(in crate::environment) rss_bytes: Option<u64>,
    pub(in crate::environment) threads: Option<u64>,
    pub(in crate::environment) network_received_bytes: Option<u64>,
    pub(in crate::environment) network_sent_bytes: Option<u64>,
    pub(in crate::environment) block_read_bytes: Option<u64>,
    pub(in crate::environment) block_written_bytes: Option<u64>,
}

/// What was read at one moment; why not, in words.
pub(in crate::environment) type Readings = BTreeMap<Target, Result<Counted, String>>;

/// Somebody who counts.
pub(in crate::environment) trait Counters {
    /// Whose counters there are.
    fn targets(&self) -> Vec<Target>;

    /// All counters as they are now. Comes back within a few seconds.
    async fn read(&self) -> Readings;
}

/// Nobody counts: everything is read from the kernel's files.
#[derive(Debug, Clone, Copy)]
pub(in crate::environment) struct Uncounted;

impl Counters for Uncounted {
    fn targets(&self) -> Vec<Target> {
        Vec::new()
    }

    async fn read(&self) -> Readings {
        BTreeMap::new()
    }
}
