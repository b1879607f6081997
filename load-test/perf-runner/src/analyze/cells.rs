//! Stored facts sorted by API, phase and round, with a verdict on each cell, and the
//! means of what can be used of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    checks::rounds::{self, Environment},
    statistics::{self, order_statistic_ranks},
};
use crate::model::{
    ApiAnalysis, Cell, Check, CheckScope, Histogram, Knee, Measured, MeasuredApi, MeasuredPhase, PayloadSize,
    PhaseAnalysis, PhaseFigures, PlannedPhase, Quantiles, RunStatus, Scalability, StoredCampaign, StoredRun,
    Target, Verdict, samples_needed,
};

/// What the name of the second of two equal ones ends with.
const AGAIN: &str = "@again";

/// The test runs of one payload size.
struct Group<'a> {
    payload: PayloadSize,
    rounds: Vec<u32>,
    /// With their positions among the stored ones.
    runs: Vec<(usize, &'a StoredRun)>,
    /// Held phases by API, as planned.
    phases: BTreeMap<String, Vec<PlannedPhase>>,
}

/// What was measured at each payload size that has held phases, smallest size first.
pub(super) fn measured(stored: &StoredCampaign) -> Vec<Measured> {
    // Think times are a minute at most, far below 2^52 milliseconds.
    #[allow(clippy::cast_precision_loss)]
    let think_time_ms = stored.campaign.plan.think_time_ms as f64;
    let sizes: BTreeSet<PayloadSize> = stored.runs.iter().map(|stored| stored.run.payload).collect();
    let groups = sizes.into_iter().filter_map(|payload| group(stored, payload));
    groups
        .map(|group| Measured {
            payload: group.payload,
            think_time_ms,
            apis: group.phases.iter().filter_map(|(api, phases)| group.api(api, phases)).collect(),
            rounds: group.rounds,
        })
        .collect()
}

/// Every API, with the mean of each of its phases; nothing else is estimated yet.
pub(super) fn apis(measured: &Measured) -> Vec<ApiAnalysis> {
    let analysis = |api: &MeasuredApi| ApiAnalysis {
        api: api.api.clone(),
        language: api.language,
        protocol: api.protocol,
        again_of: api.api.strip_suffix(AGAIN).map(str::to_owned),
        phases: api.phases.iter().map(phase).collect(),
        capacity: None,
        knee: Knee::Unknown,
        scalability: Scalability::None { reason: "nothing was measured".to_owned() },
        ranks: None,
        ratio_to_first: None,
    };
    measured.apis.iter().map(analysis).collect()
}

fn phase(measured: &MeasuredPhase) -> PhaseAnalysis {
    let MeasuredPhase { name, load, cells, checks } = measured;
    let usable: Vec<f64> =
        cells.iter().filter(|cell| cell.is_usable()).filter_map(|cell| cell.throughput_per_s).collect();
    let above_zero: Vec<f64> = usable.iter().copied().filter(|rate| *rate > 0.0).collect();
    PhaseAnalysis {
        name: name.clone(),
        load: load.clone(),
        cells: cells.clone(),
        checks: checks.clone(),
        throughput_per_s: statistics::geometric_mean(&above_zero),
        interval: statistics::mean_ratio_interval(&usable),
        client_limit_per_s: None,
    }
}

fn group(stored: &StoredCampaign, payload: PayloadSize) -> Option<Group<'_>> {
    let of_size = |(_, stored): &(usize, &StoredRun)| stored.run.payload == payload;
    let runs: Vec<(usize, &StoredRun)> = stored.runs.iter().enumerate().filter(of_size).collect();
    let rounds: BTreeSet<u32> = runs.iter().map(|(_, stored)| stored.run.round).collect();
    let mut phases: BTreeMap<String, Vec<PlannedPhase>> = BTreeMap::new();
    for (_, StoredRun { run, .. }) in &runs {
        let known = phases.entry(run.api.clone()).or_default();
        for planned in run.planned.iter().filter(|planned| planned.load.hold_ms().is_some()) {
            if !known.iter().any(|known| known.name == planned.name) {
                known.push(planned.clone());
            }
        }
    }
    let is_held = phases.values().any(|phases| !phases.is_empty());
    is_held.then(|| Group { payload, rounds: rounds.into_iter().collect(), runs, phases })
}

impl Group<'_> {
    fn api(&self, api: &str, phases: &[PlannedPhase]) -> Option<MeasuredApi> {
        let first = &self.runs.iter().find(|(_, stored)| stored.run.api == api)?.1.run;
        let phase = |planned: &PlannedPhase| {
            let cells = self.rounds.iter().map(|round| self.cell(api, &planned.name, *round)).collect();
            let (name, load) = (planned.name.clone(), planned.load.clone());
            let (cells, checks) = self.over_rounds(&CheckScope::Phase(name.clone()), cells);
            MeasuredPhase { name, load, cells, checks }
        };
        Some(MeasuredApi {
            api: api.to_owned(),
            language: first.language,
            protocol: first.protocol,
            phases: phases.iter().map(phase).collect(),
        })
    }

    /// What the usable rounds say together, and the cells with it: what limits all of
    /// them limits each.
    fn over_rounds(&self, scope: &CheckScope, mut cells: Vec<Cell>) -> (Vec<Cell>, Vec<Check>) {
        let usable: Vec<&Cell> = cells.iter().filter(|cell| cell.is_usable()).collect();
        let mut checks = vec![rounds::count(scope.clone(), usable.len() as u64)];
        if usable.len() < 2 {
            return (cells, checks);
        }
        let rates: Vec<f64> = usable.iter().filter_map(|cell| cell.throughput_per_s).collect();
        let of_usable =
            |(index, _): &&(usize, &StoredRun)| usable.iter().any(|cell| cell.run == Some(*index));
        let environments: Vec<Environment> =
            self.runs.iter().filter(of_usable).map(|(_, stored)| environment(stored)).collect();
        let common =
            [rounds::noise(scope.clone(), &rates), rounds::environment(scope.clone(), &environments)];
        for cell in cells.iter_mut().filter(|cell| cell.is_usable()) {
            for check in &common {
                limit(cell, check);
            }
        }
        checks.extend(common);
        (cells, checks)
    }

    fn cell(&self, api: &str, phase: &str, round: u32) -> Cell {
        let is_here = |(_, stored): &&(usize, &StoredRun)| stored.run.api == api && stored.run.round == round;
        let Some((index, stored)) = self.runs.iter().find(is_here) else {
            return Cell { round, ..Cell::default() };
        };
        let (verdict, limited_by) = verdict(stored, phase);
        let placed =
            Cell { round, slot: Some(stored.run.slot), run: Some(*index), limited_by, ..Cell::default() };
        match stored.run.phases.iter().find(|figures| figures.name == phase) {
            Some(figures) => Cell { verdict: Some(verdict), ..filled(placed, figures) },
            None => Cell { verdict: Some(Verdict::Invalid), ..placed },
        }
    }
}

/// Whether a check says something of a phase: what it says of the whole test run holds
/// for each of its phases.
pub(super) fn is_about(check: &Check, phase: &str) -> bool {
    match &check.scope {
        CheckScope::Run => true,
        CheckScope::Phase(name) => name == phase,
    }
}

/// The worst verdict on a phase of a test run, and what did not pass.
fn verdict(stored: &StoredRun, phase: &str) -> (Verdict, Vec<String>) {
    let checks: Vec<&Check> = stored.checks.iter().filter(|check| is_about(check, phase)).collect();
    let worst = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Unknown);
    let mut missed: Vec<&Check> = checks.into_iter().filter(|check| check.verdict != Verdict::Ok).collect();
    missed.sort_by_key(|check| std::cmp::Reverse(check.verdict));
    let mut names: Vec<String> = missed.iter().map(|check| check.id.clone()).collect();
    names.dedup();
    if stored.run.status == RunStatus::Completed {
        return (worst, names);
    }
    names.insert(0, format!("test_run_{}", stored.run.status));
    (Verdict::Invalid, names)
}

/// What a test run depends on beside the load, as far as it is stored with it.
fn environment(StoredRun { run, .. }: &StoredRun) -> Environment {
    let processors = run.samples.iter().flat_map(|samples| &samples.processors).filter_map(|(target, of)| {
        let name = match target {
            Target::Api => "processors of the service",
            Target::K6 => "processors of the generator",
            Target::Postgres => "processors of the database",
            Target::Host => "processors of the host",
            Target::Runner => return None,
        };
        Some((name, Some(format!("{of:?}"))))
    });
    [("build", run.build_id.clone())].into_iter().chain(processors).collect()
}

/// Lets a check on all rounds count for one of them; the worst stays first.
fn limit(cell: &mut Cell, check: &Check) {
    let place = match check.verdict {
        Verdict::Ok => return,
        Verdict::Invalid => 0,
        Verdict::Warn | Verdict::Unknown => cell.limited_by.len(),
    };
    cell.limited_by.insert(place, check.id.clone());
    cell.verdict = cell.verdict.max(Some(check.verdict));
}

/// The cell with what was measured in it: of the window, where there is one.
fn filled(placed: Cell, figures: &PhaseFigures) -> Cell {
    let window = figures.window.as_ref();
    let ok = window.and_then(|window| window.ok.as_ref());
    let clock = figures.iteration.as_ref();
    let not_ok = window.and_then(|window| {
        let failed: u64 = window.failed.as_ref()?.values().sum();
        Some(failed.saturating_add(window.unknown?))
    });
    Cell {
        throughput_per_s: rate(figures),
        p50_ms: percentile(ok, clock, 0.5, |clock| clock.p50_ms),
        p95_ms: percentile(ok, clock, 0.95, |clock| clock.p95_ms),
        p99_ms: percentile(ok, clock, 0.99, |clock| clock.p99_ms),
        within_ms: [0.5, 0.95, 0.99].map(|p| within_ms(ok?, p)),
        mean_call_ms: window.and_then(|window| window.mean_call_ms).or(clock.map(|clock| clock.mean_ms)),
        mean_vus: window.and_then(|window| window.mean_vus.or(window.time_weighted_vus)),
        calls: window.and_then(|window| window.attempts).or(Some(figures.iterations)),
        not_ok: not_ok.or(Some(figures.failed_total().saturating_add(figures.unknown))),
        cpu_s_per_1000: window
            .and_then(|window| window.resources.get(&Target::Api)?.cpu_seconds_per_1000_events),
        ..placed
    }
}

fn rate(figures: &PhaseFigures) -> Option<f64> {
    let of_window = figures.window.as_ref().and_then(|window| window.per_s(window.acknowledged?));
    of_window.or(figures.throughput_per_s)
}

fn percentile(
    ok: Option<&Histogram>,
    clock: Option<&Quantiles>,
    p: f64,
    of_clock: fn(&Quantiles) -> f64,
) -> Option<f64> {
    match ok {
        Some(ok) => ok.shown_quantile_ms(p),
        None => clock.filter(|clock| clock.count >= samples_needed(p)).map(of_clock),
    }
}

/// The two of the sorted calls that enclose a percentile with 95 %, if calls were
/// independent; none where the percentile may not be shown.
fn within_ms(ok: &Histogram, p: f64) -> Option<(f64, f64)> {
    if ok.count() < samples_needed(p) {
        return None;
    }
    let (low, high) = order_statistic_ranks(p, ok.count())?;
    // So many smaller ones are before the call of a rank, which counts from 1.
    Some((ok.rank_ms(low - 1)?.0, ok.rank_ms(high - 1)?.1))
}
