use super::*;
use crate::{
    model::{CampaignId, Interval, PairClaim},
    sample::{self, LOADS, SIX, True, held, held_of, with_invalid},
};

const API: &str = SIX[0].name;

/// The same APIs, of which the first one does so much less.
fn after(peak_per_s: f64, loads: &[u32], rounds: u32) -> StoredCampaign {
    let mut apis = SIX;
    apis[0] = True { peak_per_s, ..SIX[0] };
    let mut stored = held_of(&apis, loads, rounds);
    stored.campaign.id = CampaignId("20261122-104351-full-0001".to_owned());
    stored
}

fn changes(before: &StoredCampaign, after: &StoredCampaign) -> CampaignChanges {
    between(before, after, Vec::new(), false)
}

fn find<'a>(changes: &'a CampaignChanges, load: &str, metric: ChangeMetric) -> &'a Change {
    let is_it = |change: &&Change| (change.api.as_str(), change.load.as_str()) == (API, load);
    changes.figures.iter().filter(is_it).find(|change| change.metric == metric).unwrap()
}

#[test]
fn a_true_change_is_claimed_with_its_size_and_nothing_else_is() {
    let found = changes(&held(5), &after(1_400.0, &LOADS, 5));
    let at_peak = find(&found, "1000 VUs", ChangeMetric::Throughput);
    assert_eq!(at_peak.claim, Some(PairClaim::Different));
    let ratio = at_peak.ratio.unwrap();
    assert!(ratio.covers(1_400.0 / 1_790.0) && ratio.high < 0.85, "{ratio:?}");
    // Ten users ask for less than either can do.
    assert_ne!(find(&found, "10 VUs", ChangeMetric::Throughput).claim, Some(PairClaim::Different));
    let others = found.figures.iter().filter(|change| change.api != API);
    assert!(others.clone().count() > 100);
    for change in others {
        assert_ne!(change.claim, Some(PairClaim::Different), "{change:?}");
    }
    assert!(found.findings[0].starts_with("Of 168 figures held against "), "{:?}", found.findings);
    assert!(found.findings[1].starts_with(&format!("{API} at ")), "{:?}", found.findings);
    assert!(found.findings.last().unwrap().contains("one occasion"));
}

#[test]
fn a_campaign_held_against_its_like_claims_no_change() {
    let found = changes(&held(5), &after(SIX[0].peak_per_s, &LOADS, 5));
    assert!(found.figures.iter().all(|change| change.claim != Some(PairClaim::Different)));
    assert!(found.figures.iter().all(|change| change.claim != Some(PairClaim::Small)));
    assert_eq!(found.figures.len(), 6 * LOADS.len() * 5);
}

#[test]
fn fewer_than_three_rounds_in_either_give_values_and_no_claim() {
    for (then, now, reason) in [
        (1, 5, "one round cannot separate them"),
        (5, 1, "one round cannot"),
        (2, 5, "two rounds allow no claim"),
    ] {
        let found = changes(&held_of(&SIX, &[10, 200], then), &after(900.0, &[10, 200], now));
        for change in &found.figures {
            assert_eq!((change.ratio, change.claim), (None, None));
            assert!(change.before.is_some() && change.after.is_some());
        }
        assert!(found.findings[0].contains("values only") && found.findings[0].contains(reason));
    }
}

#[test]
fn an_interval_among_many_is_wider_than_one_alone() {
    let width = |interval: Interval| (interval.high / interval.low).ln();
    let many = changes(&held(5), &after(1_400.0, &LOADS, 5));
    let one = changes(
        &held_of(&SIX[..1], &[1000], 5),
        &held_of(&[True { peak_per_s: 1_400.0, ..SIX[0] }], &[1000], 5),
    );
    let [many, one] =
        [&many, &one].map(|found| width(find(found, "1000 VUs", ChangeMetric::Throughput).ratio.unwrap()));
    assert!(many > 1.5 * one, "{many} and {one}");
    // Alone it is the plain 95 % interval.
    let values = |peak: f64| -> Vec<f64> {
        let analysis = crate::analyze::of(&held_of(&[True { peak_per_s: peak, ..SIX[0] }], &[1000], 5));
        analysis.payloads[0].apis[0].phases[0].cells.iter().filter_map(|cell| cell.throughput_per_s).collect()
    };
    let plain = Welch::new(&values(1_400.0), &values(SIX[0].peak_per_s)).unwrap().ratio(0.95);
    assert!((width(plain) - one).abs() < 1e-9);
}

#[test]
fn what_a_check_rules_out_is_no_part_of_it() {
    let mut before = with_invalid(held(5), API, "p2", "generator_cpu");
    let found = changes(&before, &after(1_400.0, &LOADS, 5));
    let change = find(&found, "50 VUs", ChangeMetric::Throughput);
    assert_eq!((change.before, change.rounds_before, change.rounds_after), (None, 0, 5));
    assert_eq!(change.why_not.as_deref(), Some("not measured in both"));
    before.runs.retain(|made| made.run.api != API);
    let found = changes(&before, &after(1_400.0, &[10, 300], 5));
    assert!(found.only_in_one.contains(&format!("{API} at 10 VUs only now")), "{:?}", found.only_in_one);
    assert!(found.only_in_one.iter().any(|text| text.ends_with("at 2000 VUs only then")));
    assert!(found.figures.iter().all(|change| change.api != API && change.load == "10 VUs"));
}

#[test]
fn differences_are_told_instead_of_figures_unless_it_is_forced() {
    let (before, after) = (held(5), after(1_400.0, &LOADS, 5));
    let differences = vec!["processors: 2 then, 4 now".to_owned()];
    let refused = between(&before, &after, differences.clone(), false);
    assert!(refused.figures.is_empty() && refused.findings.len() == 1);
    assert!(refused.findings[0].contains("is not compared with") && refused.findings[0].contains("4 now"));
    let forced = between(&before, &after, differences, true);
    assert!(!forced.figures.is_empty() && forced.findings[0].contains("may not be compared with"));
}

#[test]
fn errors_are_shares_of_all_calls() {
    let (before, mut now) = (held(3), after(SIX[0].peak_per_s, &LOADS, 3));
    for made in now.runs.iter_mut().filter(|made| made.run.api == API) {
        let window = made.run.phases[0].window.as_mut().unwrap();
        (window.attempts, window.unknown) = (Some(1_000), Some(10));
    }
    let found = changes(&before, &now);
    let errors = find(&found, "10 VUs", ChangeMetric::Errors);
    assert_eq!((errors.before, errors.after), (Some(0.0), Some(1.0)));
    assert_eq!((errors.claim, errors.why_not.as_deref()), (None, Some("counted")));
}

#[test]
fn no_sentence_claims_more_than_was_measured() {
    const BANNED: [&str; 9] =
        ["faster", "slower", "winner", "significant", "reliable", "better", "worse", "always", "never"];
    let mut all = changes(&held(5), &after(900.0, &LOADS, 5)).findings;
    all.extend(changes(&held(1), &after(900.0, &LOADS, 1)).findings);
    all.extend(without_baseline(&sample::held(1)).findings);
    for sentence in all {
        assert!(!BANNED.iter().any(|word| sentence.to_lowercase().contains(word)), "{sentence}");
    }
}
