//! What may be said, as objects; the sentences are made in [`wording`] alone.

mod wording;

use std::collections::BTreeSet;

use super::statistics::CLAIM_ROUNDS;
use crate::model::{
    ApiAnalysis, Bound, Claim, Comparison, Finding, Interval, Metric, PairClaim, PairResult, PayloadAnalysis,
};

/// How every interval of a ratio is made.
const METHOD: &str = "API + round on logarithms, complete rounds; the wider of Tukey's simultaneous 95 % interval and \
                      the paired 95 % t interval";

/// The findings of one payload size, the most important first. The first one
/// answers the question that the campaign asks.
pub(super) fn of(analysis: &PayloadAnalysis) -> Vec<Finding> {
    let measured: Vec<&ApiAnalysis> = analysis.apis.iter().filter(|api| api.capacity.is_some()).collect();
    let Some(first) = measured.first() else {
        return vec![nothing(wording::nothing_valid())];
    };
    let mut findings = bounds(&measured, analysis.rounds.len());
    let capacity = analysis.comparisons.iter().find(|comparison| comparison.metric == Metric::Capacity);
    let compared = match capacity {
        Some(comparison) => of_capacity(analysis, comparison, first),
        None => vec![values_only(analysis, &measured)],
    };
    // Where nothing can be told apart, the first thing to know is what kept it from being told.
    let is_resolved = compared.iter().any(|finding| finding.claim != Claim::NotResolved);
    if is_resolved || findings.is_empty() {
        findings.splice(0..0, compared);
    } else {
        findings.extend(compared.into_iter().next_back());
    }
    findings.extend(of_latency(analysis));
    findings.extend(analysis.noise_floor.as_ref().map(|floor| Finding {
        claim: Claim::NoiseFloor,
        metric: Some(Metric::Capacity),
        subjects: vec![floor.api.clone()],
        ratio: Some(floor.ratio),
        rounds: analysis.rounds.len(),
        text: wording::noise_floor(floor),
        ..nothing(String::new())
    }));
    findings.extend(left_out(capacity));
    findings
}

fn nothing(text: String) -> Finding {
    Finding {
        claim: Claim::Nothing,
        metric: None,
        subjects: Vec::new(),
        ratio: None,
        value: None,
        rounds: 0,
        method: String::new(),
        limited_by: Vec::new(),
        text,
    }
}

/// Fewer rounds than a claim needs, one API alone, or too few complete rounds.
fn values_only(analysis: &PayloadAnalysis, measured: &[&ApiAnalysis]) -> Finding {
    let rounds = analysis.rounds.len();
    let apart: Vec<&&ApiAnalysis> = measured.iter().filter(|api| api.again_of.is_none()).collect();
    let values: Vec<(String, f64)> =
        apart.iter().filter_map(|api| Some((api.api.clone(), api.capacity.as_ref()?.per_s))).collect();
    let text = match (apart.as_slice(), rounds) {
        ([only], rounds) if rounds >= CLAIM_ROUNDS => {
            wording::alone(&only.api, only.capacity.as_ref().and_then(|capacity| capacity.interval), rounds)
        }
        (_, 1) => wording::one_round(&values),
        (_, 2) => wording::two_rounds(&values),
        _ => wording::too_few_complete(&values, rounds),
    };
    let subjects = values.into_iter().map(|(api, _)| api).collect();
    Finding { claim: Claim::ValuesOnly, metric: Some(Metric::Capacity), subjects, rounds, ..nothing(text) }
}

/// The first against the second, the first against the last, and how many pairs
/// can be told apart.
fn of_capacity(analysis: &PayloadAnalysis, comparison: &Comparison, first: &ApiAnalysis) -> Vec<Finding> {
    let of_first = |pair: &&PairResult| pair.of == first.api || pair.to == first.api;
    // Pairs are sorted by ratio, so the second API is in the last one of the first API.
    let pairs: Vec<&PairResult> = comparison.pairs.iter().filter(of_first).collect();
    let mut chosen: Vec<&PairResult> = pairs.last().into_iter().copied().collect();
    if pairs.len() > 1 {
        chosen.extend(pairs.first());
    }
    let mut findings: Vec<Finding> =
        chosen.into_iter().map(|pair| of_pair(analysis, comparison, pair)).collect();
    if comparison.pairs.len() > 1 {
        let claim = if comparison.pairs.iter().any(|pair| pair.claim == PairClaim::Different) {
            Claim::Different
        } else {
            Claim::NotResolved
        };
        findings.push(Finding {
            claim,
            metric: Some(Metric::Capacity),
            rounds: comparison.rounds.len(),
            method: METHOD.to_owned(),
            ..nothing(wording::tally(comparison))
        });
    }
    findings
}

/// What may be said of one pair.
pub(super) fn of_pair(analysis: &PayloadAnalysis, comparison: &Comparison, pair: &PairResult) -> Finding {
    let claim = match pair.claim {
        PairClaim::Different => Claim::Different,
        PairClaim::Small => Claim::Small,
        PairClaim::Equal => Claim::Equal,
        PairClaim::NotResolved => Claim::NotResolved,
    };
    let limited_by: BTreeSet<&String> = [&pair.of, &pair.to]
        .into_iter()
        .filter_map(|name| analysis.apis.iter().find(|api| api.api == *name))
        .flat_map(|api| limiting_checks(analysis, api, comparison.metric))
        .collect();
    Finding {
        claim,
        metric: Some(comparison.metric),
        subjects: vec![pair.of.clone(), pair.to.clone()],
        ratio: Some(pair.ratio),
        value: None,
        rounds: comparison.rounds.len(),
        method: METHOD.to_owned(),
        limited_by: limited_by.into_iter().cloned().collect(),
        text: wording::pair(analysis, comparison, pair),
    }
}

/// Checks that did not pass in the phase that the metric is taken from.
fn limiting_checks<'a>(
    analysis: &'a PayloadAnalysis,
    api: &'a ApiAnalysis,
    metric: Metric,
) -> impl Iterator<Item = &'a String> {
    let phase = match metric {
        Metric::Capacity => api.capacity.as_ref().map(|capacity| &capacity.phase),
        Metric::P50 | Metric::P99 => analysis.reference.as_ref().map(|reference| &reference.phase),
    };
    let cells = api.phases.iter().filter(move |p| Some(&p.name) == phase).flat_map(|phase| &phase.cells);
    cells.filter(|cell| cell.is_usable()).flat_map(|cell| &cell.limited_by)
}

fn bounds(measured: &[&ApiAnalysis], rounds: usize) -> Vec<Finding> {
    let bounded = |bound: Bound| -> Vec<&ApiAnalysis> {
        let is_bounded = |api: &&ApiAnalysis| {
            api.again_of.is_none() && api.capacity.as_ref().is_some_and(|c| c.bound == Some(bound))
        };
        measured.iter().copied().filter(is_bounded).collect()
    };
    let names = |apis: &[&ApiAnalysis]| apis.iter().map(|api| api.api.clone()).collect();
    let mut findings = Vec::new();
    let by_client = bounded(Bound::Client);
    if !by_client.is_empty() {
        let all = by_client.len() == measured.iter().filter(|api| api.again_of.is_none()).count();
        let text = wording::client_bound(&by_client, all);
        findings.push(Finding {
            claim: Claim::AtLeast,
            metric: Some(Metric::Capacity),
            subjects: names(&by_client),
            value: by_client.first().and_then(|api| api.capacity.as_ref()?.interval),
            rounds,
            ..nothing(text)
        });
    }
    for (shared, in_words) in [
        (Bound::Database, wording::database_bound as fn(&[&ApiAnalysis]) -> String),
        (Bound::Host, wording::host_bound),
    ] {
        let by_shared = bounded(shared);
        if by_shared.is_empty() {
            continue;
        }
        findings.push(Finding {
            claim: Claim::NotSeparated,
            metric: Some(Metric::Capacity),
            subjects: names(&by_shared),
            rounds,
            ..nothing(in_words(&by_shared))
        });
    }
    findings
}

/// The p99 of the API with the highest and the one with the lowest, where they may
/// be compared at all.
fn of_latency(analysis: &PayloadAnalysis) -> Option<Finding> {
    let comparison = analysis.comparisons.iter().find(|comparison| comparison.metric == Metric::P99)?;
    Some(of_pair(analysis, comparison, comparison.pairs.first()?))
}

fn left_out(comparison: Option<&Comparison>) -> Option<Finding> {
    let comparison = comparison.filter(|comparison| !comparison.left_out.is_empty())?;
    Some(Finding {
        claim: Claim::LeftOut,
        metric: Some(Metric::Capacity),
        subjects: comparison.left_out.iter().map(|(api, _)| api.clone()).collect(),
        rounds: comparison.rounds.len(),
        ..nothing(wording::left_out(comparison))
    })
}

/// The geometric mean of a metric over the usable rounds of an API's phase.
fn mean_of(analysis: &PayloadAnalysis, api: &str, metric: Metric) -> Option<f64> {
    let api = analysis.apis.iter().find(|known| known.api == api)?;
    if metric == Metric::Capacity {
        return api.capacity.as_ref().map(|capacity| capacity.per_s);
    }
    let reference = analysis.reference.as_ref()?;
    let phase = api.phases.iter().find(|phase| phase.name == reference.phase)?;
    let value = |cell: &crate::model::Cell| if metric == Metric::P50 { cell.p50_ms } else { cell.p99_ms };
    let logs: Vec<f64> =
        phase.cells.iter().filter(|cell| cell.is_usable()).filter_map(value).map(f64::ln).collect();
    super::statistics::mean(&logs).map(f64::exp)
}

/// `1.09-1.15`, with an en dash.
fn range(interval: Interval) -> String {
    format!("{:.2}\u{2013}{:.2}", interval.low, interval.high)
}

#[cfg(test)]
mod tests;
