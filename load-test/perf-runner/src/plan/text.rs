//! A plan in words: what `--plan` prints.

use std::fmt::Write as _;

use crate::model::{PhaseLoad, Plan, PlannedRun};

/// The whole plan, one line per test run; ends with a line feed.
pub fn describe(plan: &Plan) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "campaign  {}", plan.campaign);
    let _ = writeln!(text, "mode      {}, {} round(s), seed {}", plan.mode, plan.rounds, plan.seed);
    let _ = writeln!(
        text,
        "load      {}, {} ms think time, {} ms request timeout, {} connections per service",
        if is_open(plan) { "open" } else { "closed" },
        plan.think_time_ms,
        plan.request_timeout_ms,
        plan.max_connections
    );
    let _ = writeln!(text, "builds    {}", plan.build_tools());
    let _ = writeln!(text, "\n round slot  API                      payload  phases");
    for run in &plan.runs {
        let _ = writeln!(
            text,
            " {:>5} {:>4}  {:<24} {:<8} {}",
            run.round,
            run.slot,
            run.name(),
            run.payload,
            phases(run)
        );
    }
    for (api, reason) in &plan.left_out {
        let _ = writeln!(text, "\nleft out: {api}: {reason}");
    }
    let _ = writeln!(text, "\n{}", estimate(plan));
    text
}

fn phases(run: &PlannedRun) -> String {
    let words: Vec<String> = run
        .phases
        .iter()
        .map(|phase| match phase.load {
            PhaseLoad::Iterations { vus, per_vu, .. } => format!("{vus} VU x {per_vu} iterations"),
            PhaseLoad::Vus { vus, hold_ms } => format!("{vus} VUs for {} s", hold_ms / 1000),
            PhaseLoad::Rate { per_s, hold_ms, .. } => format!("{per_s}/s for {} s", hold_ms / 1000),
        })
        .collect();
    words.join(", ")
}

/// A smoke run's load lasts as long as its few calls; builds and starts take the time.
fn estimate(plan: &Plan) -> String {
    format!(
        "{} test run(s); each starts its service, proves one event, loads, stops and audits: \
         about {} s without builds",
        plan.runs.len(),
        4 + 3 * plan.runs.len()
    )
}

/// Whether calls are begun by the clock, whatever the service does.
fn is_open(plan: &Plan) -> bool {
    let mut phases = plan.runs.iter().flat_map(|run| &run.phases);
    phases.any(|phase| matches!(phase.load, PhaseLoad::Rate { .. }))
}
