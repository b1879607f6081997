use crate::{
    analyze,
    model::{CheckScope, Verdict},
    sample::{self, SIX, held, held_of},
};

fn sentences(stored: &crate::model::StoredCampaign) -> Vec<String> {
    analyze::of(stored).payloads.remove(0).findings.into_iter().map(|finding| finding.text).collect()
}

/// Every situation in which something is said.
fn situations() -> Vec<(&'static str, Vec<String>)> {
    let invalid = |phases: &[&str]| {
        let mut stored = held(5);
        for api in SIX {
            for phase in phases {
                stored = sample::with_invalid(stored, api.name, phase, "errors");
            }
        }
        stored
    };
    // Every API was warned of this in every round, at every load.
    let warned = |apis: &[sample::True], check: &str| {
        let mut stored = held_of(apis, &[10, 200], 5);
        for made in stored.runs.iter_mut().flat_map(|made| &mut made.checks) {
            if let CheckScope::Phase(_) = made.scope {
                (made.id, made.verdict) = (check.to_owned(), Verdict::Warn);
            }
        }
        stored
    };
    let twins = [SIX[0], sample::True { name: SIX[1].name, ..SIX[0] }];
    vec![
        ("database_bound", sentences(&warned(&SIX[3..], "ceiling"))),
        ("database_bound_alone", sentences(&warned(&SIX[5..], "ceiling"))),
        ("database_bound_twins", sentences(&warned(&twins, "ceiling"))),
        ("host_bound", sentences(&warned(&SIX[3..], "host_cpu"))),
        ("five_rounds", sentences(&held(5))),
        ("one_round", sentences(&held(1))),
        ("two_rounds", sentences(&held(2))),
        ("client_limited", sentences(&held_of(&SIX[..3], &[10, 50], 5))),
        (
            "one_lower_bound",
            sentences(&sample::with_invalid(
                held_of(&SIX[..3], &[10, 50, 500], 5),
                SIX[2].name,
                "p3",
                "errors",
            )),
        ),
        ("one_api", sentences(&held_of(&SIX[..1], &[10, 200], 5))),
        ("nothing_valid", sentences(&invalid(&["p1", "p2", "p3", "p4", "p5", "p6", "p7"]))),
    ]
}

#[test]
fn the_sentences_of_every_situation() {
    let text: Vec<String> = situations()
        .into_iter()
        .map(|(name, sentences)| format!("{name}\n  {}\n", sentences.join("\n  ")))
        .collect();
    insta::assert_snapshot!("sentences", text.join("\n"));
}

#[test]
fn no_sentence_uses_a_word_that_claims_more_than_was_measured() {
    const BANNED: [&str; 12] = [
        "faster",
        "slower",
        "winner",
        "wins",
        "significant",
        "reliable",
        "better",
        "worse",
        "best ",
        "outperform",
        "always",
        "never",
    ];
    for (name, sentences) in situations() {
        for sentence in sentences {
            let lower = sentence.to_lowercase();
            for word in BANNED {
                assert!(!lower.contains(word), "{name}: {sentence}");
            }
            let claims_ratio = lower.contains("times the throughput") || lower.contains("less (ratio");
            assert!(!claims_ratio || lower.contains("95 % ci"), "{name}: {sentence}");
        }
    }
}
