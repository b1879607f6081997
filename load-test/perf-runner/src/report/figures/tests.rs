use super::*;
use crate::{model::Verdict, sample};

/// One test run of a campaign with one more phase than fit beside each other.
fn five_phases() -> StoredCampaign {
    let mut stored = sample::everything();
    stored.runs.truncate(1);
    let run = &mut stored.runs[0].run;
    for number in 3..=5 {
        let name = format!("p{number}");
        run.planned.push(PlannedPhase { name: name.clone(), ..run.planned[1].clone() });
        run.phases.push(PhaseFigures { name, ..run.phases[1].clone() });
    }
    let check = |verdict: Verdict, name: &str, text: &str| Check {
        id: "little".to_owned(),
        scope: CheckScope::Phase(name.to_owned()),
        verdict,
        text: text.to_owned(),
        ..stored.runs[0].checks[0].clone()
    };
    let more = [
        check(Verdict::Ok, "p2", "Fine."),
        check(Verdict::Warn, "p3", "Off by 3 %."),
        check(Verdict::Invalid, "p5", "Off by 7 %."),
    ];
    stored.runs[0].checks.extend(more);
    stored
}

#[test]
fn every_figure_of_every_phase() {
    insta::assert_snapshot!("figures_held", of(&five_phases()));
    insta::assert_snapshot!("figures_iterations", of(&sample::one_failed()));
}

#[test]
fn no_line_is_too_long_or_moves_the_cursor() {
    for stored in [five_phases(), sample::hostile(), sample::nothing_measured(), sample::held(2)] {
        for line in of(&stored).lines() {
            let is_one_word = line.split_whitespace().any(|word| word.chars().count() > 40);
            assert!(line.chars().count() <= 80 || is_one_word, "{line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}
