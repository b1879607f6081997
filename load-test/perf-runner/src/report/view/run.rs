//! One test run as the report shows it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Mark, Named, answer,
    audit::{self, AuditView, StatementView},
    format::{self, Figure, plain},
    named,
    phase::{self, PhaseView},
};
use crate::model::{
    Check, CheckScope, PhaseFigures, Quantiles, ServiceEnd, Step, StoredRun, TestRun, Verdict,
};

/// One test run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunView {
    /// Its place in the report, from 1.
    pub number: usize,
    /// What links point to.
    pub anchor: String,
    /// Unique name.
    pub id: String,
    /// Name of the API.
    pub api: String,
    /// Language and wire.
    pub stack: String,
    /// Chosen payload size.
    pub payload: String,
    /// Round and slot.
    pub position: String,
    /// How it ended.
    pub status: Mark,
    /// The worst verdict of its checks.
    pub verdict: Mark,
    /// Whether its figures may be used.
    pub is_valid: bool,
    /// Why it failed.
    pub failure: Option<String>,
    /// Its events, over all phases.
    pub counts: CountsView,
    /// Mean on the wire's own clock, where there is one phase.
    pub request_mean: Figure,
    /// Mean on the clock that both wires share, where there is one phase.
    pub iteration_mean: Figure,
    /// From the start of the process to the first healthy answer.
    pub start_up: Figure,
    /// Resident memory when it became ready.
    pub idle_memory: Figure,
    /// What else there is to know of it.
    pub facts: Vec<Named>,
    /// Its phases.
    pub phases: Vec<PhaseView>,
    /// Its steps.
    pub steps: Vec<StepView>,
    /// What was acknowledged against what is stored.
    pub audit: Option<AuditView>,
    /// The statements that the service ran.
    pub statements: Vec<StatementView>,
    /// The verdicts on it.
    pub checks: Vec<CheckView>,
    /// Last log lines of what failed.
    pub log_tail: Vec<String>,
}

/// Events of a test run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CountsView {
    /// Passes of a virtual user.
    pub iterations: Figure,
    /// Answered with success.
    pub acknowledged: Figure,
    /// Answered with a fault.
    pub failed: Figure,
    /// The same by kind, largest first.
    pub failed_by_kind: Vec<Named>,
    /// Not answered.
    pub unknown: Figure,
    /// Rows that this test run can have stored.
    pub stored: Figure,
}

/// One step of the cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepView {
    /// Its name.
    pub name: String,
    /// How long it took.
    pub took: Figure,
    /// Its share of the longest step, in percent with one decimal: a bar's length.
    pub bar_percent: String,
}

/// A verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckView {
    /// Stable name.
    pub id: String,
    /// The same as words.
    pub name: String,
    /// The phase; empty for the whole test run.
    pub phase: String,
    /// The verdict.
    pub mark: Mark,
    /// What it saw.
    pub value: Figure,
    /// The limit in words.
    pub limit: String,
    /// Version of the table of limits.
    pub limits_version: u32,
    /// One sentence.
    pub text: String,
}

pub(super) fn anchor(number: usize) -> String {
    format!("run-{number}")
}

impl RunView {
    pub(super) fn new(number: usize, StoredRun { run, checks }: &StoredRun) -> Self {
        let only_phase = if let [phase] = run.phases.as_slice() { Some(phase) } else { None };
        let mean = |of: fn(&PhaseFigures) -> Option<&Quantiles>| {
            format::milliseconds(only_phase.and_then(of).map(|quantiles| quantiles.mean_ms))
        };
        Self {
            number,
            anchor: anchor(number),
            id: plain(&run.id.0),
            api: plain(&run.api),
            stack: format!("{} {}", run.language, run.protocol),
            payload: run.payload.to_string(),
            position: format!("round {}, slot {}", run.round, run.slot),
            status: run.status.into(),
            verdict: answer::worst(checks).into(),
            is_valid: answer::worst(checks) != Verdict::Invalid,
            failure: failure(run),
            counts: counts(run),
            request_mean: mean(|phase| phase.request.as_ref()),
            iteration_mean: mean(|phase| phase.iteration.as_ref()),
            start_up: format::milliseconds(run.start_up_ms),
            idle_memory: format::bytes(run.idle_rss_bytes),
            facts: facts(run),
            phases: phase::views(run),
            steps: steps(&run.steps),
            audit: run.audit.as_ref().map(audit::view),
            statements: run.audit.iter().flat_map(|audit| &audit.statements).map(audit::statement).collect(),
            checks: checks.iter().map(check).collect(),
            log_tail: log_tail(run),
        }
    }
}

/// Why it failed. Log lines may follow the sentence, one a line: see [`log_tail`].
pub(super) fn failure(run: &TestRun) -> Option<String> {
    run.failure.as_deref()?.lines().next().map(plain)
}

fn log_tail(run: &TestRun) -> Vec<String> {
    let of_service: Vec<String> =
        run.service.iter().flat_map(|end| &end.log_tail).map(|line| plain(line)).collect();
    if of_service.is_empty() {
        run.failure.iter().flat_map(|failure| failure.lines().skip(1)).map(plain).collect()
    } else {
        of_service
    }
}

fn counts(run: &TestRun) -> CountsView {
    let sum = |of: fn(&PhaseFigures) -> u64| match run.phases.as_slice() {
        [] => Figure::missing(""),
        phases => format::count(phases.iter().map(of).fold(0, u64::saturating_add)),
    };
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for (kind, count) in run.phases.iter().flat_map(|phase| &phase.failed) {
        let so_far = kinds.entry(&kind.0).or_default();
        *so_far = so_far.saturating_add(*count);
    }
    let mut kinds: Vec<(&str, u64)> = kinds.into_iter().filter(|(_, count)| *count > 0).collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    CountsView {
        iterations: sum(|phase| phase.iterations),
        acknowledged: sum(|phase| phase.acknowledged),
        failed: sum(PhaseFigures::failed_total),
        failed_by_kind: kinds.iter().map(|(kind, count)| named(kind, &format::count(*count).text)).collect(),
        unknown: sum(|phase| phase.unknown),
        stored: format::maybe_count(run.audit.as_ref().map(|audit| audit.stored)),
    }
}

fn facts(run: &TestRun) -> Vec<Named> {
    let generator = run.generator.as_ref().map_or("never started".to_owned(), |exit| match exit.code {
        Some(code) => format!("{}, exit code {code}", exit.text),
        None => exit.text.clone(),
    });
    vec![
        named("Test run", &run.id.0),
        named("Began", &format::time(run.started_at)),
        named("Took", &format::between(run.started_at, run.finished_at).text),
        named(
            "Payload",
            &format!("{}, {} on the wire", run.payload, format::mean_bytes(run.payload_bytes).text),
        ),
        named("Build", run.build_id.as_deref().unwrap_or("not known")),
        named("Generator", &generator),
        named("Service", &service(run.service.as_ref())),
        named("Raw files", &run.raw_files),
    ]
}

fn service(end: Option<&ServiceEnd>) -> String {
    let Some(end) = end else { return "never started".to_owned() };
    let exit = match (end.code, end.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown exit".to_owned(),
    };
    match (end.early, end.killed) {
        (true, _) => format!("ended before it was asked to, with {exit}"),
        (false, true) => format!("did not stop in time and was killed, with {exit}"),
        (false, false) => format!("stopped when asked, with {exit}"),
    }
}

fn steps(steps: &[Step]) -> Vec<StepView> {
    let longest = steps.iter().map(|step| step.took_ms).fold(0.0, f64::max);
    let percent = |took: f64| if longest > 0.0 { (took / longest * 100.0).max(0.0) } else { 0.0 };
    let view = |step: &Step| StepView {
        name: plain(&step.name),
        took: format::milliseconds(Some(step.took_ms)),
        bar_percent: format!("{:.1}", percent(step.took_ms)),
    };
    steps.iter().map(view).collect()
}

fn check(check: &Check) -> CheckView {
    CheckView {
        id: plain(&check.id),
        name: plain(&check.id).replace('_', " "),
        phase: match &check.scope {
            CheckScope::Run => String::new(),
            CheckScope::Phase(name) => plain(name),
        },
        mark: check.verdict.into(),
        value: format::quotient(check.value),
        limit: plain(&check.limit),
        limits_version: check.limits_version,
        text: plain(&check.text),
    }
}
