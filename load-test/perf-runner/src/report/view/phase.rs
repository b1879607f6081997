//! A phase and its two clocks.

use serde::Serialize;

use super::format::{self, Figure, counted, plain};
use crate::model::{PhaseLoad, Quantiles, TestRun, samples_needed};

/// One phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseView {
    /// Its name.
    pub name: String,
    /// What was planned.
    pub load: String,
    /// Length of the part that counts.
    pub window: Figure,
    /// Passes of a virtual user.
    pub iterations: Figure,
    /// Acknowledged events per second.
    pub throughput: Figure,
    /// Iterations that were not started.
    pub dropped: Figure,
    /// Sent by the generator.
    pub sent: Figure,
    /// Received by the generator.
    pub received: Figure,
    /// Both clocks.
    pub latencies: Vec<LatencyView>,
}

/// One clock's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatencyView {
    /// `request` or `iteration`.
    pub clock: &'static str,
    /// How many samples.
    pub samples: Figure,
    /// Smallest.
    pub min: Figure,
    /// Arithmetic mean.
    pub mean: Figure,
    /// Median.
    pub p50: Figure,
    /// 90th percentile.
    pub p90: Figure,
    /// 95th percentile.
    pub p95: Figure,
    /// 99th percentile.
    pub p99: Figure,
    /// Largest.
    pub max: Figure,
}

impl LatencyView {
    /// In the order of a table's columns.
    pub fn figures(&self) -> [&Figure; 8] {
        let Self { clock: _, samples, min, mean, p50, p90, p95, p99, max } = self;
        [samples, min, mean, p50, p90, p95, p99, max]
    }
}

pub(super) fn views(run: &TestRun) -> Vec<PhaseView> {
    run.phases
        .iter()
        .map(|figures| {
            let planned = run.planned.iter().find(|planned| planned.name == figures.name);
            PhaseView {
                name: plain(&figures.name),
                load: planned.map_or("not planned".to_owned(), |planned| load(&planned.load)),
                window: format::milliseconds(figures.window_ms),
                iterations: format::count(figures.iterations),
                throughput: format::per_second(figures.throughput_per_s),
                dropped: format::maybe_count(figures.dropped),
                sent: format::bytes(figures.sent_bytes),
                received: format::bytes(figures.received_bytes),
                latencies: vec![
                    latency("request", figures.request.as_ref()),
                    latency("iteration", figures.iteration.as_ref()),
                ],
            }
        })
        .collect()
}

fn load(load: &PhaseLoad) -> String {
    match load {
        PhaseLoad::Iterations { vus, per_vu, .. } => format!(
            "{} \u{00d7} {}",
            counted(u64::from(*vus), "virtual user", "virtual users"),
            counted(u64::from(*per_vu), "iteration", "iterations")
        ),
        PhaseLoad::Vus { vus, hold_ms } => {
            format!("{} for {} s", counted(u64::from(*vus), "virtual user", "virtual users"), hold_ms / 1000)
        }
        PhaseLoad::Rate { per_s, hold_ms, .. } => format!("{per_s}/s for {} s", hold_ms / 1000),
    }
}

fn latency(clock: &'static str, quantiles: Option<&Quantiles>) -> LatencyView {
    let value = |of: fn(&Quantiles) -> f64| format::milliseconds(quantiles.map(of));
    let percentile = |p: f64, of: fn(&Quantiles) -> f64| match quantiles {
        Some(quantiles) if quantiles.count < samples_needed(p) => {
            Figure::withheld("ms", format!("{} samples needed", format::count(samples_needed(p)).text))
        }
        _ => value(of),
    };
    LatencyView {
        clock,
        samples: format::maybe_count(quantiles.map(|quantiles| quantiles.count)),
        min: value(|quantiles| quantiles.min_ms),
        mean: value(|quantiles| quantiles.mean_ms),
        p50: percentile(0.5, |quantiles| quantiles.p50_ms),
        p90: percentile(0.9, |quantiles| quantiles.p90_ms),
        p95: percentile(0.95, |quantiles| quantiles.p95_ms),
        p99: percentile(0.99, |quantiles| quantiles.p99_ms),
        max: value(|quantiles| quantiles.max_ms),
    }
}
