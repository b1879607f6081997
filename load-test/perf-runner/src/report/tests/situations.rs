//! What a report is made from in tests: every situation that it must survive.

use std::{fs, path::PathBuf, sync::LazyLock};

use super::super::*;
use crate::{
    model::{CampaignId, FailureKind, Verdict},
    sample,
};

/// Every situation a report must survive, by name.
pub(super) fn situations() -> &'static [Situation] {
    &SITUATIONS
}

/// A campaign with everything that is made of it: made once, since many tests look at it.
pub(super) struct Situation {
    pub(super) name: &'static str,
    pub(super) stored: StoredCampaign,
    pub(super) analysis: Analysis,
    pub(super) view: ReportView,
    pub(super) page: String,
    pub(super) json: String,
}

static SITUATIONS: LazyLock<Vec<Situation>> = LazyLock::new(|| {
    let made = |(name, stored): (&'static str, StoredCampaign)| {
        let analysis = asked(name, &stored);
        let view = ReportView::new(&stored, &analysis);
        let json = json(&view).unwrap();
        let page = html::page(&view, &csv::Table::new(&stored, &analysis), &json).unwrap();
        Situation { name, stored, analysis, view, page, json }
    };
    campaigns().into_iter().map(made).collect()
});

/// What the campaign comes to; of some, gates and a comparison are asked for, too.
fn asked(name: &str, stored: &StoredCampaign) -> Analysis {
    let mut analysis = sample::analyzed(stored);
    if name == "held_asked" {
        let gates = ["errors(*)>0", "p99(rust-rest@100)>1ms", "throughput(java-grpc@50)<9000/s"];
        analysis.gates = sample::gated(stored, &gates);
        let mut before = sample::held(5);
        before.campaign.id = CampaignId("20261120-104351-full-0001".to_owned());
        analysis.changes = Some(sample::changed(&before, stored, &[]));
    }
    if name == "hostile" {
        let mut before = sample::hostile();
        before.campaign.id = CampaignId("<script>alert(1)</script>\u{202e}".to_owned());
        let difference = "kernel: <img src=x> then, `y` @all now";
        analysis.changes = Some(sample::changed(&before, stored, &[difference]));
        analysis.gates = sample::gated(stored, &["errors(*)>0"]);
    }
    analysis
}

pub(super) fn campaigns() -> Vec<(&'static str, StoredCampaign)> {
    let mut nothing_made = sample::normal();
    nothing_made.runs.clear();
    let mut nothing_planned = nothing_made.clone();
    nothing_planned.campaign.plan.runs.clear();
    vec![
        ("normal", sample::normal()),
        ("one_failed", sample::one_failed()),
        ("nothing_measured", sample::nothing_measured()),
        ("hostile", sample::hostile()),
        ("many", sample::many()),
        ("nothing_made", nothing_made),
        ("nothing_planned", nothing_planned),
        ("held", sample::held(5)),
        ("held_asked", less()),
        ("held_one_round", sample::held(1)),
        ("held_two_rounds", sample::held(2)),
        ("held_all_invalid", all_invalid()),
        ("held_one_missing", one_missing()),
        ("held_hostile", hostile_held()),
        ("held_fifty", fifty()),
        ("held_nothing_measured", nothing_measured_held()),
        ("held_client_limited", sample::held_of(&sample::SIX, &[10, 50], 5)),
        ("held_zero_variance", zero_variance()),
    ]
}

/// One API does less than elsewhere, and an event of it was refused.
fn less() -> StoredCampaign {
    let mut apis = sample::SIX;
    apis[0].peak_per_s = 1_300.0;
    let mut stored = sample::held_of(&apis, &sample::LOADS, 5);
    stored.runs[0].run.phases[1].failed.insert(FailureKind("unavailable".to_owned()), 3);
    stored
}

pub(super) fn all_invalid() -> StoredCampaign {
    let mut stored = sample::held(3);
    for check in stored.runs.iter_mut().flat_map(|stored| &mut stored.checks) {
        check.verdict = Verdict::Invalid;
    }
    stored
}

/// Every test run of one API was never made.
pub(super) fn one_missing() -> StoredCampaign {
    let mut stored = sample::held(3);
    stored.runs.retain(|stored| !stored.run.api.contains("go-grpc"));
    stored
}

pub(super) fn hostile_held() -> StoredCampaign {
    let mut stored = sample::held_of(&sample::SIX[..3], &[10, 200], 3);
    for run in stored.runs.iter_mut().filter(|stored| stored.run.api.contains("go")) {
        run.run.api = "</svg><script>alert(1)</script>\"'&,\n| `x` @all \u{202e}".to_owned();
        for check in &mut run.checks {
            check.verdict = Verdict::Warn;
            check.text = "<img src=http://example.org/x onerror=alert(1)>".to_owned();
        }
    }
    stored
}

pub(super) fn fifty() -> StoredCampaign {
    let names: Vec<String> = (0..50).map(|index| format!("an-api-number-{index:02}")).collect();
    let apis: Vec<sample::True> = names
        .into_iter()
        .zip(0..)
        .map(|(name, index)| sample::True {
            name: name.leak(),
            peak_per_s: 500.0 + 20.0 * f64::from(index),
            unloaded_ms: 3.0,
        })
        .collect();
    sample::held_of(&apis, &[10, 200], 3)
}

/// Null everywhere: no window, no clock, no seconds.
pub(super) fn nothing_measured_held() -> StoredCampaign {
    let mut stored = sample::held(3);
    for phase in stored.runs.iter_mut().flat_map(|stored| &mut stored.run.phases) {
        (phase.window, phase.iteration, phase.request, phase.throughput_per_s) = (None, None, None, None);
        phase.seconds.clear();
    }
    stored
}

/// Every round of an API is its first one again.
pub(super) fn zero_variance() -> StoredCampaign {
    let mut stored = sample::held(3);
    let first: Vec<_> = stored.runs.iter().filter(|stored| stored.run.round == 1).cloned().collect();
    for run in stored.runs.iter_mut().map(|stored| &mut stored.run) {
        let same = first.iter().find(|stored| stored.run.api == run.api).unwrap();
        run.phases.clone_from(&same.run.phases);
    }
    stored
}

/// The same loads against services a hundred times as slow.
pub(super) fn held_of_few_events() -> StoredCampaign {
    let slow = sample::SIX.map(|api| sample::True { peak_per_s: api.peak_per_s / 100.0, ..api });
    sample::held_of(&slow, &sample::LOADS, 5)
}

pub(super) fn view_of(stored: &StoredCampaign) -> ReportView {
    ReportView::new(stored, &sample::analyzed(stored))
}

pub(super) fn page_of(stored: &StoredCampaign) -> String {
    let csv = csv::Table::new(stored, &sample::analyzed(stored));
    html::page(&view_of(stored), &csv, &json_of(stored)).unwrap()
}

pub(super) fn json_of(stored: &StoredCampaign) -> String {
    json(&view_of(stored)).unwrap()
}

pub(super) fn csv_of(stored: &StoredCampaign) -> String {
    csv::Table::new(stored, &sample::analyzed(stored)).text()
}

pub(super) fn table_of(stored: &StoredCampaign) -> String {
    table(stored, &sample::analyzed(stored))
}

pub(super) fn show_of(stored: &StoredCampaign) -> String {
    text::campaign(stored, &sample::analyzed(stored))
}

pub(super) fn schema() -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas/report-1.schema.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
