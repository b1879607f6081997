//! What is said of a test run as a whole: what it took of the disk, its checks, and
//! what could not be sampled.

use super::super::{
    format::{self, plain},
    text::wrapped,
    view::Mark,
};
use crate::model::{Check, CheckScope, MissingSource, TestRun, Verdict};

pub(super) fn of(run: &TestRun, checks: &[Check]) -> String {
    disk(run) + &of_the_run(checks) + &told(checks) + &missing(run)
}

fn disk(run: &TestRun) -> String {
    let of = |what: &str, bytes: Option<u64>| bytes.map(|_| format!("{what} {}", format::bytes(bytes).text));
    let taken = [of("table", run.database_bytes), of("raw files", run.raw_bytes)];
    let taken: Vec<String> = taken.into_iter().flatten().collect();
    if taken.is_empty() { String::new() } else { wrapped(&format!("  disk: {}", taken.join(", ")), "    ") }
}

fn of_the_run(checks: &[Check]) -> String {
    let of_run = checks.iter().filter(|check| check.scope == CheckScope::Run);
    let said: Vec<String> =
        of_run.map(|check| format!("{} {}", plain(&check.id).replace('_', " "), check.verdict)).collect();
    if said.is_empty() {
        String::new()
    } else {
        wrapped(&format!("  whole test run: {}", said.join(", ")), "    ")
    }
}

/// What did not pass, in the check's own words.
fn told(checks: &[Check]) -> String {
    let not_ok = checks.iter().filter(|check| check.verdict != Verdict::Ok);
    let line = |check: &Check| {
        let mark = Mark::from(check.verdict);
        let place = match &check.scope {
            CheckScope::Run => "test run".to_owned(),
            CheckScope::Phase(name) => plain(name),
        };
        wrapped(&format!("  {} {} {place}: {}", mark.symbol, mark.word, plain(&check.text)), "    ")
    };
    not_ok.map(line).collect()
}

fn missing(run: &TestRun) -> String {
    let missing = run.samples.iter().flat_map(|samples| &samples.missing);
    let line = |one: &MissingSource| {
        let said = format!("  not sampled: {} of {}: {}", plain(&one.source), one.target, plain(&one.reason));
        wrapped(&said, "    ")
    };
    missing.map(line).collect()
}
