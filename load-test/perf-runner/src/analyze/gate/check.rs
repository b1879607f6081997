//! Whether a gate is about something that a plan has: looked at before anything is
//! started.

use std::collections::BTreeSet;

use super::{BadGate, Gate, Load, Subject, Word};
use crate::model::{Mode, PhaseLoad, Plan, PlannedRun};

/// What the names of all producer APIs begin with; it need not be typed.
const PREFIX: &str = "producer-api-";

/// # Errors
/// When the plan has no such API or load, or measures nothing of that kind; the
/// repair lists what it has.
pub fn check(gate: &Gate, plan: &Plan) -> Result<(), BadGate> {
    let holds_load = plan.mode != Mode::Smoke;
    match &gate.subject {
        Subject::Errors(_, _) => {}
        _ if !holds_load => {
            let what = "a smoke campaign holds no load, so it measures nothing but errors";
            return Err(BadGate::new(&gate.text, 0, what, "errors(*)>0, or gate full or saturation"));
        }
        Subject::Ratio(of, to) => {
            demand_api(gate, plan, of)?;
            demand_api(gate, plan, to)?;
            if name_in(plan, &of.text) == name_in(plan, &to.text) {
                let what = "an API's ratio to itself is always 1";
                return Err(BadGate::new(&gate.text, to.at, what, format!("one of {}", list(&names(plan)))));
            }
            demand_closed(gate, plan, of.at)?;
        }
        Subject::Throughput(target) if target.load.is_none() => demand_closed(gate, plan, 0)?,
        Subject::Throughput(_) | Subject::Latency(..) => {}
    }
    let Some(target) = gate.subject.target() else { return Ok(()) };
    if let Some(api) = &target.api {
        demand_api(gate, plan, api)?;
    }
    match &target.load {
        Some(load) => demand_load(gate, plan, load),
        None => Ok(()),
    }
}

/// The planned name that a gate's word stands for.
pub(super) fn name_in(plan: &Plan, word: &str) -> Option<String> {
    let names = names(plan);
    let whole = format!("{PREFIX}{word}");
    [word, whole.as_str()].into_iter().find(|name| names.contains(*name)).map(str::to_owned)
}

/// Whether a planned load is the one that a gate names.
pub(super) fn is_load(load: &PhaseLoad, named: &Load) -> bool {
    match load {
        PhaseLoad::Iterations { vus, .. } | PhaseLoad::Vus { vus, .. } => {
            !named.is_rate && *vus == named.amount
        }
        PhaseLoad::Rate { per_s, .. } => named.is_rate && *per_s == named.amount,
    }
}

fn names(plan: &Plan) -> BTreeSet<String> {
    plan.runs.iter().map(PlannedRun::name).collect()
}

fn demand_api(gate: &Gate, plan: &Plan, api: &Word) -> Result<(), BadGate> {
    if name_in(plan, &api.text).is_some() {
        return Ok(());
    }
    let left_out = plan.left_out.iter().find(|(name, _)| *name == api.text);
    let what = match left_out {
        Some((name, reason)) => format!("{name} is left out of this campaign: {reason}"),
        None => format!("no API of this campaign is called {:?}", api.text),
    };
    Err(BadGate::new(&gate.text, api.at, what, format!("one of {}", list(&names(plan)))))
}

fn demand_load(gate: &Gate, plan: &Plan, load: &Load) -> Result<(), BadGate> {
    let planned = plan.runs.iter().flat_map(|run| &run.phases).map(|phase| &phase.load);
    if planned.clone().any(|planned| is_load(planned, load)) {
        return Ok(());
    }
    let known: BTreeSet<(u32, String)> = planned.map(as_typed).collect();
    let known: Vec<String> = known.into_iter().map(|(_, text)| text).collect();
    let unit = if load.is_rate { "/s" } else { "" };
    let what = format!("no load of this campaign is @{}{unit}", load.amount);
    Err(BadGate::new(&gate.text, load.at, what, format!("one of {}", known.join(", "))))
}

/// What an API sustains is read from closed loads alone.
fn demand_closed(gate: &Gate, plan: &Plan, at: usize) -> Result<(), BadGate> {
    let is_closed = |load: &PhaseLoad| matches!(load, PhaseLoad::Vus { .. });
    if plan.runs.iter().flat_map(|run| &run.phases).any(|phase| is_closed(&phase.load)) {
        return Ok(());
    }
    let what = "what an API sustains is not measured by rates: they ask for so much and no more";
    Err(BadGate::new(&gate.text, at, what, "throughput(API@RATE/s), or hold users with --phases"))
}

/// By size, as a gate names it.
fn as_typed(load: &PhaseLoad) -> (u32, String) {
    match load {
        PhaseLoad::Iterations { vus, .. } | PhaseLoad::Vus { vus, .. } => (*vus, format!("@{vus}")),
        PhaseLoad::Rate { per_s, .. } => (*per_s, format!("@{per_s}/s")),
    }
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(", ")
}
