//! What changed from one campaign to another.

use serde::Serialize;

use super::{format, plain, short};
use crate::{
    model::{CampaignChanges, CampaignId, Change, ChangeMetric, ComparedCampaign, Interval, PairClaim},
    report::format::counted,
};

/// A campaign held against its baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangesView {
    /// The baseline; null when there is none.
    pub before: Option<ComparedCampaign>,
    /// The campaign that is held against it.
    pub after: ComparedCampaign,
    /// Both in words: `before` and `after`.
    #[serde(skip)]
    pub campaigns: Vec<(&'static str, String)>,
    /// What may be said, the most important first.
    pub findings: Vec<String>,
    /// In what they differ that keeps them from being compared.
    pub differences: Vec<String>,
    /// Every figure of both.
    pub figures: Vec<ChangeView>,
    /// What only one of them measured.
    pub only_in_one: Vec<String>,
}

/// A figure then and now, as numbers and as they are written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeView {
    /// The numbers.
    #[serde(flatten)]
    pub change: Change,
    /// What it is.
    #[serde(skip)]
    pub name: &'static str,
    /// Its value then.
    #[serde(skip)]
    pub then: String,
    /// Its value now.
    #[serde(skip)]
    pub now: String,
    /// Their ratio with its interval.
    #[serde(skip)]
    pub ratio: String,
    /// What may be said.
    #[serde(skip)]
    pub says: &'static str,
}

impl ChangesView {
    /// Makes the view; the same changes always give the same one.
    pub fn new(changes: &CampaignChanges) -> Self {
        let before = changes.before.as_ref().map(safe);
        let after = safe(&changes.after);
        let texts = |texts: &[String]| texts.iter().map(|text| plain(text)).collect();
        Self {
            campaigns: before
                .iter()
                .map(|before| ("before", in_words(before)))
                .chain([("after", in_words(&after))])
                .collect(),
            before,
            after,
            findings: texts(&changes.findings),
            differences: texts(&changes.differences),
            figures: changes.figures.iter().map(figure).collect(),
            only_in_one: texts(&changes.only_in_one),
        }
    }
}

fn safe(campaign: &ComparedCampaign) -> ComparedCampaign {
    ComparedCampaign {
        id: CampaignId(plain(&campaign.id.0)),
        commit: campaign.commit.as_deref().map(plain),
        fingerprint: plain(&campaign.fingerprint),
        ..campaign.clone()
    }
}

fn in_words(campaign: &ComparedCampaign) -> String {
    let commit = match &campaign.commit {
        None => "not in a repository".to_owned(),
        Some(commit) if campaign.dirty => format!("commit {} with local changes", short(commit)),
        Some(commit) => format!("commit {}", short(commit)),
    };
    format!(
        "{}, {}, {commit}, {}",
        campaign.id,
        format::time(campaign.started_at),
        counted(u64::from(campaign.rounds), "round", "rounds")
    )
}

fn figure(change: &Change) -> ChangeView {
    ChangeView {
        name: name(change.metric),
        then: value(change.metric, change.before),
        now: value(change.metric, change.after),
        ratio: change.ratio.map_or_else(|| "\u{2013}".to_owned(), ratio),
        says: says(change),
        change: Change { api: plain(&change.api), ..change.clone() },
    }
}

fn name(metric: ChangeMetric) -> &'static str {
    match metric {
        ChangeMetric::Throughput => "throughput",
        ChangeMetric::P50 => "p50",
        ChangeMetric::P99 => "p99",
        ChangeMetric::Cpu => "CPU/1,000",
        ChangeMetric::Errors => "errors",
    }
}

fn value(metric: ChangeMetric, value: Option<f64>) -> String {
    let Some(known) = value else { return "not measured".to_owned() };
    match metric {
        ChangeMetric::Throughput => format::per_second(value).text,
        ChangeMetric::P50 | ChangeMetric::P99 => format::milliseconds(value).text,
        ChangeMetric::Cpu => format!("{known:.3} s"),
        ChangeMetric::Errors => format!("{known:.3} %"),
    }
}

fn ratio(ratio: Interval) -> String {
    format!("{:.2} ({:.2}\u{2013}{:.2})", ratio.estimate, ratio.low, ratio.high)
}

fn says(change: &Change) -> &'static str {
    match change.claim {
        Some(PairClaim::Different) => "changed",
        Some(PairClaim::Small) => "changed by little",
        Some(PairClaim::Equal) => "equal within 5 %",
        Some(PairClaim::NotResolved) => "not resolved",
        None if change.metric == ChangeMetric::Errors => "counted",
        None => "values only",
    }
}
