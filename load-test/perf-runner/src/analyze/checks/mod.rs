//! Holds facts against limits. Each check is a small pure function; the limits
//! stand in one versioned table, [`limits`].
//!
//! What could not be measured is `unknown`, which never counts as passed. So a
//! test run that failed early has its checks too, most of them unknown. A check that
//! does not apply, such as one of the closed model to an open one, is left out.

mod audit;
mod ends;
mod held;
pub mod limits;
mod machines;
mod phase;
pub mod rounds;

use crate::model::{
    Campaign, Check, CheckScope, PhaseFigures, PlannedPhase, Target, TestRun, Verdict, WindowFigures,
    WindowUse,
};

/// Every check on one test run: phase by phase, then the run as a whole.
pub fn of_run(run: &TestRun, campaign: &Campaign) -> Vec<Check> {
    let of_phases = run.planned.iter().flat_map(|planned| {
        let figures = run.phases.iter().find(|figures| figures.name == planned.name);
        let facts = PhaseFacts { planned, figures, run, campaign };
        let scope = CheckScope::Phase(planned.name.clone());
        let found: Vec<Finding> = phase::CHECKS
            .iter()
            .map(|check| check(figures))
            .chain(HELD.iter().filter_map(|check| check(&facts)))
            .collect();
        found.into_iter().map(move |finding| checked(scope.clone(), finding))
    });
    let of_audit = audit::CHECKS.map(|check| check(run.audit.as_ref()));
    let is_given =
        campaign.plan.runs.iter().any(|planned| planned.name() == run.api && planned.api.is_given());
    // Nobody here stops what somebody else has started.
    let of_service = (!is_given).then(|| ends::service(run.service.as_ref()));
    let of_ends = [ends::generator(run.generator.as_ref())].into_iter().chain(of_service);
    let of_whole = of_audit.into_iter().chain(of_ends).chain(ends::out_of_memory(run));
    of_phases.chain(of_whole.map(|finding| checked(CheckScope::Run, finding))).collect()
}

/// Checks on a phase that need more than its counts; none where one does not apply.
const HELD: [fn(&PhaseFacts<'_>) -> Option<Finding>; 18] = [
    ends::summary_agrees,
    held::little,
    held::client_overhead,
    held::client_limited,
    held::arrival_rate,
    held::steady_state,
    held::cut_short,
    held::requests_in_window,
    |facts| Some(held::connections(facts)),
    held::ports,
    machines::generator_cpu,
    machines::generator_starved,
    machines::generator_throttled,
    machines::host_cpu,
    machines::ceiling,
    machines::other_load,
    machines::stolen,
    machines::swap,
];

/// Everything that a check on a phase may look at.
struct PhaseFacts<'a> {
    planned: &'a PlannedPhase,
    figures: Option<&'a PhaseFigures>,
    run: &'a TestRun,
    campaign: &'a Campaign,
}

impl<'a> PhaseFacts<'a> {
    fn window(&self) -> Option<&'a WindowFigures> {
        self.figures?.window.as_ref()
    }

    /// VUs of the closed model, held for a time.
    fn vus(&self) -> Option<u32> {
        self.planned.load.closed_vus()
    }

    fn used(&self, target: Target) -> Option<&'a WindowUse> {
        self.window()?.resources.get(&target)
    }

    /// How many processors the target may use.
    fn processors(&self, target: Target) -> Option<f64> {
        let numbers = self.run.samples.as_ref()?.processors.get(&target)?;
        (!numbers.is_empty()).then(|| as_value(numbers.len() as u64))
    }

    /// Iterations per second in the window.
    fn rate_per_s(&self) -> Option<f64> {
        let window = self.window()?;
        window.per_s(window.iterations?)
    }

    /// Mean call in the run's lowest closed load: what a call takes when there is
    /// nothing to wait for.
    fn lowest_call_ms(&self) -> Option<f64> {
        let closed =
            self.run.planned.iter().filter_map(|planned| Some((planned.load.closed_vus()?, planned)));
        let measured = closed.filter_map(|(vus, planned)| {
            let figures = self.run.phases.iter().find(|figures| figures.name == planned.name)?;
            Some((vus, figures.window.as_ref()?.mean_call_ms?))
        });
        measured.min_by_key(|(vus, _)| *vus).map(|(_, call_ms)| call_ms)
    }
}

/// What a check found, before it is known of which phase or run.
struct Finding {
    id: &'static str,
    value: Option<f64>,
    limit: String,
    verdict: Verdict,
    text: String,
}

fn checked(scope: CheckScope, finding: Finding) -> Check {
    let Finding { id, value, limit, verdict, text } = finding;
    Check { id: id.to_owned(), scope, value, limit, limits_version: limits::VERSION, verdict, text }
}

/// A count as a value. Beyond 2^53 it is rounded, which no limit notices.
#[allow(clippy::cast_precision_loss)]
pub(super) fn as_value(count: u64) -> f64 {
    count as f64
}

/// `1 event`, `2 events`.
fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests;
