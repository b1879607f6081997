//! What is said and shown of held loads.

use super::*;
use crate::model::CheckScope;

/// Six APIs that the client keeps from showing what they can do.
fn client_limited() -> ReportView {
    view_of(&sample::held_of(&sample::SIX, &[10, 50], 5))
}

#[test]
fn the_first_screen_answers_what_a_reader_asks_first() {
    let view = view_of(&sample::held(5));
    let topics = &view.comparisons[0].topics;
    let names: Vec<&str> = topics.iter().map(|topic| topic.name).collect();
    assert_eq!(names, ["", "By how much", "How sure that is", "Latency and cost"]);
    let first = |index: usize| topics[index].findings[0].finding.text.as_str();
    assert!(first(0).starts_with("Most is sustained by rust-rest with 1,7"), "{}", first(0));
    assert!(first(2).starts_with("Of 15 pairs, 14 differ"), "{}", first(2));
    assert!(topics[3].findings[1].finding.text.contains(" times the processor time of rust-rest"));
    let page = page_of(&sample::held(5));
    let before_ranking = page.split("Ranking:").next().unwrap();
    assert!(before_ranking.contains(
        "six APIs, events of the default payload, 5 rounds, each API alone on the host: 10, 50, 100, 200, 500, 1,000 and \
         2,000 virtual users for 30 s each, one call at a time, 100 ms pause after each call."
    ));
    assert!(before_ranking.contains("All 366 checks passed."));
}

#[test]
fn where_the_client_set_every_number_the_page_says_so_first_and_what_differs_all_the_same() {
    let view = client_limited();
    assert!(
        view.answer[0].starts_with(
            "No API reached its limit, so which one sustains more is not shown: at 50 VUs each took nearly all that \
             the client asked for, between "
        ),
        "{}",
        view.answer[0]
    );
    let cost = view.answer.iter().find(|sentence| sentence.contains("processor time")).unwrap();
    assert!(cost.contains(" for 1,000 events, ") && cost.contains("95 % CI"), "{cost}");
    assert!(view.comparisons[0].ranking.iter().all(|row| row.sustained.starts_with("\u{2265} ")));
}

#[test]
fn languages_and_wires_stand_in_one_grid_with_what_may_be_said() {
    let view = view_of(&sample::held(5));
    let comparison = &view.comparisons[0];
    let captions: Vec<&str> = comparison.grids.iter().map(|grid| grid.caption.as_str()).collect();
    assert_eq!(
        captions,
        [
            "Sustained throughput by language and wire",
            "p99 at 100 VUs by language and wire",
            "Processor time for 1,000 events by language and wire"
        ]
    );
    let grid = &comparison.grids[0];
    let names: Vec<&str> = grid.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["java", "rust", "go", "java : rust", "java : go", "rust : go"]);
    let rust = &grid.rows[1].cells;
    let pair = comparison.stacks.iter().find(|pair| pair.group == "rust: grpc to rest").unwrap();
    assert_eq!(rust[2], format!("{}, {}", pair.throughput, pair.throughput_claim));
    let first = comparison.ranking.iter().find(|row| row.api == "rust-rest").unwrap();
    assert_eq!(rust[0], first.sustained);
    // One round compares nothing, and of fifty of one kind none stands for its cell.
    for stored in [sample::held(1), fifty()] {
        assert!(view_of(&stored).comparisons[0].grids.is_empty());
    }
}

#[test]
fn a_warning_is_told_once_with_all_its_places_and_one_example() {
    let mut stored = sample::held(5);
    let second = CheckScope::Phase(stored.runs[0].run.planned[1].name.clone());
    for stored in stored.runs.iter_mut().filter(|stored| stored.run.api.contains("rust")) {
        let number = stored.run.slot;
        for check in stored.checks.iter_mut().filter(|check| check.scope == second) {
            check.verdict = Verdict::Warn;
            check.text = format!("It was {number}.");
        }
    }
    let view = view_of(&stored);
    assert_eq!(view.warnings.len(), 1);
    let warning = &view.warnings[0];
    assert_eq!(warning.place, "counts agree: rust-grpc and rust-rest at 50 VUs");
    let first = stored.runs.iter().find(|stored| stored.run.api.contains("rust")).unwrap();
    let example = format!(
        "It was {}. ({}, 50 VUs, round 1) Likewise in 9 other places of 5 rounds.",
        first.run.slot,
        first.run.api.trim_start_matches("producer-api-")
    );
    assert_eq!(warning.text, example);
}

#[test]
fn what_the_rounds_say_together_is_told_everywhere() {
    let warning = "rounds: six APIs at seven loads";
    let found = "2 valid rounds permit no claim. So in 42 places.";
    let stored = sample::held(2);
    let view = view_of(&stored);
    assert_eq!(view.warnings.len(), 1);
    assert_eq!((view.warnings[0].place.as_str(), view.warnings[0].text.as_str()), (warning, found));
    let folded = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [table_of(&stored), show_of(&stored), markdown::page(&view), page_of(&stored)] {
        let text = folded(text);
        assert!(text.contains(warning) && text.contains(found), "{text}");
    }

    let mut stored = sample::held(5);
    for made in stored.runs.iter_mut().filter(|made| made.run.api.contains("go") && made.run.round > 3) {
        made.run.build_id = Some("another".to_owned());
    }
    let view = view_of(&stored);
    assert_eq!(view.warnings[0].place, "environment: go-grpc and go-rest at seven loads");
    assert_eq!(view.warnings[0].text, "The rounds differ in build. So in 14 places.");
    assert_eq!(view.checks, "352 of 366 checks passed.");
    let spoiled = view.comparisons[0].matrix.iter().find(|row| row.api == "go-rest").unwrap();
    assert!(spoiled.cells.iter().all(|cell| !cell.is_valid && cell.reasons == "environment"));
    let page = page_of(&stored);
    assert!(
        page.contains("The rounds of go-rest together") && page.contains("<th scope=\"col\">Varies by</th>")
    );
}

#[test]
fn what_is_too_long_for_a_comment_is_left_out_from_the_end_and_named() {
    let text = markdown::page(&view_of(&fifty()));
    assert!(text.len() <= 60_000, "{} bytes", text.len());
    assert!(text.contains("## Ranking: 50 APIs"));
    let note = text.lines().last().unwrap();
    assert!(note.starts_with("_Too long for this place, so on the HTML page only: Pair by pair; "), "{note}");
    let short = markdown::page(&view_of(&sample::held(5)));
    assert!(!short.contains("Too long") && short.contains("<summary>Environment</summary>"));
}

#[test]
fn the_csv_has_nine_digits_of_what_was_measured_and_all_of_a_count() {
    let mut stored = sample::held_of(&sample::SIX[..1], &[10], 1);
    let window = stored.runs[0].run.phases[0].window.as_mut().unwrap();
    (window.mean_call_ms, window.attempts) = (Some(2.123_456_789_012_345), Some(1_234_567_890_123));
    let text = csv_of(&stored);
    assert!(
        text.contains(",call,mean,2.12345679,ms,") && text.contains(",calls,count,1234567890123,,"),
        "{text}"
    );
}

#[test]
fn a_percentile_of_too_few_calls_says_so() {
    let view = view_of(&held_of_few_events());
    let tail = view.comparisons[0].charts.iter().find(|chart| chart.id.ends_with("-c4")).unwrap();
    let last = &tail.table.rows[0].cells;
    assert!(last[4].starts_with("too few calls: "), "{last:?}");
}

#[test]
fn percentiles_of_a_round_stand_with_what_their_intervals_leave_out() {
    let page = page_of(&sample::held(1));
    assert!(
        page.contains("lies with 95 %, if its calls were independent. They are not, so it is really wider")
    );
}

#[test]
fn the_tail_is_drawn_and_told_of_every_load_and_large_where_latencies_are_compared() {
    let view = view_of(&sample::held(5));
    let tail = view.comparisons[0].charts.iter().find(|chart| chart.id.ends_with("-c4")).unwrap();
    let panels: Vec<&str> = tail
        .svg
        .split("class=\"panel\"")
        .skip(1)
        .map(|text| text.split(['>', '<']).nth(1).unwrap())
        .collect();
    let loads = ["100", "10", "50", "200", "500", "1000", "2000"].map(|vus| format!("{vus} VUs"));
    assert_eq!(panels, loads);
    // 6 APIs at 7 loads: a line, its end with what it comes to, and a row.
    assert_eq!((tail.svg.matches(": p50 ").count(), tail.table.rows.len()), (42, 42));
    assert_eq!(tail.table.rows[2].name, "rust-rest, 100 VUs");
    let alone = view_of(&sample::held_of(&sample::SIX, &[100], 3));
    let tail = alone.comparisons[0].charts.iter().find(|chart| chart.id.ends_with("-c4")).unwrap();
    assert!(tail.svg.matches("class=\"panel\"").count() == 1 && !tail.reading.contains("small"));
}

#[test]
fn rounds_without_any_spread_are_no_trouble() {
    let view = view_of(&zero_variance());
    let answer = &view.answer[0];
    assert!(
        answer.starts_with("Most is sustained by rust-rest with 1,803/s (95 % CI 1,803\u{2013}1,803) and "),
        "{answer}"
    );
    assert!(view.comparisons[0].charts.iter().all(|chart| !chart.svg.contains("NaN")));
}
