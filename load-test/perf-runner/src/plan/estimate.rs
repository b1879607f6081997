//! What a plan needs, from above: how many events there can be at most decides
//! memory and disk, and what does not fit is told before anything is started.

use crate::model::{Estimate, HostFacts, Language, PayloadSize, PhaseLoad, Plan, PlannedPhase, PlannedRun};

const MIB: u64 = 1 << 20;

/// The fastest service, its database and the generator together spend at least a
/// third of a millisecond of processor time on an event.
const MOST_EVENTS_PER_CORE_S: u64 = 3_000;
/// What a disk takes of rows and their log.
const MOST_BYTES_PER_S: u64 = 150 * MIB;

/// k6 before its first VU, each VU, and the samples it keeps of a call. A VU under
/// load was seen to take 0.55 MiB over REST and 1.05 over gRPC, garbage included.
const K6_BYTES: u64 = 60 * MIB;
const VU_BYTES: u64 = MIB * 11 / 10;
const CALL_BYTES: u64 = 100;
/// Service, two database servers and the runner.
const BESIDE_K6_BYTES: u64 = 768 * MIB;

/// A row's header, id, type, times, and its entry in the index.
const ROW_BYTES: u64 = 200;
/// The write-ahead log that a server keeps before it begins to reuse it.
const LOG_BYTES: u64 = 1024 * MIB;
/// Logs, plan, templates and summary of a test run.
const RUN_BYTES: u64 = 2 * MIB;
/// The generator's stream and the samples of a second, as files and as rows.
const SECOND_BYTES: u64 = 40 * 1024;

const START_MS: u64 = 1_500;
/// A virtual machine starts more slowly.
const JAVA_START_MS: u64 = 5_000;
const K6_START_MS: u64 = 1_500;
const VU_START_MS: u64 = 2;
/// Emptying, one proven event, stopping.
const AROUND_MS: u64 = 2_000;
/// The audit reads this many events in a millisecond.
const AUDITED_PER_MS: u64 = 100;
/// The contract's cases against one service.
const VERIFY_MS: u64 = 25_000;
/// Filling in, driving and emptying.
const CEILING_MS: u64 = 14_000;

/// The estimate for a plan whose test runs are known, on this host. `verified`:
/// the contract's cases are played first, and each API is tried once.
pub(super) fn of(plan: &Plan, verified: bool, host: &HostFacts) -> Estimate {
    let events = |run: &PlannedRun| run_events(plan, run, host.cores);
    let most_events = plan.runs.iter().map(events).max().unwrap_or(0);
    let vus = |run: &PlannedRun| run.phases.iter().map(|phase| u64::from(phase.load.max_vus())).max();
    let vus = plan.runs.iter().filter_map(vus).max().unwrap_or(0);
    let generator_bytes = K6_BYTES + vus * VU_BYTES + most_events * CALL_BYTES;
    let rows_bytes = |run: &PlannedRun| events(run) * (run.payload.body_bytes() as u64 + ROW_BYTES);
    let database_bytes = plan.runs.iter().map(rows_bytes).max().unwrap_or(0);
    let seconds: u64 = plan.runs.iter().map(|run| run.planned_ms / 1000).sum();
    let verified_ms =
        if verified { plan.apis().iter().map(|api| VERIFY_MS + around_ms(api.language)).sum() } else { 0 };
    let ceilings_ms = if plan.ceiling { CEILING_MS * plan.payloads().len() as u64 } else { 0 };
    let runs_ms: u64 = plan.runs.iter().map(|run| run_ms(plan, run, events(run))).sum();
    Estimate {
        total_ms: START_MS + verified_ms + ceilings_ms + runs_ms,
        events: most_events,
        generator_bytes,
        memory_bytes: generator_bytes + BESIDE_K6_BYTES,
        database_bytes,
        // The log has the rows as well, and what is not needed any more is used again.
        log_bytes: database_bytes.min(LOG_BYTES),
        results_bytes: plan.runs.len() as u64 * RUN_BYTES + seconds * SECOND_BYTES,
    }
}

/// What does not fit, and whether it might all the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fit {
    /// It cannot be done here: each with its numbers.
    pub refused: Vec<String>,
    /// It may not be done to its end.
    pub doubtful: Vec<String>,
}

/// The part of an estimate, which is a most, that is needed in any case.
const AT_LEAST: u64 = 4;

/// Holds what a plan needs against what the host has. What is not known of the
/// host is not held against it.
pub fn fit(plan: &Plan, host: &HostFacts) -> Fit {
    let mut fit = Fit::default();
    let Some(estimate) = &plan.estimate else { return fit };
    let (memory, disk) = (estimate.memory_bytes, estimate.disk_bytes());
    let needs =
        |what: &str, bytes: u64| format!("the plan needs up to {} MiB of {what}", bytes.div_ceil(MIB));
    if let Some(total) = host.memory_bytes.filter(|total| *total < memory) {
        fit.refused.push(format!("{}, and the host has {} MiB", needs("memory", memory), total / MIB));
    } else if let Some(now) = host.memory_available_bytes.filter(|now| *now < memory) {
        fit.doubtful.push(format!("{}, and {} MiB can be had now", needs("memory", memory), now / MIB));
    }
    if let Some(free) = host.free_disk_bytes.filter(|free| *free < disk) {
        let list = if free < disk / AT_LEAST { &mut fit.refused } else { &mut fit.doubtful };
        list.push(format!("{}, and {} MiB are free", needs("disk", disk), free / MIB));
    }
    if let Some((need, limit)) = open_files(plan, host) {
        fit.refused.push(format!(
            "{need} users need as many open files and some more, and the limit is {limit} (see `ulimit -n`)"
        ));
    }
    fit
}

/// One connection is one open file of the generator.
fn open_files(plan: &Plan, host: &HostFacts) -> Option<(u64, u64)> {
    const BESIDE_CONNECTIONS: u64 = 100;
    let phases = plan.runs.iter().flat_map(|run| &run.phases);
    let need = phases.map(|phase| u64::from(phase.load.max_vus())).max()?;
    let limit = host.open_files_limit?;
    (need + BESIDE_CONNECTIONS > limit).then_some((need, limit))
}

fn run_events(plan: &Plan, run: &PlannedRun, cores: u32) -> u64 {
    run.phases.iter().map(|phase| phase_events(plan, phase, most_per_s(run.payload, cores))).sum()
}

fn most_per_s(payload: PayloadSize, cores: u32) -> u64 {
    let of_disk = MOST_BYTES_PER_S / (payload.body_bytes() as u64 + ROW_BYTES);
    of_disk.min(MOST_EVENTS_PER_CORE_S * u64::from(cores))
}

fn phase_events(plan: &Plan, phase: &PlannedPhase, most_per_s: u64) -> u64 {
    match phase.load {
        PhaseLoad::Iterations { vus, per_vu, .. } => u64::from(vus) * u64::from(per_vu),
        PhaseLoad::Vus { vus, hold_ms } => {
            // Nobody answers faster than in a fifth of a millisecond.
            let per_s = u64::from(vus) * 5_000 / (plan.think_time_ms * 5 + 1);
            per_s.min(most_per_s) * hold_ms / 1000
        }
        PhaseLoad::Rate { per_s, hold_ms, .. } => u64::from(per_s) * hold_ms / 1000,
    }
}

fn run_ms(plan: &Plan, run: &PlannedRun, events: u64) -> u64 {
    let vus = run.phases.iter().map(|phase| u64::from(phase.load.max_vus())).max().unwrap_or(0);
    let load_ms = match run.phases.first().map(|phase| &phase.load) {
        // Its upper bound is for services that do not answer.
        Some(PhaseLoad::Iterations { per_vu, .. }) => u64::from(*per_vu) * (plan.think_time_ms + 5),
        _ => run.planned_ms,
    };
    let warm_up_ms = if plan.warm_up_ms > 0 { plan.warm_up_ms + K6_START_MS } else { 0 };
    around_ms(run.api.language)
        + warm_up_ms
        + K6_START_MS
        + vus * VU_START_MS
        + load_ms
        + events / AUDITED_PER_MS
}

fn around_ms(language: Language) -> u64 {
    AROUND_MS + if language == Language::Java { JAVA_START_MS } else { START_MS }
}
