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

use crate::model::{Analysis, ApiAnalysis, Mode, PayloadAnalysis, StoredCampaign};

/// Everything that stored facts come to. The same facts always give the same
/// analysis. A smoke campaign holds no load, so it comes to nothing.
pub fn of(stored: &StoredCampaign) -> Analysis {
    if stored.campaign.mode == Mode::Smoke {
        return Analysis::default();
    }
    let payloads = cells::groups(stored).iter().map(|group| of_payload(stored, group)).collect();
    Analysis { payloads, ..Analysis::default() }
}

fn of_payload(stored: &StoredCampaign, group: &cells::Group<'_>) -> PayloadAnalysis {
    // Think times are a minute at most, far below 2^52 milliseconds.
    #[allow(clippy::cast_precision_loss)]
    let think_time_ms = stored.campaign.plan.think_time_ms as f64;
    let mut apis = group.apis();
    for api in &mut apis {
        capacity::estimate(api, think_time_ms, group.rounds.len());
    }
    let per_s = |api: &ApiAnalysis| api.capacity.as_ref().map_or(-1.0, |capacity| capacity.per_s);
    apis.sort_by(|one, other| per_s(other).total_cmp(&per_s(one)));
    let reference = compare::reference(&apis);
    let comparisons = compare::all(&mut apis, &group.rounds, reference.as_ref());
    let mut analysis = PayloadAnalysis {
        payload: group.payload,
        rounds: group.rounds.clone(),
        think_time_ms,
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
