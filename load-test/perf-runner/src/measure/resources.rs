//! What each process used in a window: differences of counters.

use std::collections::BTreeMap;

use super::{float, per_event};
use crate::model::{ResourceSample, Target, WindowFigures, WindowUse};

/// A sample further from the window's edge than this tells of another time.
const NEAREST_MS: f64 = 1_500.0;

/// From the samples nearest to the window's edges. A target without such samples
/// is left out.
pub(super) fn add(window: &mut WindowFigures, samples: &[ResourceSample]) {
    for target in [Target::Api, Target::K6, Target::Postgres, Target::Runner, Target::Host] {
        let of_target: Vec<&ResourceSample> =
            samples.iter().filter(|sample| sample.target == target).collect();
        if let Some(used) = used(window, &of_target) {
            window.resources.insert(target, used);
        }
    }
}

fn used(window: &WindowFigures, samples: &[&ResourceSample]) -> Option<WindowUse> {
    let at = |sample: &&ResourceSample| sample.at_ms;
    let (first, last) = (nearest(samples, window.start_ms, at)?, nearest(samples, window.end_ms, at)?);
    let (from, to) = (samples.get(first)?, samples.get(last)?);
    let between = samples.get(first..=last)?;
    let sampled_ms = to.at_ms - from.at_ms;
    if sampled_ms <= 0.0 {
        return None;
    }
    let counter = |of: fn(&ResourceSample) -> Option<u64>| of(to)?.checked_sub(of(from)?);
    let seconds = |of: fn(&ResourceSample) -> Option<f64>| grown(of(from)?, of(to)?);
    let cpu_seconds = seconds(|sample| sample.cpu_seconds);
    let cpu_cores = cpu_seconds.map(|cpu_seconds| cpu_seconds / (sampled_ms / 1000.0));
    // The samples need not be exactly as far apart as the window is long.
    let in_window = cpu_cores.map(|cores| cores * window.length_ms() / 1000.0);
    Some(WindowUse {
        sampled_ms,
        cpu_seconds,
        cpu_seconds_per_1000_events: in_window
            .zip(window.acknowledged)
            .and_then(|(cpu_seconds, events)| per_event(cpu_seconds * 1000.0, events)),
        cpu_cores,
        rss_max_bytes: between.iter().filter_map(|sample| sample.rss_bytes).max(),
        threads_max: between.iter().filter_map(|sample| sample.threads).max(),
        context_switches: counter(|sample| sample.context_switches),
        network_bytes: counter(|sample| Some(sample.network_received_bytes? + sample.network_sent_bytes?)),
        block_bytes: counter(|sample| Some(sample.block_read_bytes? + sample.block_written_bytes?)),
        throttled_seconds: seconds(|sample| sample.throttled_seconds),
        sockets_max: most_sockets(between),
        pressure: pressure(from, to),
    })
}

/// The index of the sample nearest to a moment, in milliseconds since the release;
/// none when none is near.
pub(super) fn nearest<T>(samples: &[T], moment_ms: f64, at: impl Fn(&T) -> f64) -> Option<usize> {
    let distance = |sample: &T| (at(sample) - moment_ms).abs();
    let (index, nearest) = samples
        .iter()
        .enumerate()
        .min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other)))?;
    (distance(nearest) <= NEAREST_MS).then_some(index)
}

/// None for a counter that began anew.
fn grown(from: f64, to: f64) -> Option<f64> {
    (to >= from).then_some(to - from)
}

fn most_sockets(between: &[&ResourceSample]) -> Option<BTreeMap<String, u64>> {
    let mut most: Option<BTreeMap<String, u64>> = None;
    for sockets in between.iter().filter_map(|sample| sample.sockets.as_ref()) {
        let most = most.get_or_insert_default();
        for (state, count) in sockets {
            let known = most.entry(state.clone()).or_default();
            *known = (*known).max(*count);
        }
    }
    most
}

fn pressure(from: &ResourceSample, to: &ResourceSample) -> Option<BTreeMap<String, f64>> {
    let (from, to) = (from.pressure.as_ref()?, to.pressure.as_ref()?);
    let grown = |(name, to): (&String, &f64)| Some((name.clone(), grown(*from.get(name)?, *to)?));
    Some(to.iter().filter_map(grown).collect())
}

/// A figure of bytes for each of so many events.
pub(super) fn bytes_per_event(bytes: u64, events: u64) -> Option<f64> {
    per_event(float(bytes), events)
}
