//! Pure: stored facts into checks, intervals, comparisons and findings.

pub mod capacity;
mod cells;
pub mod change;
pub mod checks;
mod compare;
mod findings;
pub mod gate;
pub mod history;
mod over_rounds;
pub mod simulation;
pub mod statistics;

use crate::model::{Analysis, ApiAnalysis, Measured, Mode, PayloadAnalysis, StoredCampaign};

/// Everything that stored facts come to. The same facts always give the same
/// analysis. A smoke campaign holds no load, so it comes to nothing.
pub fn of(stored: &StoredCampaign) -> Analysis {
    if stored.campaign.mode == Mode::Smoke {
        return Analysis::default();
    }
    let payloads = cells::measured(stored).iter().map(of_measured).collect();
    Analysis { payloads, ..Analysis::default() }
}

/// What was measured at one payload size, and what it comes to; a report carries the
/// first, so that anyone can make the second again.
pub fn of_measured(measured: &Measured) -> PayloadAnalysis {
    let mut apis = cells::apis(measured);
    for api in &mut apis {
        capacity::estimate(api, measured.think_time_ms, measured.rounds.len());
    }
    let per_s = |api: &ApiAnalysis| api.capacity.as_ref().map_or(-1.0, |capacity| capacity.per_s);
    apis.sort_by(|one, other| per_s(other).total_cmp(&per_s(one)));
    let reference = compare::reference(&apis);
    let comparisons = compare::all(&mut apis, &measured.rounds, reference.as_ref());
    let mut analysis = PayloadAnalysis {
        payload: measured.payload,
        rounds: measured.rounds.clone(),
        think_time_ms: measured.think_time_ms,
        noise_floor: compare::noise_floor(&apis),
        apis,
        reference,
        comparisons,
        findings: Vec::new(),
    };
    analysis.findings = findings::of(&analysis);
    analysis
}

#[cfg(test)]
mod tests;
