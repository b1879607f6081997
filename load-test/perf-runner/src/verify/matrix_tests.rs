use std::path::PathBuf;

use super::*;
use crate::{model::Protocol, verify::Difference};

fn verdict(line: u64, case: &str, outcome: Outcome) -> CaseVerdict {
    let file = PathBuf::from("contract/cases/header.yaml");
    CaseVerdict { file, line, case: case.to_owned(), wire: Protocol::Rest, outcome, took_ms: 1.5 }
}

fn difference(got: &str) -> Difference {
    Difference::new("HTTP 400", got).at("step 1")
}

fn matrix() -> Matrix {
    let passed = || Outcome::Passed { rows_checked: true };
    let failed = Outcome::Failed { differences: vec![difference("HTTP 200"), difference("<HTTP 500>")] };
    let mut matrix = Matrix::default();
    matrix.add(
        "api-rest",
        vec![verdict(3, "a first case with a rather long name", passed()), verdict(9, "a second", failed)],
    );
    let reason = "the database was not given".to_owned();
    matrix.add(
        "api-grpc",
        vec![
            verdict(3, "a first case with a rather long name", Outcome::NotPlayed { reason }),
            verdict(9, "a second", Outcome::OtherWire),
        ],
    );
    matrix
}

#[test]
fn the_table_fits_its_width_and_tells_what_failed() {
    insta::assert_snapshot!(matrix().to_text(Some(48), false), @r"
    case                          api-rest  api-grpc
    a first case with a rather …  pass      ?
    a second                      FAIL      -
    api-rest: 1 passed, 1 failed, 0 not played
    api-grpc: 0 passed, 0 failed, 1 not played

    api-rest fails `a second` (contract/cases/header.yaml:9)
      step 1: expected HTTP 400, got HTTP 200
      and 1 more: --verbose tells them

    api-grpc: 1 not played: the database was not given
    ");
    assert!(matrix().to_text(Some(80), true).contains("step 1: expected HTTP 400, got <HTTP 500>"));
    assert!(matrix().to_text(Some(0), true).contains("a first case with a…"));
}

#[test]
fn a_huge_difference_is_told_in_full_to_those_who_ask() {
    let mut matrix = Matrix::default();
    let huge = Outcome::Failed { differences: vec![difference(&"x".repeat(100_000))] };
    matrix.add("a", vec![verdict(1, "c", huge)]);
    let text = matrix.to_text(None, false);
    assert!(text.len() < 2000 && text.contains("xxx…\n"), "{} bytes", text.len());
    assert!(matrix.to_text(None, true).len() > 100_000);
}

#[test]
fn rows_that_nobody_looked_at_are_told_with_the_way_to_them() {
    let mut matrix = Matrix::default();
    matrix.add("a", vec![verdict(1, "c", Outcome::Passed { rows_checked: false })]);
    let text = matrix.to_text(None, false);
    assert!(text.contains("a: rows were not checked: give their database with --database-url"), "{text}");
}

#[test]
fn a_table_that_nobody_sees_at_a_terminal_names_every_case_in_full() {
    let text = matrix().to_text(None, false);
    assert!(text.contains("\na first case with a rather long name  pass      ?\n"), "{text}");
}

#[test]
fn one_failed_case_breaks_the_contract_and_one_not_played_does_not() {
    assert!(!matrix().is_kept());
    let mut kept = Matrix::default();
    kept.add("a", vec![verdict(1, "c", Outcome::NotPlayed { reason: "r".to_owned() })]);
    assert!(kept.is_kept());
}

#[test]
fn programs_get_every_verdict() {
    let value = matrix().to_json();
    assert_eq!(value["contract_kept"], false);
    assert_eq!(value["services"][0]["failed"], 1);
    assert_eq!(value["services"][0]["cases"][1]["outcome"], "failed");
    assert_eq!(value["services"][0]["cases"][1]["differences"][1]["got"], "<HTTP 500>");
    let xml = matrix().to_junit().unwrap();
    let suite = r#"<testsuite name="api-rest" tests="2" skipped="0" errors="0" failures="1">"#;
    assert!(xml.contains(suite), "{xml}");
    assert!(xml.contains("got &lt;HTTP 500&gt;") && xml.contains("<skipped message="), "{xml}");
    assert!(
        !xml.contains(r#"<testsuite name="api-grpc" tests="2""#),
        "a case of the other wire counts: {xml}"
    );
}
