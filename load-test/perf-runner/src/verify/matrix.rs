//! Verdicts of several services side by side.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use super::{
    junit,
    verdict::{CaseVerdict, Outcome},
};
use crate::fault::Fault;

/// Room for a case's name in a terminal that is narrower than the table can be.
const LEAST_NAME_CHARS: usize = 20;

/// How much of a difference is told without `--verbose`; a row may be a megabyte.
const SHOWN_CHARS: usize = 1000;

/// The verdicts on each service, in the order the services were given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    services: Vec<(String, Vec<CaseVerdict>)>,
}

/// How many cases ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// As the contract says.
    pub passed: usize,
    /// Not so.
    pub failed: usize,
    /// Not played, with a reason.
    pub not_played: usize,
}

impl Matrix {
    /// Adds a service's verdicts under its name.
    pub fn add(&mut self, service: impl Into<String>, verdicts: Vec<CaseVerdict>) {
        self.services.push((service.into(), verdicts));
    }

    /// No case failed. One that was not played does not count as failed, nor as passed.
    pub fn is_kept(&self) -> bool {
        self.services.iter().all(|(_, verdicts)| tally(verdicts).failed == 0)
    }

    /// How many cases ended how, for each service.
    pub fn tallies(&self) -> impl Iterator<Item = (&str, Tally)> {
        self.services.iter().map(|(service, verdicts)| (service.as_str(), tally(verdicts)))
    }

    /// A table of cases and services, at most this many columns wide if there is
    /// room at all; with no width every name is whole. Verbose tells every
    /// difference in full below it; otherwise the beginning of each failed case's first.
    pub fn to_text(&self, width: Option<usize>, verbose: bool) -> String {
        let mut text = String::new();
        let columns: Vec<usize> =
            self.services.iter().map(|(service, _)| service.chars().count().max(6)).collect();
        let taken: usize = columns.iter().map(|column| column + 2).sum();
        let names = self.rows().map(|row| row.name.chars().count()).max().unwrap_or(0).max("case".len());
        let room = width.map_or(names, |width| width.saturating_sub(taken).max(LEAST_NAME_CHARS).min(names));
        let mut line = |first: &str, cells: Vec<&str>| {
            let _ = write!(text, "{:room$}", cut(first, room));
            for (cell, column) in cells.iter().zip(&columns) {
                let _ = write!(text, "  {cell:column$}");
            }
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        };
        line("case", self.services.iter().map(|(service, _)| service.as_str()).collect());
        for row in self.rows() {
            line(&row.name, row.outcomes.iter().map(|outcome| mark(*outcome)).collect());
        }
        for (service, tally) in self.tallies() {
            let Tally { passed, failed, not_played } = tally;
            let _ = writeln!(text, "{service}: {passed} passed, {failed} failed, {not_played} not played");
        }
        self.told(&mut text, verbose);
        text
    }

    fn told(&self, text: &mut String, verbose: bool) {
        for (service, verdicts) in &self.services {
            for verdict in verdicts {
                if let Outcome::Failed { differences } = &verdict.outcome {
                    let place = format!("{}:{}", verdict.file.display(), verdict.line);
                    let _ = writeln!(text, "\n{service} fails `{}` ({place})", verdict.case);
                    let told = if verbose { differences.len() } else { 1 };
                    for difference in differences.iter().take(told) {
                        let line = difference.to_string();
                        let line = if verbose { line } else { cut(&line, SHOWN_CHARS) };
                        let _ = writeln!(text, "  {line}");
                    }
                    if differences.len() > told {
                        let _ =
                            writeln!(text, "  and {} more: --verbose tells them", differences.len() - told);
                    }
                }
            }
            for (reason, count) in reasons(verdicts) {
                let _ = writeln!(text, "\n{service}: {count} not played: {reason}");
            }
            if verdicts.iter().any(|verdict| verdict.outcome == Outcome::Passed { rows_checked: false }) {
                let _ = writeln!(
                    text,
                    "\n{service}: rows were not checked: give their database with --database-url"
                );
            }
        }
    }

    /// Everything, for a program.
    pub fn to_json(&self) -> Value {
        let services: Vec<Value> = self
            .services
            .iter()
            .map(|(service, verdicts)| {
                let Tally { passed, failed, not_played } = tally(verdicts);
                json!({
                    "service": service, "passed": passed, "failed": failed, "not_played": not_played,
                    "cases": verdicts,
                })
            })
            .collect();
        json!({ "contract_kept": self.is_kept(), "services": services })
    }

    /// A `JUnit` report with one suite per service.
    ///
    /// # Errors
    /// When it cannot be written as XML.
    pub fn to_junit(&self) -> Result<String, Fault> {
        junit::report(&self.services)
    }

    /// The cases in the order of their files.
    fn rows(&self) -> impl Iterator<Item = MatrixRow<'_>> {
        let mut order: BTreeMap<(&std::path::Path, u64), MatrixRow<'_>> = BTreeMap::new();
        for (index, (_, verdicts)) in self.services.iter().enumerate() {
            for verdict in verdicts {
                let row = order.entry((&verdict.file, verdict.line)).or_insert_with(|| MatrixRow {
                    name: verdict.case.clone(),
                    outcomes: vec![None; self.services.len()],
                });
                row.outcomes[index] = Some(&verdict.outcome);
            }
        }
        order.into_values()
    }
}

struct MatrixRow<'a> {
    name: String,
    outcomes: Vec<Option<&'a Outcome>>,
}

fn mark(outcome: Option<&Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Passed { .. }) => "pass",
        Some(Outcome::Failed { .. }) => "FAIL",
        Some(Outcome::NotPlayed { .. }) => "?",
        Some(Outcome::OtherWire) | None => "-",
    }
}

fn tally(verdicts: &[CaseVerdict]) -> Tally {
    let mut tally = Tally::default();
    for verdict in verdicts {
        match verdict.outcome {
            Outcome::Passed { .. } => tally.passed += 1,
            Outcome::Failed { .. } => tally.failed += 1,
            Outcome::NotPlayed { .. } => tally.not_played += 1,
            Outcome::OtherWire => {}
        }
    }
    tally
}

fn reasons(verdicts: &[CaseVerdict]) -> BTreeMap<&str, usize> {
    let mut reasons = BTreeMap::new();
    for verdict in verdicts {
        if let Outcome::NotPlayed { reason } = &verdict.outcome {
            *reasons.entry(reason.as_str()).or_insert(0) += 1;
        }
    }
    reasons
}

fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    text.chars().take(chars.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
#[path = "matrix_tests.rs"]
mod tests;
