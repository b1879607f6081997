use std::{fs, path::PathBuf};

use super::*;
use crate::{
    model::{CampaignSummary, Verdict},
    sample,
};

/// Every situation a report must survive, by name.
fn situations() -> Vec<(&'static str, StoredCampaign)> {
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
    ]
}

fn page_of(stored: &StoredCampaign) -> String {
    html::page(&ReportView::new(stored)).unwrap()
}

fn json_of(stored: &StoredCampaign) -> String {
    json(&ReportView::new(stored)).unwrap()
}

fn schema() -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas/report-1.schema.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_json_of_a_campaign() {
    insta::assert_snapshot!("json_normal", json_of(&sample::normal()));
    insta::assert_snapshot!("json_one_failed", json_of(&sample::one_failed()));
}

#[test]
fn the_json_is_as_its_schema_says() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for (name, stored) in situations() {
        let report: serde_json::Value = serde_json::from_str(&json_of(&stored)).unwrap();
        let complaints: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(complaints, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let good: serde_json::Value = serde_json::from_str(&json_of(&sample::normal())).unwrap();
    let refuses = |change: fn(&mut serde_json::Value)| {
        let mut bad = good.clone();
        change(&mut bad);
        assert_ne!(bad, good);
        assert!(!validator.is_valid(&bad));
    };
    refuses(|report| report["schema"] = "perf-runner/report/2".into());
    refuses(|report| report["runs"][0]["counts"]["acknowledged"]["value"] = "5".into());
    refuses(|report| report["runs"][0]["verdict"]["word"] = "good".into());
    refuses(|report| report["unheard_of"] = 1.into());
    refuses(|report| {
        report.as_object_mut().unwrap().remove("answer");
    });
}

/// What a browser would load: sources, links that leave the page, styles, scripts.
#[test]
fn the_page_asks_for_nothing() {
    for (name, stored) in situations() {
        let page = page_of(&stored);
        for attribute in tags(&page).iter().flat_map(|tag| &tag.attributes) {
            match attribute.0.as_str() {
                "href" => assert!(attribute.1.starts_with('#'), "{name}: {attribute:?}"),
                "src" | "srcset" | "action" | "data" | "poster" | "style" => panic!("{name}: {attribute:?}"),
                event if event.starts_with("on") => panic!("{name}: {attribute:?}"),
                _ => {}
            }
        }
        assert!(!page.contains("url(") && !page.contains("@import"), "{name}");
    }
}

/// Only these elements, each as often opened as closed, whatever the names are.
#[test]
fn names_cannot_become_markup() {
    const KNOWN: &str = "a body code dd details div dl dt footer h1 h2 h3 h4 head header html li main meta p pre \
                         rect section span style summary svg table tbody td th thead title tr ul";
    const EMPTY: [&str; 2] = ["meta", "rect"];
    for (name, stored) in situations() {
        let page = page_of(&stored);
        let mut open: Vec<String> = Vec::new();
        for tag in tags(&page) {
            assert!(KNOWN.split_whitespace().any(|known| known == tag.name), "{name}: <{}>", tag.name);
            if tag.is_end {
                assert_eq!(open.pop(), Some(tag.name), "{name}");
            } else if !EMPTY.contains(&tag.name.as_str()) {
                open.push(tag.name);
            }
        }
        assert_eq!(open, Vec::<String>::new(), "{name}");
    }
    let page = page_of(&sample::hostile());
    assert!(page.contains("&#60;script&#62;alert("), "the name is still readable");
}

#[test]
fn every_link_has_a_place_and_every_place_one_name() {
    for (name, stored) in situations() {
        let page = page_of(&stored);
        let all = tags(&page);
        let of = |wanted: &str| -> Vec<String> {
            let attributes = all.iter().flat_map(|tag| &tag.attributes);
            attributes.filter(|(key, _)| key == wanted).map(|(_, value)| value.clone()).collect()
        };
        let ids = of("id");
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}: an id is there twice");
        for link in of("href").iter().chain(&of("aria-labelledby")) {
            let target = link.trim_start_matches('#');
            assert!(ids.iter().any(|id| id == target), "{name}: {link} leads nowhere");
        }
    }
}

#[test]
fn the_page_may_use_its_own_style_and_nothing_else() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};
    let page = page_of(&sample::normal());
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    assert!(page.contains(&format!("default-src 'none'; style-src 'sha256-{hash}'")));
}

#[test]
fn every_table_can_be_reached_by_keyboard_and_has_a_name() {
    for (name, stored) in situations() {
        let page = page_of(&stored);
        let boxes: Vec<Tag> = tags(&page)
            .into_iter()
            .filter(|tag| tag.attributes.contains(&("class".to_owned(), "scroll".to_owned())))
            .collect();
        assert_eq!(boxes.len(), page.matches("<table").count(), "{name}: a table outside a box");
        for tag in boxes {
            for wanted in ["tabindex", "role", "aria-label"] {
                assert!(
                    tag.attributes.iter().any(|(key, value)| key == wanted && !value.is_empty()),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_report_is_rebuilt_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let read = |files: &Files| (fs::read(&files.html).unwrap(), fs::read(&files.json).unwrap());
    let first = write(&sample::normal(), &folder.path().join("one/below")).unwrap();
    let second = write(&sample::normal(), folder.path()).unwrap();
    assert_eq!(read(&first), read(&second));
    assert!(first.html.ends_with("one/below/report.html"));
}

#[test]
fn a_page_of_thirty_test_runs_stays_small() {
    let bytes = page_of(&sample::many()).len();
    assert!(bytes < 300_000, "{bytes} bytes");
}

#[test]
fn no_report_claims_more_than_a_smoke_campaign_can_know() {
    const BANNED: [&str; 9] =
        ["faster", "slower", "winner", "significant", "reliable", "better", "worse", "best", "rank "];
    for (name, stored) in situations() {
        let page = page_of(&stored).to_lowercase();
        for word in BANNED {
            assert!(!page.contains(word), "{name}: {word}");
        }
        assert!(page.contains("a smoke campaign ranks nothing"), "{name}");
    }
}

#[test]
fn figures_of_an_invalid_test_run_are_struck_through() {
    let mut stored = sample::normal();
    // In the overview, and both clocks of its phase.
    assert_eq!(page_of(&stored).matches("class=\"struck\"").count(), 0);
    stored.runs[0].checks[0].verdict = Verdict::Invalid;
    assert_eq!(page_of(&stored).matches("class=\"struck\"").count(), 3);
}

#[test]
fn text_for_the_terminal() {
    insta::assert_snapshot!("table_normal", table(&sample::normal()));
    insta::assert_snapshot!("table_one_failed", table(&sample::one_failed()));
    insta::assert_snapshot!("table_hostile", table(&sample::hostile()));
    insta::assert_snapshot!("show_nothing_measured", text::campaign(&sample::nothing_measured()));
}

#[test]
fn text_of_the_list() {
    let summary = |stored: StoredCampaign| {
        let campaign = stored.campaign;
        let mut apis: Vec<String> = campaign.plan.runs.iter().map(|run| run.api.id.clone()).collect();
        apis.sort();
        apis.dedup();
        CampaignSummary {
            id: campaign.id,
            mode: campaign.mode,
            resumed: 0,
            payloads: Vec::new(),
            runtime: campaign.runtime,
            fingerprint: campaign.fingerprint,
            started_at: campaign.started_at,
            finished_at: campaign.finished_at,
            status: campaign.status,
            completed_runs: 2,
            planned_runs: i64::try_from(campaign.plan.runs.len()).unwrap(),
            apis,
        }
    };
    let summaries = [sample::many(), sample::normal(), sample::nothing_measured()].map(summary);
    insta::assert_snapshot!("list", text::campaigns(&summaries));
    assert_eq!(text::campaigns(&[]), "no campaign has been stored yet\n");
}

#[test]
fn no_line_for_the_terminal_is_too_long_or_moves_the_cursor() {
    for (name, stored) in situations() {
        for text in [table(&stored), text::campaign(&stored)] {
            for line in text.lines() {
                // A single word of the user's may be longer; nothing breaks inside it.
                let is_one_word = line.split_whitespace().any(|word| word.chars().count() > 40);
                assert!(line.chars().count() <= 80 || is_one_word, "{name}: {line}");
                assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
            }
        }
    }
}

/// A tag of a page, as a strict reader finds it.
struct Tag {
    name: String,
    is_end: bool,
    attributes: Vec<(String, String)>,
}

/// Reads every tag; text and attribute values must be escaped to get through.
fn tags(page: &str) -> Vec<Tag> {
    let body = page.strip_prefix("<!doctype html>").unwrap();
    let (before, rest) = body.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let markup = format!("{before}{after}");
    let mut found = Vec::new();
    for piece in markup.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag without an end");
        assert!(!text.contains('>'), "unescaped text: {text}");
        let tag = tag.trim_end_matches('/');
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while let Some((key, value)) = rest.split_once("=\"") {
            let (value, remaining) = value.split_once('"').expect("an attribute without an end");
            let key = key.split_whitespace().last().unwrap();
            attributes.push((key.to_owned(), value.to_owned()));
            rest = remaining;
        }
        let is_end = name.starts_with('/');
        found.push(Tag { name: name.trim_start_matches('/').to_owned(), is_end, attributes });
    }
    found
}
