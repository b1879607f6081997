//! What several rounds say together, and what it keeps from being said.

use super::*;
use crate::model::{Check, Verdict};

const BEST: &str = "producer-api-rust-rest";

fn api<'a>(analysis: &'a PayloadAnalysis, name: &str) -> &'a ApiAnalysis {
    analysis.apis.iter().find(|api| api.api == name).unwrap()
}

fn check<'a>(api: &'a ApiAnalysis, phase: &str, id: &str) -> &'a Check {
    let phase = api.phases.iter().find(|known| known.name == phase).unwrap();
    phase.checks.iter().find(|check| check.id == id).unwrap()
}

fn best_phase(stored: &StoredCampaign) -> String {
    api(&only(stored), BEST).capacity.as_ref().unwrap().phase.clone()
}

/// The campaign in which the best API did so many hundredths of its usual throughput in round 3.
fn with_one_other_round(phase: &str, percent: u64) -> StoredCampaign {
    let mut stored = held(5);
    let run = stored.runs.iter_mut().find(|made| made.run.api == BEST && made.run.round == 3).unwrap();
    let figures = run.run.phases.iter_mut().find(|figures| figures.name == phase).unwrap();
    let window = figures.window.as_mut().unwrap();
    window.acknowledged = window.acknowledged.map(|count| count * percent / 100);
    stored
}

#[test]
fn a_load_whose_rounds_differ_by_much_counts_nowhere() {
    let phase = best_phase(&held(5));
    let analysis = only(&with_one_other_round(&phase, 70));
    let best = api(&analysis, BEST);
    let noise = check(best, &phase, "noise");
    assert_eq!(noise.verdict, Verdict::Invalid);
    assert!(noise.text.starts_with("Over 5 rounds the throughput varies by 1"), "{}", noise.text);
    assert_ne!(best.capacity.as_ref().unwrap().phase, phase);
    let spoiled = best.phases.iter().find(|known| known.name == phase).unwrap();
    assert!(spoiled.cells.iter().all(|cell| !cell.is_usable() && cell.limited_by == ["noise"]));
    assert_eq!(spoiled.throughput_per_s, None);
    assert!(Analysis { payloads: vec![analysis], ..Analysis::default() }.has_invalid());
}

#[test]
fn rounds_that_differ_by_some_limit_what_is_said() {
    let phase = best_phase(&held(5));
    let analysis = only(&with_one_other_round(&phase, 110));
    assert_eq!(check(api(&analysis, BEST), &phase, "noise").verdict, Verdict::Warn);
    assert_eq!(api(&analysis, BEST).capacity.as_ref().unwrap().phase, phase);
    let pairs = analysis.findings.iter().filter(|finding| finding.ratio.is_some());
    let of_best = pairs.filter(|finding| {
        finding.metric == Some(Metric::Capacity) && finding.subjects.iter().any(|api| api == BEST)
    });
    let limits: Vec<&Vec<String>> = of_best.map(|finding| &finding.limited_by).collect();
    assert!(!limits.is_empty() && limits.iter().all(|limited_by| **limited_by == ["noise"]), "{limits:?}");
    let carried = serde_json::to_string(&Measured::of(&analysis)).unwrap();
    let again = of_measured(&serde_json::from_str(&carried).unwrap());
    assert_eq!((again.findings, again.comparisons), (analysis.findings, analysis.comparisons));
}

#[test]
fn an_api_that_was_built_anew_between_rounds_is_not_compared() {
    let mut stored = held(5);
    for made in stored.runs.iter_mut().filter(|made| made.run.api == BEST && made.run.round > 3) {
        made.run.build_id = Some("another".to_owned());
    }
    let analysis = only(&stored);
    let best = api(&analysis, BEST);
    assert!(best.capacity.is_none() && best.ranks.is_none());
    assert_eq!(check(best, "p1", "environment").text, "The rounds differ in build.");
    let left_out = analysis.findings.last().unwrap();
    assert_eq!(
        (left_out.claim, left_out.subjects.as_slice()),
        (Claim::LeftOut, [BEST.to_owned()].as_slice())
    );
    assert_eq!(order(&analysis).len(), 5);
}

#[test]
fn few_rounds_are_told_and_keep_their_values() {
    let said = |rounds: u32| {
        let analysis = only(&held(rounds));
        let rounds = check(api(&analysis, BEST), "p1", "rounds").clone();
        assert!(analysis.apis.iter().all(|api| api.capacity.is_some()));
        (rounds.verdict, rounds.text)
    };
    assert_eq!(said(1), (Verdict::Invalid, "1 valid round permits no claim.".to_owned()));
    assert_eq!(said(2), (Verdict::Invalid, "2 valid rounds permit no claim.".to_owned()));
    assert_eq!(said(3), (Verdict::Warn, "3 valid rounds permit a claim, and a weak one.".to_owned()));
    assert_eq!(said(5), (Verdict::Ok, "5 valid rounds.".to_owned()));
    let weak = only(&held(3)).findings;
    assert!(
        weak.iter().filter(|finding| finding.ratio.is_some()).all(|finding| finding.limited_by == ["rounds"])
    );
}
