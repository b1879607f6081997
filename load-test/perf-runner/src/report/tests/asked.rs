//! What a user asked of a campaign, wherever it is told of: gates and a baseline.

use super::{Situation, markdown, situations};
use crate::report::{junit, text};

fn asked() -> &'static Situation {
    situations().iter().find(|situation| situation.name == "held_asked").unwrap()
}

#[test]
fn every_gate_is_quoted_with_what_it_says() {
    let Situation { stored, analysis, view, page, json, .. } = asked();
    assert_eq!(view.gates_in_words, "Of 3 gates, 3 are broken.");
    let table = text::table(stored, analysis);
    let begins = table.find("\nGates\n  \u{2717} broken: errors(*)>0\n    producer-api-").unwrap();
    assert!(begins < table.find("\nSince another campaign\n").unwrap());
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    for (index, gate) in ["errors(*)>0", "p99(rust-rest@100)>1ms"].into_iter().enumerate() {
        assert!(page.contains(&format!("<code>{}</code>", gate.replace('>', "&#62;"))), "{gate}");
        assert!(markdown::page(view).contains(&format!("- \u{2717} **broken** `{gate}`: ")), "{gate}");
        assert_eq!(json["gates"][index]["gate"], gate);
    }
    assert_eq!(json["gates"][1]["places"][0]["judged_by"], "lower_end");
}

#[test]
fn gates_are_cases_of_a_junit_suite() {
    let view = &asked().view;
    let text = junit::gates(&view.campaign.id, &view.gates).unwrap();
    assert!(
        text.contains("<testsuite name=\"gates\" tests=\"3\" skipped=\"0\" errors=\"0\" failures=\"3\">"),
        "{text}"
    );
    assert!(
        text.contains(
            "<testcase name=\"p99(rust-rest@100)&gt;1ms\" classname=\"20261121-104351-full-7f3a\">"
        ),
        "{text}"
    );
    assert_eq!(text.matches(" type=\"broken\">").count(), 3, "{text}");
    assert!(text.contains("<failure message=\"producer-api-rust-rest at 50 VUs: errors 3 (3 of "), "{text}");
}

#[test]
fn what_changed_is_told_in_every_form() {
    let Situation { stored, analysis, view, page, json, .. } = asked();
    let changed = "producer-api-rust-rest at 200 VUs: throughput is 0.";
    for text in [page.as_str(), json, &markdown::page(view).replace('\\', "")] {
        assert!(
            text.contains(changed),
            "{changed} is not in {}",
            text.chars().take(3_000).collect::<String>()
        );
    }
    let table = text::table(stored, analysis);
    assert!(table.contains("Since another campaign\nOf "), "{table}");
    assert!(page.contains("Every figure, then and now"));
}
