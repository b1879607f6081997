//! What an API sustains, and where its throughput stops to grow: bounds of
//! operational analysis, X <= min(N / (R0 + Z), Xmax).

mod usl;

use super::statistics;
use crate::model::{ApiAnalysis, Bound, Capacity, Cell, Knee, PhaseAnalysis};

/// Above this share of its limit the client sets the number.
const CLIENT_LIMITED: f64 = 0.9;

/// The checks that say that something all APIs share was full, and what it is. The
/// database comes first: where it alone can do no more, the host's processors are
/// busy as well, and more of them would change nothing.
const SHARED: [(&str, Bound); 2] = [("ceiling", Bound::Database), ("host_cpu", Bound::Host)];

/// Beyond its knee an API answers its slowest calls in more than so many times the
/// time that they take at the smallest load.
const P99_GROWS: f64 = 2.0;

/// Beyond the knee more load brings less than this share of what it would in proportion.
const MARGINAL_GAIN: f64 = 0.2;

/// Fills in the client's limits, the capacity, the knee and the scalability of an API.
pub(super) fn estimate(api: &mut ApiAnalysis, think_time_ms: f64, rounds: usize) {
    let needed = rounds.clamp(1, statistics::CLAIM_ROUNDS);
    if let Some(unloaded_ms) = unloaded_call_ms(&api.phases) {
        for phase in &mut api.phases {
            phase.client_limit_per_s =
                phase.load.closed_vus().map(|vus| client_limit(vus, unloaded_ms, think_time_ms));
        }
        api.capacity = capacity(&api.phases, needed);
        if let Some(capacity) = &api.capacity {
            let crossing = capacity.per_s * (unloaded_ms + think_time_ms) / 1000.0;
            api.knee = knee(&api.phases, crossing);
            api.scalability = usl::fit(&api.phases, crossing);
        }
    } else {
        api.capacity = capacity(&api.phases, needed);
    }
}

/// What the closed loop can ask for at most, in events per second.
pub fn client_limit(vus: u32, unloaded_ms: f64, think_time_ms: f64) -> f64 {
    f64::from(vus) * 1000.0 / (unloaded_ms + think_time_ms)
}

/// R0: the mean call of the smallest closed load that can be used.
fn unloaded_call_ms(phases: &[PhaseAnalysis]) -> Option<f64> {
    let mut closed: Vec<&PhaseAnalysis> =
        phases.iter().filter(|phase| phase.load.closed_vus().is_some()).collect();
    closed.sort_by_key(|phase| phase.load.closed_vus());
    closed.into_iter().find_map(|phase| {
        let calls: Vec<f64> = usable(phase).filter_map(|cell| cell.mean_call_ms).collect();
        statistics::mean(&calls)
    })
}

fn usable(phase: &PhaseAnalysis) -> impl Iterator<Item = &Cell> {
    phase.cells.iter().filter(|cell| cell.is_usable())
}

/// The closed phase with the highest mean over its usable rounds, of those with
/// enough of them: the luckiest round decides nothing.
fn capacity(phases: &[PhaseAnalysis], needed: usize) -> Option<Capacity> {
    let candidates = phases.iter().filter_map(|phase| {
        let is_enough = usable(phase).filter(|cell| cell.throughput_per_s.is_some()).count() >= needed;
        Some((phase, phase.load.closed_vus()?, phase.throughput_per_s?)).filter(|_| is_enough)
    });
    let (phase, vus, per_s) = candidates.max_by(|one, other| one.2.total_cmp(&other.2))?;
    let bound = bound(phase, per_s);
    Some(Capacity { phase: phase.name.clone(), vus, per_s, interval: phase.interval, bound })
}

fn bound(phase: &PhaseAnalysis, per_s: f64) -> Option<Bound> {
    if phase.client_limit_per_s.is_some_and(|limit| per_s > CLIENT_LIMITED * limit) {
        return Some(Bound::Client);
    }
    let all = usable(phase).count();
    let is_in_most = |check: &str| {
        let limited = usable(phase).filter(|cell| cell.limited_by.iter().any(|known| known == check));
        limited.count() * 2 > all
    };
    SHARED.into_iter().find(|(check, _)| is_in_most(check)).map(|(_, bound)| bound)
}

/// The tested loads around the crossing of the two bounds.
fn knee(phases: &[PhaseAnalysis], crossing_vus: f64) -> Knee {
    let is_below_limit = |phase: &PhaseAnalysis| {
        phase
            .throughput_per_s
            .zip(phase.client_limit_per_s)
            .is_some_and(|(x, limit)| x < CLIENT_LIMITED * limit)
    };
    if !phases.iter().any(is_below_limit) {
        return Knee::NotReached;
    }
    let mut tested: Vec<u32> = phases
        .iter()
        .filter(|p| p.throughput_per_s.is_some())
        .filter_map(|phase| phase.load.closed_vus())
        .collect();
    tested.sort_unstable();
    let above = tested.iter().find(|vus| f64::from(**vus) >= crossing_vus);
    let below = tested.iter().rev().find(|vus| f64::from(**vus) < crossing_vus);
    match above {
        Some(high_vus) => Knee::Between {
            low_vus: below.copied().unwrap_or(0),
            high_vus: *high_vus,
            estimate_vus: crossing_vus,
            is_confirmed: is_confirmed(phases, crossing_vus),
        },
        None => Knee::NotReached,
    }
}

/// Whether a tested load beyond the crossing shows in latency and in gain that
/// throughput has stopped to grow there.
fn is_confirmed(phases: &[PhaseAnalysis], crossing_vus: f64) -> bool {
    let of = |phase: &PhaseAnalysis| {
        Some((
            f64::from(phase.load.closed_vus()?),
            phase.throughput_per_s.filter(|rate| *rate > 0.0)?,
            p99_ms(phase),
        ))
    };
    let mut tested: Vec<(f64, f64, Option<f64>)> = phases.iter().filter_map(of).collect();
    tested.sort_by(|one, other| one.0.total_cmp(&other.0));
    let Some((_, _, Some(unloaded_ms))) = tested.first().copied() else { return false };
    tested.windows(2).any(|pair| {
        let [(fewer, before, _), (more, after, Some(p99_ms))] = *pair else { return false };
        let (gain, in_proportion) = (after / before - 1.0, more / fewer - 1.0);
        more >= crossing_vus && p99_ms > P99_GROWS * unloaded_ms && gain < MARGINAL_GAIN * in_proportion
    })
}

/// The geometric mean of the usable rounds' p99.
fn p99_ms(phase: &PhaseAnalysis) -> Option<f64> {
    let p99s = usable(phase).filter_map(|cell| cell.p99_ms).filter(|p99_ms| *p99_ms > 0.0);
    statistics::geometric_mean(&p99s.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
