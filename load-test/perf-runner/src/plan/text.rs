//! A plan in words: what `--plan` prints, and what became of its estimate.

use std::fmt::Write as _;

use crate::model::{Estimate, PhaseLoad, Plan, PlannedPhase, PlannedRun, Spent};

use super::estimate::Fit;

/// The whole plan, one line per phase and per test run; ends with a line feed.
pub fn describe(plan: &Plan, fit: &Fit) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "campaign  {}", plan.campaign);
    let _ = writeln!(text, "mode      {}, {}, seed {}", plan.mode, rounds(plan.rounds), plan.seed);
    let _ = writeln!(
        text,
        "load      {}, {} ms think time, {} ms request timeout, {} connections per service",
        if is_open(plan) { "open" } else { "closed" },
        plan.think_time_ms,
        plan.request_timeout_ms,
        plan.max_connections
    );
    let tools = plan.build_tools();
    let _ = writeln!(
        text,
        "builds    {}",
        if tools.is_empty() { "nothing: the service runs already" } else { tools.as_str() }
    );
    if plan.update_share > 0.0 {
        let _ =
            writeln!(text, "events    {} % merge into entities created before", plan.update_share * 100.0);
    }
    if plan.ceiling {
        let _ = writeln!(text, "ceiling   the database alone is driven first");
    }
    phases(&mut text, plan);
    runs(&mut text, plan);
    for (api, reason) in &plan.left_out {
        let _ = writeln!(text, "\nleft out: {api}: {reason}");
    }
    if let Some(estimate) = &plan.estimate {
        needs(&mut text, estimate);
    }
    for reason in &fit.refused {
        let _ = writeln!(text, "cannot be done here: {reason}");
    }
    for reason in &fit.doubtful {
        let _ = writeln!(text, "may not fit: {reason}");
    }
    text
}

/// All test runs of a plan have the same phases.
fn phases(text: &mut String, plan: &Plan) {
    let Some(run) = plan.runs.first() else { return };
    let _ = writeln!(text, "\n phase    start  held   settle  load");
    if plan.warm_up_ms > 0 {
        let _ = writeln!(
            text,
            " {:<8} {:>5}  {:<6} the first phase's load, not counted",
            "warm-up",
            "",
            clock(plan.warm_up_ms)
        );
    }
    for phase in &run.phases {
        let held = phase.load.hold_ms().map(clock).unwrap_or_default();
        let _ = writeln!(
            text,
            " {:<8} {:>5}  {held:<6} {:<7} {}",
            phase.name,
            clock(phase.start_ms),
            seconds(phase.settle_ms),
            load(phase)
        );
    }
    if !is_held(run) {
        return;
    }
    let each = clock(run.planned_ms);
    let _ = match plan.runs.len() {
        1 => writeln!(text, " the test run is loaded for {each}"),
        several => {
            let all = clock(plan.runs.iter().map(|run| run.planned_ms).sum());
            writeln!(text, " each test run is loaded for {each}, all {several} for {all}")
        }
    };
}

fn runs(text: &mut String, plan: &Plan) {
    let width = plan.runs.iter().map(|run| run.name().len()).max().unwrap_or(0).max(24);
    let _ = writeln!(text, "\n round slot  {:<width$} payload", "API");
    for run in &plan.runs {
        let _ = writeln!(text, " {:>5} {:>4}  {:<width$} {}", run.round, run.slot, run.name(), run.payload);
    }
}

fn load(phase: &PlannedPhase) -> String {
    match phase.load {
        PhaseLoad::Iterations { vus, per_vu, .. } => format!("{vus} VU x {per_vu} iterations"),
        PhaseLoad::Vus { vus, .. } => format!("{vus} VUs"),
        PhaseLoad::Rate { per_s, max_vus, .. } => format!("{per_s}/s by at most {max_vus} VUs"),
    }
}

/// At most, but for the time.
fn needs(text: &mut String, estimate: &Estimate) {
    let _ = writeln!(text, "\ntakes about {} without builds; needs at most", clock(estimate.total_ms));
    let _ = writeln!(
        text,
        "  {} of memory, {} of it k6 for {} events",
        size(estimate.memory_bytes),
        size(estimate.generator_bytes),
        estimate.events
    );
    let _ = writeln!(
        text,
        "  {} of disk, {} of it the database",
        size(estimate.disk_bytes()),
        size(estimate.database_bytes)
    );
}

/// The estimate beside what was needed; a table that ends with a line feed.
pub fn compare(estimate: &Estimate, spent: &Spent) -> String {
    let mut text = "\n               estimated  needed\n".to_owned();
    let mut row = |name: &str, estimated: String, needed: Option<String>| {
        let needed = needed.unwrap_or_else(|| "not measured".to_owned());
        let _ = writeln!(text, "{name:<14} {estimated:>9}  {needed}");
    };
    row("time", clock(estimate.total_ms), spent.total_ms.map(clock));
    row("events per run", estimate.events.to_string(), spent.events.map(|events| events.to_string()));
    row("memory of k6", size(estimate.generator_bytes), spent.generator_bytes.map(size));
    row("database", size(estimate.database_bytes), spent.database_bytes.map(size));
    row("results", size(estimate.results_bytes), spent.results_bytes.map(size));
    text
}

/// `0:41`, `1:02:03`.
fn clock(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn rounds(count: u32) -> String {
    format!("{count} {}", if count == 1 { "round" } else { "rounds" })
}

fn seconds(ms: u64) -> String {
    format!("{} s", ms / 1000)
}

fn size(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

fn is_held(run: &PlannedRun) -> bool {
    run.phases.iter().all(|phase| phase.load.hold_ms().is_some())
}

/// Whether calls are begun by the clock, whatever the service does.
fn is_open(plan: &Plan) -> bool {
    let mut phases = plan.runs.iter().flat_map(|run| &run.phases);
    phases.any(|phase| matches!(phase.load, PhaseLoad::Rate { .. }))
}
