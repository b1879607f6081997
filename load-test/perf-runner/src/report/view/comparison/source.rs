//! What the views of one payload size are made from.

use crate::{
    model::{
        ApiAnalysis, Capacity, Cell, Comparison, Interval, Metric, PayloadAnalysis, PhaseAnalysis,
        PhaseFigures, StoredCampaign, StoredRun, Target, WindowUse,
    },
    report::{format::plain, view::Named},
};

/// What the names of producer APIs begin with.
const PREFIX: &str = "producer-api-";

/// Facts and analysis, and how APIs are called and drawn.
pub(super) struct Source<'a> {
    pub(super) stored: &'a StoredCampaign,
    pub(super) payload: &'a PayloadAnalysis,
    /// Names in a fixed order, which decides hue and marker.
    names: Vec<&'a str>,
    /// What all names begin with.
    prefix: usize,
}

impl<'a> Source<'a> {
    pub(super) fn new(stored: &'a StoredCampaign, payload: &'a PayloadAnalysis) -> Self {
        let mut names: Vec<&str> = payload.apis.iter().map(|api| api.api.as_str()).collect();
        names.sort_unstable();
        let is_common = names.iter().all(|name| name.len() > PREFIX.len() && name.starts_with(PREFIX));
        Self { stored, payload, names, prefix: if is_common { PREFIX.len() } else { 0 } }
    }

    /// What all names begin with and no text repeats; empty when there is nothing.
    pub(super) fn left_off(&self) -> &'static str {
        if self.prefix == 0 { "" } else { PREFIX }
    }

    /// The API's name without what all of them begin with.
    pub(super) fn short(&self, api: &str) -> String {
        plain(api.get(self.prefix..).unwrap_or(api))
    }

    /// Its hue and marker shape.
    pub(super) fn style(&self, api: &str) -> usize {
        self.names.iter().position(|name| *name == api).unwrap_or(0)
    }

    /// The anchor of a chart.
    pub(super) fn chart(&self, id: &str) -> String {
        format!("{}-{id}", self.payload.payload)
    }

    pub(super) fn comparison(&self, metric: Metric) -> Option<&'a Comparison> {
        self.payload.comparisons.iter().find(|comparison| comparison.metric == metric)
    }

    /// What one API is to another in a metric.
    pub(super) fn ratio(
        &self,
        metric: Metric,
        of: &str,
        to: &str,
    ) -> Option<(Interval, crate::model::PairClaim)> {
        self.comparison(metric)?.pairs.iter().find_map(|pair| match (pair.of.as_str(), pair.to.as_str()) {
            (a, b) if (a, b) == (of, to) => Some((pair.ratio, pair.claim)),
            (a, b) if (a, b) == (to, of) => Some((pair.ratio.inverse(), pair.claim)),
            _ => None,
        })
    }

    pub(super) fn run(&self, cell: &Cell) -> Option<&'a StoredRun> {
        self.stored.runs.get(cell.run?)
    }

    pub(super) fn figures(&self, phase: &PhaseAnalysis, cell: &Cell) -> Option<&'a PhaseFigures> {
        self.run(cell)?.run.phases.iter().find(|figures| figures.name == phase.name)
    }

    /// The mean over the usable rounds of a phase of what a target used; none when
    /// it was measured in none of them.
    pub(super) fn used(
        &self,
        phase: &PhaseAnalysis,
        target: Target,
        of: fn(&WindowUse) -> Option<f64>,
    ) -> Option<f64> {
        let values: Vec<f64> = phase
            .cells
            .iter()
            .filter(|cell| cell.is_usable())
            .filter_map(|cell| of(self.figures(phase, cell)?.window.as_ref()?.resources.get(&target)?))
            .collect();
        mean(&values)
    }
}

/// The phase in which an API's capacity was found.
pub(super) fn capacity_phase(api: &ApiAnalysis) -> Option<(&Capacity, &PhaseAnalysis)> {
    let capacity = api.capacity.as_ref()?;
    Some((capacity, api.phases.iter().find(|phase| phase.name == capacity.phase)?))
}

/// The arithmetic mean; none of nothing.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The mean of a cell's figure over the usable rounds of a phase, on logarithms.
pub(super) fn typical(phase: &PhaseAnalysis, of: fn(&Cell) -> Option<f64>) -> Option<f64> {
    let logs: Vec<f64> = phase
        .cells
        .iter()
        .filter(|cell| cell.is_usable())
        .filter_map(of)
        .filter(|value| *value > 0.0)
        .map(f64::ln)
        .collect();
    mean(&logs).map(f64::exp)
}

/// A name and a text.
pub(super) fn fact(name: &str, text: String) -> Named {
    Named { name: name.to_owned(), text }
}
