//! What a container has used, from its own counters: the engine reads the
//! control groups, of either version, and the network of its container alone.

use std::time::Duration;

use bollard::{
    models::{ContainerBlkioStats, ContainerMemoryStats, ContainerNetworkStats, ContainerStatsResponse},
    query_parameters::StatsOptionsBuilder,
};
use futures_util::{StreamExt as _, future::join_all};
use tokio::time::timeout;

use super::container::Container;
use crate::{
    environment::sampling::{Counted, Counters, Readings},
    fault::Fault,
    model::Target,
};

/// How long the engine may take; a second later it is asked again.
const PATIENCE: Duration = Duration::from_secs(3);

/// The containers of a load, asked all at once.
#[derive(Debug)]
pub(super) struct OfContainers(pub(super) Vec<(Target, Container)>);

impl Counters for OfContainers {
    fn targets(&self) -> Vec<Target> {
        self.0.iter().map(|(target, _)| *target).collect()
    }

    async fn read(&self) -> Readings {
        let asked = self.0.iter().map(|(target, container)| async move {
            let counted = match timeout(PATIENCE, read(container)).await {
                Ok(counted) => counted.map_err(|fault| fault.to_string()),
                Err(_) => Err(format!("the engine gave no answer within {} s", PATIENCE.as_secs())),
            };
            (*target, counted)
        });
        let all = join_all(asked).await.into_iter();
        // One that has ended has no sample any more, as a process has none.
        all.filter_map(|(target, counted)| Some((target, counted.transpose()?))).collect()
    }
}

/// Reads the counters as they are now, without waiting for a second reading; none
/// once the container has ended.
///
/// # Errors
/// When the engine does not answer.
pub(super) async fn read(container: &Container) -> Result<Option<Counted>, Fault> {
    let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
    let cannot = || Fault::failed(format!("the engine tells no counters of {}", container.what));
    let mut readings = container.engine.docker.stats(&container.id, Some(options));
    match readings.next().await {
        Some(Ok(reading)) => Ok((!has_ended(&reading)).then(|| counted(&reading))),
        Some(Err(error)) => Err(cannot().cause(error)),
        None => Err(cannot()),
    }
}

/// Of a container that has ended the engine gives zeros instead of its last counters.
fn has_ended(reading: &ContainerStatsResponse) -> bool {
    reading.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage) == Some(0)
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a test run, in seconds")]
fn counted(reading: &ContainerStatsResponse) -> Counted {
    let seconds = |nanoseconds: u64| nanoseconds as f64 / 1e9;
    let cpu = reading.cpu_stats.as_ref();
    let throttling = cpu.and_then(|cpu| cpu.throttling_data.as_ref());
    let networks = reading.networks.as_ref();
    let over_all = |bytes: fn(&ContainerNetworkStats) -> Option<u64>| {
        networks.map(|networks| networks.values().filter_map(bytes).sum())
    };
    Counted {
        cpu_seconds: cpu.and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage).map(seconds),
        throttled_seconds: throttling.and_then(|data| data.throttled_time).map(seconds),
        rss_bytes: reading.memory_stats.as_ref().and_then(rss_bytes),
        threads: reading.pids_stats.as_ref().and_then(|pids| pids.current),
        network_received_bytes: over_all(|network| network.rx_bytes),
        network_sent_bytes: over_all(|network| network.tx_bytes),
        block_read_bytes: block_bytes(reading.blkio_stats.as_ref(), "read"),
        block_written_bytes: block_bytes(reading.blkio_stats.as_ref(), "write"),
    }
}

/// The first version of control groups calls a process's own memory `rss`, the
/// second one `anon`; files that are mapped into it count as they do for a process.
fn rss_bytes(memory: &ContainerMemoryStats) -> Option<u64> {
    let stats = memory.stats.as_ref()?;
    let first = |names: [&str; 2]| names.iter().find_map(|name| stats.get(*name)).copied();
    Some(first(["anon", "rss"])? + first(["file_mapped", "mapped_file"]).unwrap_or_default())
}

/// A kernel that counts nothing gives an empty list, which is no zero.
fn block_bytes(blocks: Option<&ContainerBlkioStats>, kind: &str) -> Option<u64> {
    let entries = blocks?.io_service_bytes_recursive.as_ref().filter(|entries| !entries.is_empty())?;
    let of_kind =
        entries.iter().filter(|entry| entry.op.as_deref().is_some_and(|op| op.eq_ignore_ascii_case(kind)));
    Some(of_kind.filter_map(|entry| entry.value).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What engines with control groups of the first and of the second version tell.
    const FIRST: &str = r#"{"cpu_stats":{"cpu_usage":{"total_usage":2500000000},
        "throttling_data":{"periods":9,"throttled_periods":3,"throttled_time":1500000000}},
        "memory_stats":{"usage":900,"stats":{"rss":400,"mapped_file":100,"cache":500}},
        "pids_stats":{"current":12},
        "networks":{"eth0":{"rx_bytes":10,"tx_bytes":20},"eth1":{"rx_bytes":1,"tx_bytes":2}},
        "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"minor":0,"op":"Read","value":7},
        {"major":8,"minor":0,"op":"Write","value":9},{"major":8,"minor":0,"op":"Total","value":16}]}}"#;
    const SECOND: &str = r#"{"cpu_stats":{"cpu_usage":{"total_usage":1000000000},
        "throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},
        "memory_stats":{"usage":900,"stats":{"anon":300,"file_mapped":50,"file":500}},
        "pids_stats":{"current":3},
        "blkio_stats":{"io_service_bytes_recursive":null}}"#;

    fn counters(text: &str) -> Counted {
        counted(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn both_versions_of_control_groups_are_understood() {
        let expected = Counted {
            cpu_seconds: Some(2.5),
            throttled_seconds: Some(1.5),
            rss_bytes: Some(500),
            threads: Some(12),
            network_received_bytes: Some(11),
            network_sent_bytes: Some(22),
            block_read_bytes: Some(7),
            block_written_bytes: Some(9),
        };
        assert_eq!(counters(FIRST), expected);
        let second = counters(SECOND);
        assert_eq!((second.cpu_seconds, second.rss_bytes), (Some(1.0), Some(350)));
        assert_eq!(second.throttled_seconds, Some(0.0));
    }

    #[test]
    fn a_container_that_has_ended_is_not_taken_for_one_that_used_nothing() {
        let ended = r#"{"cpu_stats":{"cpu_usage":{"total_usage":0},"throttling_data":{"throttled_time":0}}}"#;
        assert!(has_ended(&serde_json::from_str(ended).unwrap()));
        assert!(![FIRST, SECOND].iter().any(|text| has_ended(&serde_json::from_str(text).unwrap())));
    }

    #[test]
    fn what_is_not_counted_is_no_zero() {
        let second = counters(SECOND);
        assert_eq!((second.block_read_bytes, second.network_sent_bytes), (None, None));
        assert_eq!(counters("{}"), Counted::default());
    }
}
