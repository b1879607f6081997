use super::*;
use crate::{
    model::{CampaignStatus, Quantiles},
    sample,
};

fn view_of(stored: &StoredCampaign) -> ReportView {
    ReportView::new(stored, &sample::analyzed(stored))
}

fn first_sentence(stored: &StoredCampaign) -> String {
    view_of(stored).answer[0].clone()
}

#[test]
fn the_answer_is_yes_only_when_everything_was_seen() {
    assert_eq!(
        first_sentence(&sample::normal()),
        "Yes: 10 events were acknowledged and 10 rows are stored, each once and as it was sent, in 2 of 2 test runs."
    );
    let mut without_check = sample::normal();
    without_check.runs[1].checks[0].verdict = Verdict::Unknown;
    assert!(first_sentence(&without_check).starts_with("Not shown: "));
    let mut unmade = sample::normal();
    unmade.runs.pop();
    unmade.campaign.status = CampaignStatus::Interrupted;
    let view = view_of(&unmade);
    assert!(view.answer[0].starts_with("Not shown: 1 of 2 test runs were completed; 5 events"));
    assert_eq!(view.not_made[0].name, "producer-api-rust-grpc");
    assert!(first_sentence(&sample::one_failed()).starts_with("Not shown: "));
}

#[test]
fn the_answer_is_no_when_an_event_is_lost_or_a_row_is_wrong() {
    let mut lost = sample::normal();
    lost.runs[0].run.audit.as_mut().unwrap().lost = 2;
    assert_eq!(first_sentence(&lost), "No: 2 events were acknowledged and not stored.");
    let mut differs = sample::normal();
    differs.runs[0].run.audit.as_mut().unwrap().content_differs = 1;
    assert!(first_sentence(&differs).ends_with("but 1 row is wrong."));
}

#[test]
fn the_question_fits_the_number_of_apis() {
    let mut stored = sample::normal();
    assert_eq!(view_of(&stored).title, "Do two producer APIs store what they acknowledge?");
    stored.campaign.plan.runs.pop();
    assert_eq!(view_of(&stored).title, "Does producer-api-rust-rest store what it acknowledges?");
    assert_eq!(view_of(&sample::many()).title, "Do six producer APIs store what they acknowledge?");
}

#[test]
fn the_worst_warning_comes_first_and_unmade_checks_are_one() {
    let mut stored = sample::normal();
    stored.runs[0].checks[0].verdict = Verdict::Warn;
    for check in &mut stored.runs[1].checks {
        check.verdict = Verdict::Unknown;
    }
    let mut invalid = stored.runs[0].checks[1].clone();
    invalid.verdict = Verdict::Invalid;
    stored.runs[1].checks.push(invalid);
    let view = view_of(&stored);
    let words: Vec<&str> = view.warnings.iter().map(|warning| warning.mark.word).collect();
    assert_eq!(words, ["invalid", "unknown", "warn"]);
    assert_eq!(
        view.warnings[1].text,
        "2 checks could not be made: counts agree, stored against acknowledged."
    );
    assert_eq!(view.checks, "1 of 5 checks passed.");
    assert_eq!(view_of(&sample::normal()).checks, "All 4 checks passed.");
}

#[test]
fn a_percentile_needs_ten_samples_beyond_it() {
    let shown = |count: u64| {
        let mut stored = sample::normal();
        let phase = &mut stored.runs[0].run.phases[0];
        phase.request = Some(Quantiles { count, ..phase.request.clone().unwrap() });
        let latency = &view_of(&stored).runs[0].phases[0].latencies[0];
        [&latency.p50, &latency.p90, &latency.p95, &latency.p99].map(|figure| figure.value.is_some())
    };
    assert_eq!(shown(19), [false, false, false, false]);
    assert_eq!(shown(20), [true, false, false, false]);
    assert_eq!(shown(99), [true, false, false, false]);
    assert_eq!(shown(100), [true, true, false, false]);
    assert_eq!(shown(200), [true, true, true, false]);
    assert_eq!(shown(1000), [true, true, true, true]);
}

#[test]
fn a_percentile_of_a_round_stands_with_what_its_calls_say_and_do_not() {
    let view = view_of(&sample::held(1));
    let table = &view.comparisons[0].numbers[0].table;
    for row in &table.rows {
        // `2.41 ms (2.30-2.52)`
        let p50 = &row.cells[2];
        assert!(p50.contains("s (") && p50.contains('\u{2013}') && p50.ends_with(')'), "{p50}");
    }
    let few = view_of(&held_without_percentiles());
    assert_eq!(few.comparisons[0].numbers[0].table.rows[0].cells[2], "not measured");
}

/// No window, so no calls to count.
fn held_without_percentiles() -> StoredCampaign {
    let mut stored = sample::held(1);
    for phase in stored.runs.iter_mut().flat_map(|stored| &mut stored.run.phases) {
        (phase.window, phase.iteration, phase.request) = (None, None, None);
    }
    stored
}

#[test]
fn what_was_not_measured_is_never_zero() {
    let view = view_of(&sample::nothing_measured());
    let run = &view.runs[0];
    for figure in [&run.start_up, &run.idle_memory, &run.request_mean, &run.phases[0].dropped] {
        assert_eq!((figure.value, figure.text.as_str()), (None, "not measured"));
    }
    assert_eq!((view.campaign.took.value, view.campaign.took.text.as_str()), (None, "not finished"));
    let failed = &view_of(&sample::one_failed()).runs[1];
    assert_eq!(failed.counts.acknowledged.value, None);
    assert_eq!(failed.counts.stored.value, None);
}

#[test]
fn a_failure_is_one_sentence_and_its_log_is_apart() {
    let mut stored = sample::one_failed();
    let run = &mut stored.runs[1].run;
    run.service = None;
    run.failure = Some("the port is taken\nfirst line\nsecond line".to_owned());
    let view = view_of(&stored);
    assert_eq!(view.runs[1].failure.as_deref(), Some("the port is taken"));
    assert_eq!(view.runs[1].log_tail, ["first line", "second line"]);
    assert_eq!(view.warnings[0].text, "the port is taken");
}

#[test]
fn what_no_api_could_be_asked_is_one_warning() {
    let mut stored = sample::held(5);
    for check in stored.runs.iter_mut().flat_map(|stored| &mut stored.checks) {
        check.verdict = Verdict::Unknown;
        check.text = "It was not measured.".to_owned();
    }
    stored.runs[0].checks[0].verdict = Verdict::Warn;
    let view = view_of(&stored);
    let places: Vec<&str> = view.warnings.iter().map(|warning| warning.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "counts agree: six APIs at seven loads",
            "stored against acknowledged: six APIs",
            "counts agree: rust-rest at 10 VUs"
        ]
    );
    assert_eq!(view.warnings[1].text, "It was not measured. So in 30 places of 5 rounds.");
}
