mod asked;
mod comparison;
mod situations;

use std::{fs, path::PathBuf};

use super::*;
use crate::{
    model::{CampaignSummary, Mode, Verdict},
    sample,
};

use situations::*;

#[test]
fn the_json_of_a_campaign() {
    insta::assert_snapshot!("json_normal", json_of(&sample::normal()));
    insta::assert_snapshot!("json_one_failed", json_of(&sample::one_failed()));
}

#[test]
fn the_json_is_as_its_schema_says() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for Situation { name, json, .. } in situations() {
        let report: serde_json::Value = serde_json::from_str(json).unwrap();
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
    for Situation { name, page, .. } in situations() {
        for attribute in tags(page).iter().flat_map(|tag| &tag.attributes) {
            match attribute.0.as_str() {
                "href" => assert!(attribute.1.starts_with('#'), "{name}: {attribute:?}"),
                "src" | "srcset" | "action" | "data" | "poster" | "style" => panic!("{name}: {attribute:?}"),
                "fill" | "stroke" => panic!("{name}: a drawing carries classes only: {attribute:?}"),
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
    const KNOWN: &str = "a body button caption circle code dd desc details div dl dt footer g h1 h2 h3 h4 head header \
                         html li main meta p path pre rect script section span style summary svg table tbody td text th \
                         thead title tr ul";
    const EMPTY: [&str; 1] = ["meta"];
    for Situation { name, page, .. } in situations() {
        let mut open: Vec<String> = Vec::new();
        for tag in tags(page) {
            assert!(KNOWN.split_whitespace().any(|known| known == tag.name), "{name}: <{}>", tag.name);
            while open.last().is_some_and(|last| ends_by_itself(last, &tag)) {
                open.pop();
            }
            if tag.is_end {
                assert_eq!(open.pop(), Some(tag.name), "{name}");
            } else if !tag.is_whole && !EMPTY.contains(&tag.name.as_str()) {
                open.push(tag.name);
            }
        }
        assert_eq!(open, Vec::<String>::new(), "{name}");
    }
    let page = page_of(&sample::hostile());
    assert!(page.contains("&#60;script&#62;alert("), "the name is still readable");
}

/// Whether HTML ends an open cell or row where this tag stands.
fn ends_by_itself(open: &str, next: &Tag) -> bool {
    match (open, next.is_end) {
        ("td" | "th", false) => matches!(next.name.as_str(), "td" | "th" | "tr"),
        ("td" | "th", true) => matches!(next.name.as_str(), "tr" | "tbody"),
        ("tr", false) => next.name == "tr",
        ("tr", true) => next.name == "tbody",
        _ => false,
    }
}

#[test]
fn every_link_has_a_place_and_every_place_one_name() {
    for Situation { name, page, .. } in situations() {
        let all = tags(page);
        let of = |wanted: &str| -> Vec<String> {
            let attributes = all.iter().flat_map(|tag| &tag.attributes);
            attributes.filter(|(key, _)| key == wanted).map(|(_, value)| value.clone()).collect()
        };
        let ids = of("id");
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}: an id is there twice");
        for link in of("href").iter().chain(&of("aria-labelledby")).chain(&of("data-from")) {
            for target in link.split(' ').map(|target| target.trim_start_matches('#')) {
                assert!(ids.iter().any(|id| id == target), "{name}: {link} leads nowhere");
            }
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
    for Situation { name, page, .. } in situations() {
        let boxes: Vec<Tag> = tags(page)
            .into_iter()
            .filter(|tag| tag.attributes.contains(&("class".to_owned(), "scroll".to_owned())))
            .collect();
        let wide = page.matches("<table").count() + page.matches("<svg viewBox=\"0 0 760").count();
        assert_eq!(boxes.len(), wide, "{name}: a table or drawing outside a box");
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
    let read = |files: &Files| files.all().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>();
    for stored in [sample::normal(), sample::held(3)] {
        let written =
            |folder: &Path| write(&stored, &sample::analyzed(&stored), folder, &Format::ALL).unwrap();
        let first = written(&folder.path().join("one/below"));
        let second = written(folder.path());
        assert_eq!(read(&first).len(), 4);
        assert_eq!(read(&first), read(&second));
        assert!(first.html.unwrap().ends_with("one/below/report.html"));
    }
}

#[test]
fn a_page_of_thirty_test_runs_stays_small() {
    let bytes = page_of(&sample::many()).len();
    assert!(bytes < 300_000, "{bytes} bytes");
}

#[test]
fn six_apis_at_seven_loads_in_five_rounds_are_a_page_of_few_hundred_kilobytes() {
    let bytes = page_of(&sample::held(5)).len();
    // With every round's figures to compute it all again; beyond 600 kB it is no page any more.
    assert!(bytes < 300_000, "{bytes} bytes");
}

#[test]
fn millions_of_events_make_no_larger_page() {
    let stored = sample::held(5);
    let phases = stored.runs.iter().flat_map(|stored| &stored.run.phases);
    let calls: u64 = phases.map(|phase| phase.window.as_ref().unwrap().ok.as_ref().unwrap().count()).sum();
    assert!(calls > 2_000_000, "{calls} calls in its histograms");
    let of_few = held_of_few_events();
    let (many, few) = (page_of(&stored).len(), page_of(&of_few).len());
    // Of few calls the ends of the tail are not drawn.
    assert!(many < few + few / 5, "{many} bytes for {calls} calls, {few} bytes for few");
}

#[test]
fn the_script_of_the_page_is_small() {
    let bytes = html::HELD_SCRIPT.len();
    assert!(bytes <= 7 * 1024, "{bytes} bytes");
}

#[test]
fn no_report_uses_a_word_that_claims_more_than_was_measured() {
    const BANNED: [&str; 8] =
        ["faster", "slower", "winner", "significant", "reliable", "better", "worse", "outperform"];
    for Situation { name, stored, analysis, view, page, .. } in situations() {
        let texts = [page.clone(), markdown::page(view), table(stored, analysis)];
        for text in texts.map(|text| text.to_lowercase()) {
            for word in BANNED {
                assert!(!text.contains(word), "{name}: {word}");
            }
        }
        let smoke = page.contains("A smoke campaign ranks nothing");
        assert_eq!(smoke, stored.campaign.mode == Mode::Smoke, "{name}");
    }
}

#[test]
fn one_round_shows_no_rank_and_no_ratio() {
    let view = view_of(&sample::held(1));
    for row in &view.comparisons[0].ranking {
        assert_eq!((row.rank.as_str(), row.ratio.as_str()), ("\u{2013}", "\u{2013}"));
    }
    assert!(view.answer[0].starts_with("In this single round "));
    assert!(view.comparisons[0].charts.iter().all(|chart| !chart.id.ends_with("c5")));
    assert!(!page_of(&sample::held(1)).contains("times the throughput"));
}

#[test]
fn markdown_of_a_comparison() {
    insta::assert_snapshot!("markdown_held", markdown::page(&view_of(&sample::held(5))));
    for Situation { name, view, .. } in situations() {
        let text = markdown::page(view);
        assert!(text.len() <= 60_000, "{name}: {} bytes", text.len());
        assert!(!text.contains("<script") && !text.contains("<img") && !text.contains(" @all"), "{name}");
    }
}

#[test]
fn every_figure_is_a_row_of_the_csv() {
    let stored = sample::held(5);
    let text = csv_of(&stored);
    let rows: Vec<Vec<&str>> = text.trim_end().split("\r\n").map(|row| row.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 17), "every row has every column");
    // 6 APIs, 7 loads, 5 rounds, 24 figures, and the head.
    assert_eq!(rows.len(), 6 * 7 * 5 * 24 + 1);
    let is_throughput =
        |row: &&Vec<&str>| row[3] == "producer-api-rust-rest" && row[10] == "throughput" && row[1] == "2";
    let highest =
        rows.iter().filter(is_throughput).map(|row| row[12].parse::<f64>().unwrap()).fold(0.0, f64::max);
    assert!((1_700.0..1_850.0).contains(&highest), "{highest}");
    let hostile = hostile_held();
    let quoted = csv_of(&hostile);
    assert!(quoted.contains("\"</svg><script>alert(1)</script>\"\"'&,\n| `x` @all"), "quoted, and as it is");
}

#[test]
fn the_page_carries_the_files_that_lie_beside_it() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use std::io::Read as _;
    let stored = sample::held(2);
    let page = page_of(&stored);
    let unpacked = |id: &str| {
        let packed = page.split(&format!("id=\"{id}\">")).nth(1).unwrap().split('<').next().unwrap();
        let bytes = STANDARD.decode(packed).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        text
    };
    assert_eq!(unpacked("json-data"), json_of(&stored));
    // As the page's script does.
    let columns = unpacked("csv-data");
    let columns: Vec<Vec<&str>> =
        columns.split('\u{1e}').map(|column| column.split('\u{1f}').collect()).collect();
    let row =
        |index: usize| columns.iter().map(|column| column[index]).collect::<Vec<_>>().join(",") + "\r\n";
    assert_eq!((0..columns[0].len()).map(row).collect::<String>(), csv_of(&stored));
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
    insta::assert_snapshot!("table_normal", table_of(&sample::normal()));
    insta::assert_snapshot!("table_one_failed", table_of(&sample::one_failed()));
    insta::assert_snapshot!("table_hostile", table_of(&sample::hostile()));
    insta::assert_snapshot!("table_held", table_of(&sample::held(5)));
    insta::assert_snapshot!("show_nothing_measured", show_of(&sample::nothing_measured()));
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
    for Situation { name, stored, analysis, .. } in situations() {
        for text in [table(stored, analysis), text::campaign(stored, analysis)] {
            for line in text.lines() {
                // A single word of the user's may be longer; nothing breaks inside it.
                let is_one_word = line.split_whitespace().any(|word| word.chars().count() > 40);
                assert!(line.chars().count() <= 80 || is_one_word, "{name}: {line}");
                assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
            }
        }
    }
}

/// What a real browser is shown: see `tests/browser`.
#[test]
fn the_pages_are_written_for_the_browser() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/report-pages");
    for Situation { name, stored, analysis, .. } in situations() {
        write(stored, analysis, &folder.join(name), &Format::ALL).unwrap();
    }
}

/// A tag of a page, as a strict reader finds it.
struct Tag {
    name: String,
    is_end: bool,
    /// Ends where it begins.
    is_whole: bool,
    attributes: Vec<(String, String)>,
}

/// Reads every tag; text and attribute values must be escaped to get through.
fn tags(page: &str) -> Vec<Tag> {
    let body = page.strip_prefix("<!doctype html>").unwrap();
    let (before, rest) = body.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    // Scripts hold no markup: neither packed data nor the one that offers it.
    let mut markup = before.to_owned();
    for (index, piece) in after.split("<script").enumerate() {
        if index == 0 {
            markup.push_str(piece);
            continue;
        }
        let (attributes, rest) = piece.split_once('>').unwrap();
        let (content, rest) = rest.split_once("</script>").unwrap();
        assert!(!content.contains("</") && !content.contains("<!--"), "it would end before its end");
        markup = format!("{markup}<script{attributes}></script>{rest}");
    }
    let mut found = Vec::new();
    for piece in markup.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag without an end");
        assert!(!text.contains('>'), "unescaped text: {text}");
        let is_whole = tag.ends_with('/');
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
        found.push(Tag { name: name.trim_start_matches('/').to_owned(), is_end, is_whole, attributes });
    }
    found
}
