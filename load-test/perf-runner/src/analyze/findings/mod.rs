//! What may be said, as objects; the sentences are made in [`wording`] alone.

mod wording;

use std::collections::BTreeSet;

use super::{
    compare::of_metric,
    statistics::{CLAIM_ROUNDS, geometric_mean},
};
use crate::model::{
    ApiAnalysis, Bound, Claim, Comparison, Finding, Interval, Metric, PairClaim, PairResult, PayloadAnalysis,
    Verdict,
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
    let capacity = comparison_of(analysis, Metric::Capacity);
    let bounds = bounds(&measured, analysis.rounds.len());
    let mut findings = match capacity {
        None => [values_only(analysis, &measured)].into_iter().chain(bounds).collect(),
        // Where nothing can be told apart, the first thing to know is what kept it from being told.
        Some(comparison) if is_resolved(comparison) || bounds.is_empty() => {
            let compared = of_capacity(analysis, comparison, first);
            leaders(&measured, comparison).into_iter().chain(compared).chain(bounds).collect()
        }
        Some(comparison) => bounds.into_iter().chain(tally(comparison)).collect::<Vec<_>>(),
    };
    findings.extend(farthest_pair(analysis, Metric::P99));
    findings.extend(farthest_pair(analysis, Metric::Cpu));
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
    findings.extend(tally(comparison));
    findings
}

fn comparison_of(analysis: &PayloadAnalysis, metric: Metric) -> Option<&Comparison> {
    analysis.comparisons.iter().find(|comparison| comparison.metric == metric)
}

/// Whether anything can be said of any pair.
fn is_resolved(comparison: &Comparison) -> bool {
    comparison.pairs.iter().any(|pair| pair.claim != PairClaim::NotResolved)
}

/// The value of the one that is ahead, or of those that nothing tells apart at the top.
fn leaders(measured: &[&ApiAnalysis], comparison: &Comparison) -> Option<Finding> {
    let differs = comparison.pairs.iter().any(|pair| pair.claim == PairClaim::Different);
    if !differs && comparison.pairs.len() < 2 {
        return None;
    }
    let compared: Vec<&ApiAnalysis> = measured.iter().copied().filter(|api| api.ranks.is_some()).collect();
    let first = *compared.first()?;
    let is_leader = |api: &&ApiAnalysis| api.ranks.is_some_and(|ranks| ranks.from == 1);
    // A lower bound is behind nobody for sure, which makes it no leader beside a number
    // that an API set itself.
    let is_open = |api: &&ApiAnalysis| api.is_bound_by(Bound::Client) && !first.is_bound_by(Bound::Client);
    let (aside, leading): (Vec<&ApiAnalysis>, Vec<&ApiAnalysis>) =
        compared.iter().copied().filter(is_leader).partition(is_open);
    let rounds = comparison.rounds.len();
    let text = if leading.len() + aside.len() == compared.len() && leading.len() > 1 {
        wording::no_leader(&leading, rounds)
    } else {
        wording::leaders(&leading, rounds)
    };
    Some(Finding {
        claim: Claim::Sustains,
        metric: Some(Metric::Capacity),
        subjects: leading.iter().map(|api| api.api.clone()).collect(),
        value: first.capacity.as_ref().and_then(|capacity| capacity.interval),
        rounds,
        ..nothing(if aside.is_empty() { text } else { wording::aside(&text) })
    })
}

/// How many pairs can be told apart; one pair has its own sentence.
fn tally(comparison: &Comparison) -> Option<Finding> {
    let differs = comparison.pairs.iter().any(|pair| pair.claim == PairClaim::Different);
    (comparison.pairs.len() > 1).then(|| Finding {
        claim: if differs { Claim::Different } else { Claim::NotResolved },
        metric: Some(Metric::Capacity),
        rounds: comparison.rounds.len(),
        method: METHOD.to_owned(),
        ..nothing(wording::tally(comparison))
    })
}

/// What may be said of one pair.
fn of_pair(analysis: &PayloadAnalysis, comparison: &Comparison, pair: &PairResult) -> Finding {
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

/// Checks that did not pass in the phase that the metric is taken from, in one of its
/// rounds or over all of them.
fn limiting_checks<'a>(
    analysis: &'a PayloadAnalysis,
    api: &'a ApiAnalysis,
    metric: Metric,
) -> impl Iterator<Item = &'a String> {
    let phase = match metric {
        Metric::Capacity | Metric::Cpu => api.capacity.as_ref().map(|capacity| &capacity.phase),
        Metric::P50 | Metric::P99 => analysis.reference.as_ref().map(|reference| &reference.phase),
    };
    let phase = api.phases.iter().find(|known| Some(&known.name) == phase);
    let usable = phase.into_iter().flat_map(|phase| &phase.cells).filter(|cell| cell.is_usable());
    let missed =
        phase.into_iter().flat_map(|phase| &phase.checks).filter(|check| check.verdict > Verdict::Ok);
    usable.flat_map(|cell| &cell.limited_by).chain(missed.map(|check| &check.id))
}

fn bounds(measured: &[&ApiAnalysis], rounds: usize) -> Vec<Finding> {
    let bounded = |bound: Bound| -> Vec<&ApiAnalysis> {
        let is_bounded = |api: &&ApiAnalysis| api.again_of.is_none() && api.is_bound_by(bound);
        measured.iter().copied().filter(is_bounded).collect()
    };
    let apart = measured.iter().filter(|api| api.again_of.is_none()).count();
    let names = |apis: &[&ApiAnalysis]| apis.iter().map(|api| api.api.clone()).collect();
    let mut findings = Vec::new();
    let by_client = bounded(Bound::Client);
    if !by_client.is_empty() {
        let text = wording::client_bound(&by_client, by_client.len() == apart);
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
        (Bound::Database, wording::database_bound as fn(&[&ApiAnalysis], bool) -> String),
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
            ..nothing(in_words(&by_shared, by_shared.len() == apart))
        });
    }
    findings
}

/// The API with the highest value against the one with the lowest, where they may be
/// compared at all.
fn farthest_pair(analysis: &PayloadAnalysis, metric: Metric) -> Option<Finding> {
    let comparison = comparison_of(analysis, metric)?;
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
    let name = match metric {
        Metric::Capacity | Metric::Cpu => &api.capacity.as_ref()?.phase,
        Metric::P50 | Metric::P99 => &analysis.reference.as_ref()?.phase,
    };
    let phase = api.phases.iter().find(|phase| phase.name == *name)?;
    let usable = phase.cells.iter().filter(|cell| cell.is_usable());
    let values: Vec<f64> = usable.filter_map(|cell| of_metric(cell, metric)).collect();
    geometric_mean(&values)
}

/// `1.09-1.15`, with an en dash.
fn range(interval: Interval) -> String {
    format!("{:.2}\u{2013}{:.2}", interval.low, interval.high)
}

#[cfg(test)]
mod tests;
