//! Which APIs differ, at what load latencies may be compared, and what the host
//! calls a difference when there is none.

use super::statistics::{self, Family, Pair, complete_blocks};
use crate::model::{
    ApiAnalysis, Bound, Cell, Comparison, Interval, Knee, Metric, NoiseFloor, PairClaim, PairResult,
    PhaseAnalysis, PhaseLoad, Ranks, Reference,
};

/// An open phase counts for a comparison when what was achieved is what was offered.
const ACHIEVED: f64 = 0.99;

/// The load that a reader expects when there are only closed ones.
const USUAL_VUS: u32 = 100;

/// One API's values by round.
struct Row<'a> {
    api: &'a ApiAnalysis,
    values: Vec<Option<f64>>,
}

/// Compares the first of each pair of equals with all others on capacity, on latency
/// where that is fair, and on processor time. Fills in ranks and ratios to the first.
pub(super) fn all(
    apis: &mut [ApiAnalysis],
    rounds: &[u32],
    reference: Option<&Reference>,
) -> Vec<Comparison> {
    let capacity = comparison(apis, rounds, Metric::Capacity, None);
    let latencies = reference.filter(|reference| reference.is_fair).into_iter().flat_map(|reference| {
        [Metric::P50, Metric::P99].map(|metric| comparison(apis, rounds, metric, Some(&reference.phase)))
    });
    let cpu = comparison(apis, rounds, Metric::Cpu, None);
    let comparisons: Vec<Comparison> = capacity.into_iter().chain(latencies.flatten()).chain(cpu).collect();
    if let Some(capacity) = comparisons.iter().find(|comparison| comparison.metric == Metric::Capacity) {
        rank(apis, capacity);
    }
    comparisons
}

fn comparison(
    apis: &[ApiAnalysis],
    rounds: &[u32],
    metric: Metric,
    phase: Option<&str>,
) -> Option<Comparison> {
    let first_of_equals = apis.iter().filter(|api| api.again_of.is_none());
    let rows: Vec<Row<'_>> = first_of_equals.map(|api| row(api, metric, phase)).collect();
    let cells: Vec<Vec<Option<f64>>> = rows.iter().map(|row| row.values.clone()).collect();
    let blocks = complete_blocks(&cells);
    let family = Family::new(&blocks)?;
    let compared: Vec<&ApiAnalysis> =
        blocks.treatments.iter().filter_map(|index| rows.get(*index)).map(|row| row.api).collect();
    let outlook = family.outlook();
    let rounds_for = |pair: &Pair| family.rounds_for_5_percent(pair, &outlook);
    let result = |pair: &Pair| {
        let rounds = (pair.claim() == PairClaim::NotResolved).then(|| rounds_for(pair)).flatten();
        Some(PairResult { rounds_for_5_percent: rounds, ..pair_result(&compared, pair, metric)? })
    };
    let mut pairs: Vec<PairResult> = family.pairs.iter().filter_map(result).collect();
    pairs.sort_by(|one, other| other.ratio.estimate.total_cmp(&one.ratio.estimate));
    let left_out = rows.iter().filter(|row| !compared.iter().any(|api| api.api == row.api.api));
    Some(Comparison {
        metric,
        rounds: blocks.rounds.iter().filter_map(|index| rounds.get(*index)).copied().collect(),
        left_out: left_out.map(|row| (row.api.api.clone(), why_left_out(row))).collect(),
        residual: family.residual,
        pairs,
    })
}

fn row<'a>(api: &'a ApiAnalysis, metric: Metric, phase: Option<&str>) -> Row<'a> {
    let name = phase.or(api.capacity.as_ref().map(|capacity| capacity.phase.as_str()));
    let phase = api.phases.iter().find(|phase| Some(phase.name.as_str()) == name);
    let value = |cell: &Cell| cell.is_usable().then(|| of_metric(cell, metric)).flatten();
    Row { api, values: phase.map_or(Vec::new(), |phase| phase.cells.iter().map(value).collect()) }
}

/// A metric's figure of a cell, at whichever load it is.
pub(super) fn of_metric(cell: &Cell, metric: Metric) -> Option<f64> {
    match metric {
        Metric::Capacity => cell.throughput_per_s,
        Metric::P50 => cell.p50_ms,
        Metric::P99 => cell.p99_ms,
        Metric::Cpu => cell.cpu_s_per_1000,
    }
}

fn why_left_out(row: &Row<'_>) -> String {
    let valid = row.values.iter().flatten().count();
    if valid < statistics::CLAIM_ROUNDS {
        format!("{valid} of {} rounds can be used", row.values.len())
    } else {
        "too few of its usable rounds are usable for the others too".to_owned()
    }
}

/// Without the number of rounds that would help: where something else than chance
/// hides the difference, none would.
fn pair_result(compared: &[&ApiAnalysis], pair: &Pair, metric: Metric) -> Option<PairResult> {
    let (of, to) = (compared.get(pair.of)?, compared.get(pair.to)?);
    // The larger one first, so that every ratio reads as "times".
    let is_larger = pair.log_ratio >= 0.0;
    let turned = |interval: Interval| if is_larger { interval } else { interval.inverse() };
    let (of, to) = if is_larger { (of, to) } else { (to, of) };
    let is_hidden = metric == Metric::Capacity && is_hidden(of, to, pair.claim());
    let claim = if is_hidden { PairClaim::NotResolved } else { pair.claim() };
    Some(PairResult {
        of: of.api.clone(),
        to: to.api.clone(),
        ratio: turned(pair.ratio()),
        simultaneous: turned(Interval::of_logs(pair.log_ratio, pair.simultaneous_half)),
        paired: turned(Interval::of_logs(pair.log_ratio, pair.paired_half)),
        claim,
        rounds_for_5_percent: None,
    })
}

/// Whether something else than the APIs may have made what is seen: the client kept
/// the lower one from doing more, or either one where they look equal; or the host
/// or the database kept both.
fn is_hidden(of: &ApiAnalysis, to: &ApiAnalysis, claim: PairClaim) -> bool {
    let by_client =
        to.is_bound_by(Bound::Client) || claim == PairClaim::Equal && of.is_bound_by(Bound::Client);
    let by = |shared: Bound| of.is_bound_by(shared) && to.is_bound_by(shared);
    by_client || by(Bound::Host) || by(Bound::Database)
}

fn rank(apis: &mut [ApiAnalysis], comparison: &Comparison) {
    let is_compared =
        |api: &str| comparison.pairs.iter().any(|pair| [&pair.of, &pair.to].iter().any(|name| *name == api));
    let names: Vec<String> = apis.iter().map(|api| api.api.clone()).filter(|api| is_compared(api)).collect();
    let is_ahead = |one: usize, other: usize| {
        comparison.pairs.iter().any(|pair| {
            pair.claim == PairClaim::Different && pair.of == names[one] && pair.to == names[other]
        })
    };
    let ranks: Vec<Ranks> = statistics::ranks(names.len(), is_ahead);
    let first = names.first();
    for api in apis {
        let position = names.iter().position(|name| *name == api.api);
        api.ranks = position.and_then(|position| ranks.get(position)).copied();
        api.ratio_to_first =
            first.filter(|first| **first != api.api).and_then(|first| ratio(comparison, &api.api, first));
    }
}

/// What one API is to another.
pub(super) fn ratio(comparison: &Comparison, of: &str, to: &str) -> Option<Interval> {
    comparison.pairs.iter().find_map(|pair| match (pair.of.as_str(), pair.to.as_str()) {
        (a, b) if (a, b) == (of, to) => Some(pair.ratio),
        (a, b) if (a, b) == (to, of) => Some(pair.ratio.inverse()),
        _ => None,
    })
}

/// The phase at which latencies are looked at: the highest open load that every API
/// achieved; else 100 VUs, if all are below their knee there; else the highest load
/// below every knee; else the lowest one, where nothing may be compared.
pub(super) fn reference(apis: &[ApiAnalysis]) -> Option<Reference> {
    let first = apis.first()?;
    let of_all = |name: &str| -> Option<Vec<&PhaseAnalysis>> {
        apis.iter().map(|api| api.phases.iter().find(|phase| phase.name == name)).collect()
    };
    let achieved = |phase: &&PhaseAnalysis| {
        let PhaseLoad::Rate { per_s, .. } = phase.load else { return false };
        let is_kept = |phase: &PhaseAnalysis| {
            phase.throughput_per_s.is_some_and(|rate| rate >= ACHIEVED * f64::from(per_s))
        };
        of_all(&phase.name).is_some_and(|phases| phases.into_iter().all(is_kept))
    };
    let found = |phase: &PhaseAnalysis, is_open: bool, is_fair: bool| Reference {
        phase: phase.name.clone(),
        load: phase.load.clone(),
        is_open,
        is_fair,
    };
    let open = first.phases.iter().filter(achieved).max_by_key(|phase| match phase.load {
        PhaseLoad::Rate { per_s, .. } => per_s,
        _ => 0,
    });
    if let Some(phase) = open {
        return Some(found(phase, true, true));
    }
    let measured = |phase: &&PhaseAnalysis| {
        of_all(&phase.name).is_some_and(|all| all.into_iter().all(|phase| phase.throughput_per_s.is_some()))
    };
    let closed: Vec<(u32, &PhaseAnalysis)> = first
        .phases
        .iter()
        .filter(measured)
        .filter_map(|phase| Some((phase.load.closed_vus()?, phase)))
        .collect();
    let is_below_knees = |vus: u32| apis.iter().all(|api| is_below_knee(api, vus));
    let usual = closed.iter().find(|(vus, _)| *vus == USUAL_VUS && is_below_knees(*vus));
    let below = closed.iter().filter(|(vus, _)| is_below_knees(*vus)).max_by_key(|(vus, _)| *vus);
    match usual.or(below) {
        Some((_, phase)) => Some(found(phase, false, true)),
        None => closed.iter().min_by_key(|(vus, _)| *vus).map(|(_, phase)| found(phase, false, false)),
    }
}

fn is_below_knee(api: &ApiAnalysis, vus: u32) -> bool {
    match api.knee {
        Knee::Between { estimate_vus, .. } => f64::from(vus) <= estimate_vus,
        Knee::NotReached => true,
        Knee::Unknown => false,
    }
}

/// The ratio of the two measurements of one API, if it was measured twice.
pub(super) fn noise_floor(apis: &[ApiAnalysis]) -> Option<NoiseFloor> {
    let again = apis.iter().find(|api| api.again_of.is_some())?;
    let first = apis.iter().find(|api| Some(&api.api) == again.again_of.as_ref())?;
    let phase = &first.capacity.as_ref()?.phase;
    let values = |api| row(api, Metric::Capacity, Some(phase)).values;
    let family = Family::new(&complete_blocks(&[values(first), values(again)]))?;
    let pair = family.pairs.first()?;
    let ratio = pair.ratio();
    let half_width = pair.half().exp_m1();
    Some(NoiseFloor { api: first.api.clone(), ratio, half_width, covers_one: ratio.covers(1.0) })
}
