//! Holds facts against limits. Each check is a small pure function; the limits
//! stand in one versioned table, [`limits`].
//!
//! What could not be measured is `unknown`, which never counts as passed. So a
//! test run that failed early has its checks too, most of them unknown.

mod audit;
mod ends;
pub mod limits;
mod phase;

use crate::model::{Check, CheckScope, TestRun, Verdict};

/// Every check on one test run: phase by phase, then the run as a whole.
pub fn of_run(run: &TestRun) -> Vec<Check> {
    let of_phases = run.planned.iter().flat_map(|planned| {
        let figures = run.phases.iter().find(|figures| figures.name == planned.name);
        let scope = || CheckScope::Phase(planned.name.clone());
        phase::CHECKS.map(|check| checked(scope(), check(figures)))
    });
    let of_audit = audit::CHECKS.map(|check| checked(CheckScope::Run, check(run.audit.as_ref())));
    let of_ends = [ends::generator(run.generator.as_ref()), ends::service(run.service.as_ref())];
    of_phases.chain(of_audit).chain(of_ends.map(|finding| checked(CheckScope::Run, finding))).collect()
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

/// A count as a check's value. Beyond 2^53 it is rounded, which no limit notices.
#[allow(clippy::cast_precision_loss)]
fn as_value(count: u64) -> f64 {
    count as f64
}

/// `1 event`, `2 events`.
fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests;
