//! A load as it goes on, and its phases as they end: what is told of them is what
//! is stored later.

use serde::Serialize;

use crate::model::{LiveSecond, PhaseFigures, PlannedPhase, Quantiles, WindowFigures, samples_needed};

/// How far a load is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loading {
    /// Who is loaded.
    pub api: String,
    /// The phase that is held, or was held last.
    pub phase: String,
    /// Its place among the phases, from 1.
    pub number: usize,
    /// How many phases there are.
    pub of: usize,
    /// Its load in words: `50 VUs`.
    pub load: String,
    /// How long it has been held, in milliseconds.
    pub held_ms: u64,
    /// How long it is held in all; more than that is the gap after it.
    pub hold_ms: u64,
    /// Whether what happens now does not count yet.
    pub settling: bool,
    /// How long the whole load goes on from here, in milliseconds.
    pub left_ms: u64,
    /// Its last whole second; none before the first.
    pub second: Option<LiveSecond>,
}

/// What a held load came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseEnd {
    /// The phase.
    pub phase: String,
    /// Its load in words.
    pub load: String,
    /// Length of the window, in milliseconds.
    pub window_ms: f64,
    /// Acknowledged events in it.
    pub acknowledged: u64,
    /// Events in it that were refused.
    pub failed: u64,
    /// Events in it without an answer.
    pub unknown: u64,
    /// Iterations that were not begun in it.
    pub dropped: u64,
    /// Median of the acknowledged calls, in milliseconds; none of too few.
    pub p50_ms: Option<f64>,
    /// 99th percentile of the same.
    pub p99_ms: Option<f64>,
}

impl PhaseEnd {
    /// Of a window.
    pub fn of_window(phase: &PlannedPhase, window: &WindowFigures) -> Self {
        let quantile = |quantile| window.ok.as_ref().and_then(|ok| ok.shown_quantile_ms(quantile));
        Self {
            phase: phase.name.clone(),
            load: phase.load.to_string(),
            window_ms: window.length_ms(),
            acknowledged: window.acknowledged.unwrap_or(0),
            failed: window.failed.as_ref().map_or(0, |failed| failed.values().sum()),
            unknown: window.unknown.unwrap_or(0),
            dropped: window.dropped.unwrap_or(0),
            p50_ms: quantile(0.5),
            p99_ms: quantile(0.99),
        }
    }

    /// Of a phase without a window, from all of it; none where none was held.
    pub fn of_whole(phase: &PlannedPhase, figures: &PhaseFigures) -> Option<Self> {
        let quantile = |quantile, of: fn(&Quantiles) -> f64| {
            let known = figures.iteration.as_ref().filter(|all| all.count >= samples_needed(quantile));
            known.map(of)
        };
        Some(Self {
            phase: phase.name.clone(),
            load: phase.load.to_string(),
            window_ms: figures.window_ms?,
            acknowledged: figures.acknowledged,
            failed: figures.failed_total(),
            unknown: figures.unknown,
            dropped: figures.dropped.unwrap_or(0),
            p50_ms: quantile(0.5, |all| all.p50_ms),
            p99_ms: quantile(0.99, |all| all.p99_ms),
        })
    }
}
