//! Which phases can be used, and what rules the others out.

use serde::Serialize;

use super::{mark_of, source::Source, words};
use crate::{
    model::PhaseAnalysis,
    report::{format::plain, view::Mark},
};

/// One API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MatrixRow {
    /// Its name.
    pub api: String,
    /// Its numbers.
    pub anchor: String,
    /// One per load.
    pub cells: Vec<MatrixCell>,
}

/// One API at one load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MatrixCell {
    /// The verdict over all rounds.
    pub mark: Mark,
    /// Usable rounds of all.
    pub rounds: String,
    /// Whether it may be used at all.
    pub is_valid: bool,
    /// The checks that did not pass, in words.
    pub reasons: String,
}

pub(super) fn loads(source: &Source<'_>) -> Vec<String> {
    let phases = source.payload.apis.iter().map(|api| &api.phases).max_by_key(|phases| phases.len());
    phases.into_iter().flatten().map(|phase| words::load(&phase.load)).collect()
}

pub(super) fn rows(source: &Source<'_>) -> Vec<MatrixRow> {
    let rows = source.payload.apis.iter().map(|api| MatrixRow {
        api: source.short(&api.api),
        anchor: format!("{}-{}", source.payload.payload, source.style(&api.api)),
        cells: api.phases.iter().map(cell).collect(),
    });
    rows.collect()
}

fn cell(phase: &PhaseAnalysis) -> MatrixCell {
    let usable = phase.cells.iter().filter(|cell| cell.is_usable()).count();
    let worst = phase.cells.iter().filter_map(|cell| cell.verdict).max();
    let mut reasons: Vec<String> = Vec::new();
    for reason in phase.cells.iter().flat_map(|cell| &cell.limited_by) {
        let reason = plain(reason).replace('_', " ");
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let more = reasons.len().saturating_sub(3);
    reasons.truncate(3);
    if more > 0 {
        reasons.push(format!("{more} more"));
    }
    MatrixCell {
        mark: mark_of(usable > 0 && worst < Some(crate::model::Verdict::Invalid), worst),
        rounds: format!("{usable}/{}", phase.cells.len()),
        is_valid: usable > 0,
        reasons: reasons.join(", "),
    }
}
