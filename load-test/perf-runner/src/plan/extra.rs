//! Loads that count for nothing: the warm-up before a test run's load, and the
//! trial of each service before a campaign of hours.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::{GRACE_MS, phases};
use crate::model::{PhaseLoad, Plan, PlannedPhase, PlannedRun, TestRunId};

/// The first phase's load, held for the warm-up; none where nothing is held. Its
/// events have a tag of their own, so that none of them is taken for the load's.
pub fn warm_up(plan: &Plan, run: &PlannedRun) -> Option<PlannedRun> {
    let hold_ms = plan.warm_up_ms;
    let load = match run.phases.first()?.load {
        PhaseLoad::Iterations { .. } => return None,
        PhaseLoad::Vus { vus, .. } => PhaseLoad::Vus { vus, hold_ms },
        PhaseLoad::Rate { per_s, max_vus, .. } => PhaseLoad::Rate { per_s, hold_ms, max_vus },
    };
    (hold_ms > 0).then(|| PlannedRun {
        id: TestRunId(format!("{}.warm-up", run.id)),
        tag: other_tag(&run.tag),
        phases: vec![PlannedPhase { name: "p1".to_owned(), load, start_ms: 0, settle_ms: 0 }],
        planned_ms: hold_ms,
        deadline_ms: hold_ms + GRACE_MS,
        ..run.clone()
    })
}

/// One user and five events for each API, as in a smoke campaign; none in one.
pub fn trials(plan: &Plan) -> Vec<PlannedRun> {
    let mut random = StdRng::seed_from_u64(!plan.seed);
    let phases = vec![phases::smoke()];
    let mut trials: Vec<PlannedRun> = Vec::new();
    for run in plan.runs.iter().filter(|run| run.phases != phases) {
        if trials.iter().any(|trial| trial.api.id == run.api.id) {
            continue;
        }
        let planned_ms = super::planned_ms(&phases);
        trials.push(PlannedRun {
            id: TestRunId(format!("{}.trial.{}", plan.campaign, run.api.id)),
            tag: format!("{:08x}", random.next_u32()),
            round: 0,
            again: false,
            phases: phases.clone(),
            planned_ms,
            deadline_ms: planned_ms + GRACE_MS,
            ..run.clone()
        });
    }
    trials
}

/// Every digit another one.
fn other_tag(tag: &str) -> String {
    let other =
        |digit: char| digit.to_digit(16).and_then(|digit| char::from_digit(15 - digit, 16)).unwrap_or(digit);
    tag.chars().map(other).collect()
}
