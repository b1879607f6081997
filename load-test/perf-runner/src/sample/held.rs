//! Campaigns of held loads whose truth is known: a closed loop against a service
//! that saturates, with a little noise that is the same every time.

use std::collections::BTreeMap;

use super::{StoredCampaign, campaign_of};
use crate::model::{
    CampaignId, Check, CheckScope, Histogram, Mode, PhaseFigures, PhaseLoad, PlannedPhase, Protocol,
    SecondFigures, StoredRun, Target, Verdict, WindowFigures, WindowUse,
};

const HOLD_MS: u64 = 30_000;
const SETTLE_MS: u64 = 3_000;
const THINK_MS: f64 = 100.0;
pub(crate) const LOADS: [u32; 7] = [10, 50, 100, 200, 500, 1000, 2000];

/// What is true of one API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct True {
    pub(crate) name: &'static str,
    /// What it can do at most, per second.
    pub(crate) peak_per_s: f64,
    /// A call when nothing else is going on.
    pub(crate) unloaded_ms: f64,
}

pub(crate) const SIX: [True; 6] = [
    True { name: "producer-api-rust-rest", peak_per_s: 1_790.0, unloaded_ms: 2.1 },
    True { name: "producer-api-rust-grpc", peak_per_s: 1_760.0, unloaded_ms: 2.3 },
    True { name: "producer-api-go-rest", peak_per_s: 1_540.0, unloaded_ms: 2.4 },
    True { name: "producer-api-go-grpc", peak_per_s: 1_390.0, unloaded_ms: 2.9 },
    True { name: "producer-api-java-rest", peak_per_s: 1_120.0, unloaded_ms: 3.4 },
    True { name: "producer-api-java-grpc", peak_per_s: 1_010.0, unloaded_ms: 4.2 },
];

/// Six APIs over seven held loads.
pub(crate) fn held(rounds: u32) -> StoredCampaign {
    held_of(&SIX, &LOADS, rounds)
}

/// These APIs over these closed loads, every round in another order.
pub(crate) fn held_of(apis: &[True], loads: &[u32], rounds: u32) -> StoredCampaign {
    let wire = |api: &True| if api.name.contains("grpc") { Protocol::Grpc } else { Protocol::Rest };
    let in_round = |round: u32| {
        let turned = apis.iter().cycle().skip(round as usize * 2 % apis.len().max(1)).take(apis.len());
        turned.map(|api| (api.name, wire(api))).collect::<Vec<_>>()
    };
    let all: Vec<(&str, Protocol)> = (0..rounds).flat_map(in_round).collect();
    let mut stored = campaign_of(&all);
    stored.campaign.id = CampaignId("20261121-104351-full-7f3a".to_owned());
    (stored.campaign.mode, stored.campaign.plan.mode) = (Mode::Full, Mode::Full);
    stored.campaign.plan.campaign = stored.campaign.id.clone();
    (stored.campaign.plan.rounds, stored.campaign.plan.left_out) = (rounds, Vec::new());
    let of_round = u32::try_from(apis.len()).unwrap().max(1);
    for (index, stored_run) in (0..).zip(&mut stored.runs) {
        let truth = apis.iter().find(|api| api.name == stored_run.run.api).unwrap();
        (stored_run.run.round, stored_run.run.slot) = (index / of_round + 1, index % of_round + 1);
        fill(stored_run, truth, loads);
        let planned = &mut stored.campaign.plan.runs[index as usize];
        (planned.round, planned.slot) = (stored_run.run.round, stored_run.run.slot);
        planned.phases.clone_from(&stored_run.run.planned);
    }
    stored
}

/// The campaign with the phase of one API invalid in every round, by this check.
pub(crate) fn with_invalid(mut stored: StoredCampaign, api: &str, phase: &str, id: &str) -> StoredCampaign {
    for StoredRun { run, checks } in &mut stored.runs {
        for check in checks.iter_mut().filter(|_| run.api == api) {
            if check.scope == CheckScope::Phase(phase.to_owned()) {
                check.id = id.to_owned();
                check.verdict = Verdict::Invalid;
                check.text = "Beyond its limit.".to_owned();
            }
        }
    }
    stored
}

fn fill(stored: &mut StoredRun, truth: &True, loads: &[u32]) {
    let run = &mut stored.run;
    run.planned = loads.iter().zip(0..).map(|(vus, index)| planned(*vus, index)).collect();
    let seed = format!("{}{}", truth.name, run.round);
    run.phases = run
        .planned
        .iter()
        .zip(loads)
        .map(|(planned, vus)| figures(planned, *vus, truth, &format!("{seed}{vus}")))
        .collect();
    let of_run = stored.checks.remove(1);
    let of_phase = stored.checks.remove(0);
    let scoped =
        |planned: &PlannedPhase| Check { scope: CheckScope::Phase(planned.name.clone()), ..of_phase.clone() };
    stored.checks = run.planned.iter().map(scoped).chain([of_run]).collect();
}

fn planned(vus: u32, index: u64) -> PlannedPhase {
    PlannedPhase {
        name: format!("p{}", index + 1),
        load: PhaseLoad::Vus { vus, hold_ms: HOLD_MS },
        start_ms: index * (HOLD_MS + 10_000),
        settle_ms: SETTLE_MS,
    }
}

/// Between -1 and 1, always the same for the same text.
fn noise(text: &str) -> f64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state ^= state >> 29;
    state = state.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((state >> 11) as f64 / (1_u64 << 53) as f64) * 2.0 - 1.0
}

fn figures(planned: &PlannedPhase, vus: u32, truth: &True, seed: &str) -> PhaseFigures {
    let limit = f64::from(vus) * 1000.0 / (truth.unloaded_ms + THINK_MS);
    // Bends smoothly from the one bound into the other.
    let bent = 1.0 / (limit.powi(-6) + truth.peak_per_s.powi(-6)).powf(1.0 / 6.0);
    let per_s = bent * (1.0 + 0.018 * noise(seed));
    let mean_ms = (f64::from(vus) * 1000.0 / per_s - THINK_MS).max(truth.unloaded_ms);
    let window_s = (HOLD_MS - SETTLE_MS) as f64 / 1000.0;
    let count = (per_s * window_s).round() as u64;
    let seconds = (0..30).map(|second| {
        let rate = (per_s * (1.0 + 0.03 * noise(&format!("{seed}.{second}")))).round() as u64;
        SecondFigures {
            second,
            started: Some(rate),
            ok: Some(rate),
            failed: Some(0),
            p50_ms: Some(mean_ms * 0.9),
            p95_ms: Some(mean_ms * 1.8),
            p99_ms: Some(mean_ms * 2.4 * (1.0 + 0.1 * noise(&format!("{second}{seed}")))),
            vus: Some(f64::from(vus)),
        }
    });
    let ok = histogram(mean_ms, count);
    PhaseFigures {
        name: planned.name.clone(),
        window_ms: Some(window_s * 1000.0),
        iterations: count,
        acknowledged: count,
        failed: BTreeMap::new(),
        unknown: 0,
        dropped: Some(0),
        throughput_per_s: Some(per_s),
        sent_bytes: Some(count * 560),
        received_bytes: Some(count * 220),
        request: ok.quantiles(),
        iteration: ok.quantiles(),
        connections_opened: Some(u64::from(vus)),
        window: Some(window(planned, (truth, seed), per_s, ok)),
        seconds: seconds.collect(),
        summary_differences: None,
    }
}

fn window(planned: &PlannedPhase, (truth, seed): (&True, &str), per_s: f64, ok: Histogram) -> WindowFigures {
    let vus = match planned.load {
        PhaseLoad::Vus { vus, .. } => vus,
        PhaseLoad::Iterations { .. } | PhaseLoad::Rate { .. } => 0,
    };
    // An API is full when it has used 1.2 processors up.
    let cores = 1.2 * per_s / truth.peak_per_s * (1.0 + 0.01 * noise(&format!("cpu{seed}")));
    let start_ms = (planned.start_ms + SETTLE_MS) as f64;
    let end_ms = (planned.start_ms + HOLD_MS) as f64;
    let count = (per_s * (end_ms - start_ms) / 1000.0).round() as u64;
    let used = |cores: f64, rss: u64| WindowUse {
        sampled_ms: end_ms - start_ms,
        cpu_seconds: Some(cores * (end_ms - start_ms) / 1000.0),
        cpu_seconds_per_1000_events: Some(cores / per_s * 1000.0),
        cpu_cores: Some(cores),
        rss_max_bytes: Some(rss),
        ..WindowUse::default()
    };
    let mean_call_ms = ok.quantiles().map(|quantiles| quantiles.mean_ms);
    WindowFigures {
        start_ms,
        end_ms,
        attempts: Some(count),
        iterations: Some(count),
        acknowledged: Some(count),
        failed: Some(BTreeMap::new()),
        unknown: Some(0),
        dropped: Some(0),
        connections_opened: Some(0),
        sent_bytes: Some(count * 560),
        received_bytes: Some(count * 220),
        mean_vus: Some(f64::from(vus)),
        time_weighted_vus: Some(f64::from(vus) * 0.999),
        request: Some(ok.clone()),
        not_ok: None,
        ok: Some(ok),
        mean_call_ms,
        client_overhead_ms: Some(0.4),
        slope: Some(0.004),
        resources: BTreeMap::from([
            (Target::Api, used(cores, 42 << 20)),
            (Target::K6, used(per_s / 3_000.0, (60 << 20) + u64::from(vus) * 300_000)),
            (Target::Postgres, used(per_s / 2_200.0, 180 << 20)),
            (Target::Host, used(per_s / 800.0, 2 << 30)),
        ]),
        statements: None,
        statements_per_event: Some(1.0),
        rows_per_event: Some(1.0),
        transactions_per_event: Some(1.0),
        wal_bytes_per_event: Some(820.0),
    }
}

/// So many durations around a mean, with a tail.
fn histogram(mean_ms: f64, count: u64) -> Histogram {
    const STEPS: u64 = 1_200;
    let mut histogram = Histogram::empty().unwrap();
    for step in 0..STEPS {
        let share = (step as f64 + 0.5) / STEPS as f64;
        let of_step = count * (step + 1) / STEPS - count * step / STEPS;
        histogram.record_many_ms(mean_ms * (0.55 + 0.45 * -(1.0 - share).ln()), of_step);
    }
    histogram
}
