//! The question, the answer in words, and what a reader must know before using it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    ComparisonView, Mark, apis_in_words,
    format::{self, counted, plain},
};
use crate::model::{
    Analysis, Audit, Campaign, Check, CheckScope, Mode, PhaseLoad, RunStatus, StoredCampaign, StoredRun,
    Verdict,
};

/// A test run that failed or a check that did not pass.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Warning {
    /// How the test run ended, or the check's verdict.
    pub mark: Mark,
    /// The API and the place in its test run.
    pub place: String,
    /// Link to the test run.
    pub anchor: String,
    /// What was found.
    pub text: String,
    /// What it means for the reader.
    pub effect: &'static str,
}

/// The question that the campaign asks.
pub(super) fn title(campaign: &Campaign) -> String {
    let apis: BTreeSet<&str> = campaign.plan.runs.iter().map(|run| run.api.id.as_str()).collect();
    if campaign.mode != Mode::Smoke {
        return match apis.len() {
            0 => "How many events per second does a producer API sustain?".to_owned(),
            1 => format!(
                "How many events per second does {} sustain?",
                apis.into_iter().map(plain).collect::<String>()
            ),
            several => format!("How many events per second do {} sustain?", apis_in_words(several)),
        };
    }
    match apis.len() {
        0 => "Does any producer API store what it acknowledges?".to_owned(),
        1 => format!("Does {} store what it acknowledges?", apis.into_iter().map(plain).collect::<String>()),
        several => format!("Do {} store what they acknowledge?", apis_in_words(several)),
    }
}

/// The answer first, then what it may not be taken for.
pub(super) fn sentences(stored: &StoredCampaign, comparisons: &[ComparisonView]) -> Vec<String> {
    if stored.campaign.mode != Mode::Smoke {
        return held_sentences(comparisons);
    }
    let mut sentences = vec![verdict(stored)];
    let failed = runs_of(stored, RunStatus::Failed);
    if !failed.is_empty() {
        sentences.push(format!("Failed: {}.", failed.join(", ")));
    }
    sentences.push(ranks_nothing(&stored.campaign));
    sentences
}

/// What is said of held loads, by payload where there are several.
fn held_sentences(comparisons: &[ComparisonView]) -> Vec<String> {
    if comparisons.is_empty() {
        return vec!["Nothing may be concluded: no load was held.".to_owned()];
    }
    let of_one = |comparison: &ComparisonView| {
        let place = match comparisons.len() {
            1 => String::new(),
            _ => format!("With the {} payload: ", comparison.payload),
        };
        comparison
            .verdict
            .iter()
            .map(move |finding| format!("{place}{}", finding.finding.text))
            .collect::<Vec<_>>()
    };
    comparisons.iter().flat_map(of_one).collect()
}

fn verdict(stored: &StoredCampaign) -> String {
    let planned = stored.campaign.plan.runs.len() as u64;
    let completed = runs_of(stored, RunStatus::Completed).len() as u64;
    let audits: Vec<&Audit> = stored.runs.iter().filter_map(|stored| stored.run.audit.as_ref()).collect();
    let sum = |of: fn(&Audit) -> u64| audits.iter().map(|audit| of(audit)).fold(0, u64::saturating_add);
    let (acknowledged, held) = (sum(|audit| audit.acknowledged), sum(|audit| audit.stored));
    let counts = format!(
        "{} acknowledged and {} stored",
        counted(acknowledged, "event was", "events were"),
        counted(held, "row is", "rows are")
    );
    let lost = sum(|audit| audit.lost);
    let wrong =
        sum(|audit| audit.unexpected.saturating_add(audit.duplicated).saturating_add(audit.content_differs));
    let is_valid = stored.runs.iter().all(|stored| worst(&stored.checks) < Verdict::Unknown);
    if lost > 0 {
        format!("No: {} acknowledged and not stored.", counted(lost, "event was", "events were"))
    } else if wrong > 0 {
        format!("No: {counts}, but {} wrong.", counted(wrong, "row is", "rows are"))
    } else if planned > 0 && completed == planned && acknowledged > 0 && is_valid {
        format!("Yes: {counts}, each once and as it was sent, in {completed} of {planned} test runs.")
    } else {
        let but = if is_valid { "" } else { ", and not every check on them passed" };
        format!("Not shown: {completed} of {planned} test runs were completed{but}; {counts}.")
    }
}

fn ranks_nothing(campaign: &Campaign) -> String {
    let loads = campaign.plan.runs.iter().flat_map(|run| &run.phases).map(|phase| match phase.load {
        PhaseLoad::Iterations { vus, per_vu, .. } => (vus, u64::from(vus) * u64::from(per_vu)),
        PhaseLoad::Vus { vus, .. } => (vus, 0),
        PhaseLoad::Rate { max_vus, .. } => (max_vus, 0),
    });
    let (users, events) = loads.max().unwrap_or_default();
    format!(
        "A smoke campaign ranks nothing. {} and {} prove that the path works from the request to the stored \
         row; they say nothing about how much an API can take, nor how it compares with another.",
        counted(u64::from(users), "virtual user", "virtual users"),
        counted(events, "event", "events"),
    )
}

fn runs_of(stored: &StoredCampaign, status: RunStatus) -> Vec<String> {
    let of_status = stored.runs.iter().filter(|stored| stored.run.status == status);
    of_status.map(|stored| plain(&stored.run.api)).collect()
}

/// The worst verdict; without any check nothing is known.
pub(super) fn worst(checks: &[Check]) -> Verdict {
    checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Unknown)
}

/// Every test run that failed, then every check that did not pass, worst first.
pub(super) fn warnings(runs: &[StoredRun]) -> Vec<Warning> {
    let failures = (1..).zip(runs).filter_map(|(number, stored)| failure(number, stored));
    let mut of_checks: Vec<(Verdict, Warning)> =
        (1..).zip(runs).flat_map(|(number, stored)| check_warnings(number, stored)).collect();
    of_checks.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    failures.chain(of_checks.into_iter().map(|(_, warning)| warning)).collect()
}

pub(super) fn failure(number: usize, StoredRun { run, .. }: &StoredRun) -> Option<Warning> {
    let text = super::run::failure(run)?;
    let anchor = super::run::anchor(number);
    Some(Warning { mark: run.status.into(), place: plain(&run.api), anchor, text, effect: "" })
}

fn check_warnings(number: usize, StoredRun { run, checks }: &StoredRun) -> Vec<(Verdict, Warning)> {
    let api = plain(&run.api);
    let found = |verdict: Verdict, place: String, text: String| {
        let (anchor, effect) = (super::run::anchor(number), effect(verdict));
        (verdict, Warning { mark: verdict.into(), place, anchor, text, effect })
    };
    let of_check = |check: &Check| found(check.verdict, place(&api, check), plain(&check.text));
    let (unknown, known): (Vec<&Check>, Vec<&Check>) =
        checks.iter().partition(|check| check.verdict == Verdict::Unknown);
    let mut warnings: Vec<(Verdict, Warning)> =
        known.into_iter().filter(|check| check.verdict != Verdict::Ok).map(of_check).collect();
    // What a failed test run leaves unmeasured has one cause, so it is one warning.
    if let [only] = unknown.as_slice() {
        warnings.push(of_check(only));
    } else if !unknown.is_empty() {
        let names: Vec<String> = unknown.iter().map(|check| plain(&check.id).replace('_', " ")).collect();
        let text = format!("{} checks could not be made: {}.", names.len(), names.join(", "));
        warnings.push(found(Verdict::Unknown, api, text));
    }
    warnings
}

fn place(api: &str, check: &Check) -> String {
    match &check.scope {
        CheckScope::Run => api.to_owned(),
        CheckScope::Phase(name) => format!("{api}, phase {}", plain(name)),
    }
}

pub(super) fn effect(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "",
        Verdict::Warn => "Usable, with this in mind.",
        Verdict::Unknown => "Not known; it does not count as passed.",
        Verdict::Invalid => "Nothing may be concluded from what it is about.",
    }
}

/// How many checks there were and how many passed.
pub(super) fn checks(runs: &[StoredRun], analysis: &Analysis) -> String {
    let apis = analysis.payloads.iter().flat_map(|payload| &payload.apis);
    let over_rounds = apis.flat_map(|api| &api.phases).flat_map(|phase| &phase.checks);
    let all: Vec<&Check> = runs.iter().flat_map(|stored| &stored.checks).chain(over_rounds).collect();
    let passed = all.iter().filter(|check| check.verdict == Verdict::Ok).count();
    match all.len() {
        0 => "No check was made.".to_owned(),
        total if total == passed => format!("All {} checks passed.", in_digits(total)),
        total => format!("{} of {} checks passed.", in_digits(passed), in_digits(total)),
    }
}

fn in_digits(number: usize) -> String {
    format::count(number as u64).text
}
