//! One figure of a held load over the rounds in which it can be used.

use std::collections::BTreeSet;

use super::statistics;
use crate::model::{Cell, Interval, PhaseAnalysis};

/// The figure's values, and what is missing of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OverRounds {
    /// Of the usable rounds in which it was measured, in order.
    pub(super) values: Vec<f64>,
    /// Rounds in which the load can be used.
    pub(super) usable: usize,
    /// The first usable round in which the figure was not measured.
    pub(super) missing_in: Option<u32>,
    /// The checks that rule the other rounds out, by id.
    pub(super) ruled_out_by: BTreeSet<String>,
}

impl OverRounds {
    pub(super) fn of(phase: &PhaseAnalysis, figure: impl Fn(&Cell) -> Option<f64>) -> Self {
        let (usable, other): (Vec<&Cell>, Vec<&Cell>) = phase.cells.iter().partition(|cell| cell.is_usable());
        let missing = usable.iter().find(|cell| figure(cell).is_none());
        Self {
            values: usable.iter().filter_map(|cell| figure(cell)).collect(),
            usable: usable.len(),
            missing_in: missing.map(|cell| cell.round),
            // What did not pass comes worst first, so the first one rules out.
            ruled_out_by: other.iter().filter_map(|cell| cell.limited_by.first().cloned()).collect(),
        }
    }

    /// The geometric mean, since ratios are what is claimed; the arithmetic one where a
    /// value has no logarithm. None of nothing.
    pub(super) fn mean(&self) -> Option<f64> {
        if self.values.iter().all(|value| *value > 0.0) {
            return statistics::geometric_mean(&self.values);
        }
        statistics::mean(&self.values)
    }

    /// The 95 % t interval on logarithms; none of fewer than three rounds.
    pub(super) fn interval(&self) -> Option<Interval> {
        statistics::mean_ratio_interval(&self.values)
    }
}
