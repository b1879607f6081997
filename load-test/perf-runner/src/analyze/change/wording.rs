//! What may be said of two campaigns.

use super::statistics::CLAIM_ROUNDS;
use crate::model::{CampaignChanges, Change, ChangeMetric, Interval, Mode, PairClaim, PhaseLoad};

/// Why errors have no interval.
pub(super) const COUNTED: &str = "counted";

/// More sentences than this are no summary.
const MOST_TOLD: usize = 8;

/// What the intervals do not know.
const ONE_OCCASION: &str = "Each campaign is one occasion: the intervals know its rounds, not what else may differ \
                            between two times.";

pub(super) fn no_baseline(mode: Mode) -> String {
    format!("There is no earlier completed {mode} campaign to hold this one against.")
}

pub(super) fn only(api: &str, load: &PhaseLoad, when: &str) -> String {
    format!("{api} at {load} only {when}")
}

/// Why two figures have values and no interval.
pub(super) fn why_not(rounds_before: usize, rounds_after: usize) -> &'static str {
    match rounds_before.min(rounds_after) {
        0 => "not measured in both",
        1 => "one round cannot separate them",
        few if few < CLAIM_ROUNDS => "two rounds allow no claim",
        _ => "a value is zero",
    }
}

pub(super) fn findings(changes: &CampaignChanges, forced: bool) -> Vec<String> {
    let Some(before) = &changes.before else { return Vec::new() };
    let mut findings = Vec::new();
    if !changes.differences.is_empty() {
        let is = if forced { "may not be compared with" } else { "is not compared with" };
        findings.push(format!(
            "This campaign {is} {}, which was another measurement: {}.",
            before.id,
            changes.differences.join("; ")
        ));
        if !forced {
            return findings;
        }
    }
    if changes.figures.is_empty() {
        findings.push(format!("Nothing was measured both here and in {}.", before.id));
        return findings;
    }
    findings.push(tally(changes, &before.id.0));
    findings.extend(changed(&changes.figures));
    if changes.figures.iter().any(|change| change.claim.is_some()) {
        findings.push(ONE_OCCASION.to_owned());
    }
    findings
}

fn tally(changes: &CampaignChanges, before: &str) -> String {
    let judged: Vec<PairClaim> = changes.figures.iter().filter_map(|change| change.claim).collect();
    if judged.is_empty() {
        let mut estimated = changes.figures.iter().filter(|change| change.metric != ChangeMetric::Errors);
        let reason = estimated.find_map(|change| change.why_not.as_deref()).unwrap_or("not measured");
        return format!("Against {before} there are values only: {reason}.");
    }
    let count = |claim: PairClaim| judged.iter().filter(|known| **known == claim).count();
    let parts: Vec<String> = [
        (PairClaim::Different, "changed"),
        (PairClaim::Small, "changed by less than 2 %"),
        (PairClaim::Equal, "equal within 5 %"),
        (PairClaim::NotResolved, "not resolved"),
    ]
    .into_iter()
    .filter(|(claim, _)| count(*claim) > 0)
    .map(|(claim, words)| format!("{} {words}", count(claim)))
    .collect();
    format!("Of {} figures held against {before}: {}.", judged.len(), parts.join(", "))
}

/// What changed: throughput first, and the largest change first.
fn changed(figures: &[Change]) -> Vec<String> {
    let of = |change: &&Change| change.claim == Some(PairClaim::Different);
    let mut changed: Vec<(&Change, Interval)> =
        figures.iter().filter(of).filter_map(|change| Some((change, change.ratio?))).collect();
    let size = |ratio: &Interval| ratio.estimate.ln().abs();
    changed.sort_by(|one, other| {
        let is_other = |of: &Change| of.metric != ChangeMetric::Throughput;
        is_other(one.0).cmp(&is_other(other.0)).then(size(&other.1).total_cmp(&size(&one.1)))
    });
    let mut sentences: Vec<String> =
        changed.iter().take(MOST_TOLD).map(|(change, ratio)| sentence(change, *ratio)).collect();
    if changed.len() > MOST_TOLD {
        sentences.push(format!("And {} more changed, as the table says.", changed.len() - MOST_TOLD));
    }
    sentences
}

fn sentence(change: &Change, ratio: Interval) -> String {
    format!(
        "{} at {}: {} is {:.2} times what it was (95 % CI {:.2}\u{2013}{:.2}; {} rounds then, {} now).",
        change.api,
        change.load,
        metric(change.metric),
        ratio.estimate,
        ratio.low,
        ratio.high,
        change.rounds_before,
        change.rounds_after
    )
}

fn metric(metric: ChangeMetric) -> &'static str {
    match metric {
        ChangeMetric::Throughput => "throughput",
        ChangeMetric::P50 => "p50",
        ChangeMetric::P99 => "p99",
        ChangeMetric::Cpu => "processor time per event",
        ChangeMetric::Errors => "the share of errors",
    }
}
