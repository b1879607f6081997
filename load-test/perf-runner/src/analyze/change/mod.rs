//! Two campaigns held against each other: what changed, and how sure that is.
//!
//! Rounds of two campaigns have nothing to do with each other, so the ratio of each
//! figure has Welch's t interval on logarithms over the rounds of both. With many
//! figures some would stand out by chance: each interval is widened (Bonferroni) so
//! that all figures of one metric hold at once with 95 %. One API at one load is one
//! figure and pays nothing. Words are those of [`super::findings`].
//!
//! Fewer than three usable rounds in either campaign give values and no claim.

mod wording;

use super::{
    checks::as_value,
    over_rounds::OverRounds,
    statistics::{self, Welch},
};
use crate::model::{
    Analysis, ApiAnalysis, Campaign, CampaignChanges, Cell, Change, ChangeMetric, ComparedCampaign,
    PayloadSize, PhaseAnalysis, PhaseLoad, StoredCampaign,
};

/// What may be wrong with any of the intervals of one metric.
const MISTAKES: f64 = 0.05;

/// What changed from the first to the second. Differences that keep them from being
/// compared are told instead; `forced` compares what they share nevertheless.
pub fn between(
    before: &StoredCampaign,
    after: &StoredCampaign,
    differences: Vec<String>,
    forced: bool,
) -> CampaignChanges {
    let mut changes = CampaignChanges {
        before: Some(compared(&before.campaign)),
        after: compared(&after.campaign),
        differences,
        figures: Vec::new(),
        only_in_one: Vec::new(),
        findings: Vec::new(),
    };
    if changes.differences.is_empty() || forced {
        let (then, now) = (super::of(before), super::of(after));
        changes.figures = judged(drafts(&then, &now));
        changes.only_in_one = only_in_one(&then, &now);
    }
    changes.findings = wording::findings(&changes, forced);
    changes
}

/// There is nothing to hold a campaign against.
pub fn without_baseline(after: &StoredCampaign) -> CampaignChanges {
    let mut changes = CampaignChanges {
        before: None,
        after: compared(&after.campaign),
        differences: Vec::new(),
        figures: Vec::new(),
        only_in_one: Vec::new(),
        findings: Vec::new(),
    };
    changes.findings = vec![wording::no_baseline(after.campaign.mode)];
    changes
}

fn compared(campaign: &Campaign) -> ComparedCampaign {
    ComparedCampaign {
        id: campaign.id.clone(),
        started_at: campaign.started_at,
        commit: campaign.git.as_ref().map(|git| git.commit.clone()),
        dirty: campaign.git.as_ref().is_some_and(|git| git.dirty),
        rounds: campaign.plan.rounds,
        fingerprint: campaign.fingerprint.clone(),
    }
}

/// One API at one held load.
#[derive(Clone, Copy)]
struct Place<'a> {
    payload: PayloadSize,
    api: &'a str,
    phase: &'a PhaseAnalysis,
}

impl Place<'_> {
    fn is_same(&self, other: &Self) -> bool {
        let amount = |load: &PhaseLoad| match *load {
            PhaseLoad::Iterations { vus, .. } | PhaseLoad::Vus { vus, .. } => (false, vus),
            PhaseLoad::Rate { per_s, .. } => (true, per_s),
        };
        let is_same_load = amount(&self.phase.load) == amount(&other.phase.load);
        (self.payload, self.api) == (other.payload, other.api) && is_same_load
    }
}

/// By name of the API, so that two reports of the same campaigns read alike.
fn places(analysis: &Analysis) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    for payload in &analysis.payloads {
        let mut apis: Vec<&ApiAnalysis> = payload.apis.iter().collect();
        apis.sort_by(|one, other| one.api.cmp(&other.api));
        for api in apis {
            let of_api = |phase| Place { payload: payload.payload, api: &api.api, phase };
            places.extend(api.phases.iter().map(of_api));
        }
    }
    places
}

/// A figure of a cell; errors are counted over all of them instead.
fn figure(metric: ChangeMetric, cell: &Cell) -> Option<f64> {
    match metric {
        ChangeMetric::Throughput => cell.throughput_per_s,
        ChangeMetric::P50 => cell.p50_ms,
        ChangeMetric::P99 => cell.p99_ms,
        ChangeMetric::Cpu => cell.cpu_s_per_1000,
        ChangeMetric::Errors => None,
    }
}

/// A change without its verdict, which depends on how many there are.
struct Draft {
    change: Change,
    welch: Option<Welch>,
}

fn drafts(then: &Analysis, now: &Analysis) -> Vec<Draft> {
    let before = places(then);
    let mut drafts = Vec::new();
    for place in places(now) {
        let Some(earlier) = before.iter().find(|earlier| earlier.is_same(&place)) else { continue };
        for metric in ChangeMetric::ALL {
            drafts.push(if metric == ChangeMetric::Errors {
                of_errors(earlier, &place)
            } else {
                of_metric(metric, earlier, &place)
            });
        }
    }
    drafts
}

fn of_metric(metric: ChangeMetric, earlier: &Place<'_>, place: &Place<'_>) -> Draft {
    let before = OverRounds::of(earlier.phase, |cell| figure(metric, cell));
    let after = OverRounds::of(place.phase, |cell| figure(metric, cell));
    let welch = Welch::new(&after.values, &before.values);
    let why_not = welch.is_none().then(|| wording::why_not(before.values.len(), after.values.len()));
    let (rounds_before, rounds_after) = (before.values.len(), after.values.len());
    let change = Change {
        before: before.mean(),
        after: after.mean(),
        rounds_before,
        rounds_after,
        why_not: why_not.map(str::to_owned),
        ..change(metric, place)
    };
    Draft { change, welch }
}

/// Errors are counted, so they have no interval over rounds.
fn of_errors(earlier: &Place<'_>, place: &Place<'_>) -> Draft {
    let ((before, rounds_before), (after, rounds_after)) = (errors(earlier.phase), errors(place.phase));
    let change = Change {
        before,
        after,
        rounds_before,
        rounds_after,
        why_not: Some(wording::COUNTED.to_owned()),
        ..change(ChangeMetric::Errors, place)
    };
    Draft { change, welch: None }
}

/// The share of all calls in percent, and how many rounds it is from.
fn errors(phase: &PhaseAnalysis) -> (Option<f64>, usize) {
    let counted = phase.cells.iter().filter(|cell| cell.is_usable());
    let counted: Vec<(u64, u64)> = counted.filter_map(|cell| Some((cell.not_ok?, cell.calls?))).collect();
    let (not_ok, calls) = counted.iter().fold((0_u64, 0_u64), |(not_ok, calls), cell| {
        (not_ok.saturating_add(cell.0), calls.saturating_add(cell.1))
    });
    let share = (calls > 0).then(|| as_value(not_ok) / as_value(calls) * 100.0);
    (share, counted.len())
}

fn change(metric: ChangeMetric, place: &Place<'_>) -> Change {
    Change {
        payload: place.payload,
        api: place.api.to_owned(),
        load: place.phase.load.to_string(),
        metric,
        before: None,
        after: None,
        rounds_before: 0,
        rounds_after: 0,
        ratio: None,
        claim: None,
        why_not: None,
    }
}

/// Gives each change the interval and the claim that it has among all of its metric.
fn judged(drafts: Vec<Draft>) -> Vec<Change> {
    let family = |metric: ChangeMetric| {
        drafts.iter().filter(|draft| draft.change.metric == metric && draft.welch.is_some()).count()
    };
    let families: Vec<(ChangeMetric, usize)> =
        ChangeMetric::ALL.into_iter().map(|metric| (metric, family(metric))).collect();
    let judged = |draft: Draft| {
        let Some(welch) = draft.welch else { return draft.change };
        let size = families.iter().find(|(metric, _)| *metric == draft.change.metric).map_or(1, |of| of.1);
        let confidence = 1.0 - MISTAKES / statistics::real(size.max(1));
        Change {
            ratio: Some(welch.ratio(confidence)),
            claim: Some(statistics::claim(welch.log_ratio, welch.half(confidence))),
            ..draft.change
        }
    };
    drafts.into_iter().map(judged).collect()
}

/// APIs at loads that have nothing to be held against.
fn only_in_one(then: &Analysis, now: &Analysis) -> Vec<String> {
    let (before, after) = (places(then), places(now));
    let missing = |of: &[Place<'_>], other: &[Place<'_>], when: &str| -> Vec<String> {
        let alone = of.iter().filter(|place| !other.iter().any(|known| known.is_same(place)));
        alone.map(|place| wording::only(place.api, &place.phase.load, when)).collect()
    };
    let mut found = missing(&before, &after, "then");
    found.extend(missing(&after, &before, "now"));
    found
}

#[cfg(test)]
mod tests;
