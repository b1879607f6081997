//! What generated requests gave, as it is told to people and to programs.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};

use super::{Example, Plan, Played, written};
use crate::fault::Fault;

/// All examples as one case file; none when nothing differs.
pub fn case_file(plan: Plan, played: &[Played]) -> Option<String> {
    let examples: Vec<Example> = played.iter().flat_map(|played| &played.examples).cloned().collect();
    (!examples.is_empty()).then(|| file(plan, &examples))
}

fn file(plan: Plan, examples: &[Example]) -> String {
    let topic = format!("What verify --generated {} --seed {} has found", plan.count, plan.seed);
    written::file(&topic, examples)
}

/// One line per service.
pub fn to_text(plan: Plan, played: &[Played]) -> String {
    let line = |played: &Played| {
        let rows = if played.rows_checked { "" } else { ", rows not checked" };
        let (service, differences) = (&played.service, played.examples.len());
        let differ = if differences == 1 { "difference" } else { "differences" };
        format!("{service}: {}, {differences} {differ}{rows}\n", requests(plan, played))
    };
    played.iter().map(line).collect()
}

/// Everything, for a program; each difference with its ready case file.
pub fn to_json(plan: Plan, played: &[Played]) -> Value {
    let example = |example: &Example| {
        json!({
            "case": example.case.name, "wire": example.wire, "differences": example.differences,
            "case_file": file(plan, std::slice::from_ref(example)),
        })
    };
    let service = |played: &Played| {
        json!({
            "service": played.service, "requests": played.count, "rows_checked": played.rows_checked,
            "examples": played.examples.iter().map(example).collect::<Vec<_>>(),
        })
    };
    json!({
        "contract_kept": played.iter().all(|played| played.examples.is_empty()),
        "seed": plan.seed,
        "services": played.iter().map(service).collect::<Vec<_>>(),
    })
}

/// A `JUnit` report with one suite per service: one test for the requests, and one more,
/// which fails, for each difference.
///
/// # Errors
/// When it cannot be written as XML.
pub fn to_junit(plan: Plan, played: &[Played]) -> Result<String, Fault> {
    let mut report = Report::new("generated requests");
    for played in played {
        let mut suite = TestSuite::new(played.service.as_str());
        let mut all = TestCase::new(requests(plan, played), TestCaseStatus::success());
        all.set_classname("generated").set_time(Duration::from_secs_f64(played.took_ms.max(0.0) / 1000.0));
        suite.add_test_case(all);
        suite.add_test_cases(played.examples.iter().map(|example| test_case(plan, example)));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|source| Fault::failed("the JUnit report cannot be written").cause(source))
}

fn test_case(plan: Plan, example: &Example) -> TestCase {
    let first = example.differences.first().map(ToString::to_string).unwrap_or_default();
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(first).set_description(file(plan, std::slice::from_ref(example)));
    let mut case = TestCase::new(example.case.name.as_str(), status);
    case.set_classname("generated");
    case
}

fn requests(plan: Plan, played: &Played) -> String {
    format!("{} generated requests of seed {}", played.count, plan.seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Protocol,
        verify::{
            Difference,
            generated::{grammar, item},
        },
    };

    const PLAN: Plan = Plan { count: 100, seed: 7 };

    fn played(service: &str, examples: Vec<Example>) -> Played {
        Played { service: service.to_owned(), count: 100, rows_checked: true, took_ms: 1500.0, examples }
    }

    fn found() -> Vec<Played> {
        let items = [grammar::item(PLAN.seed, 0, Protocol::Rest)];
        let case = item::case("difference 1", Protocol::Rest, &items);
        let differences = vec![Difference::new("HTTP 400", "<HTTP 200>").at("step 1")];
        let example = Example { service: "b".to_owned(), wire: Protocol::Rest, case, differences };
        vec![played("a", Vec::new()), played("b", vec![example])]
    }

    #[test]
    fn people_get_a_line_per_service() {
        let mut found = found();
        found[0].rows_checked = false;
        insta::assert_snapshot!(to_text(PLAN, &found), @r"
        a: 100 generated requests of seed 7, 0 differences, rows not checked
        b: 100 generated requests of seed 7, 1 difference
        ");
    }

    #[test]
    fn programs_get_every_difference_with_its_case() {
        let value = to_json(PLAN, &found());
        assert_eq!((&value["contract_kept"], &value["seed"]), (&json!(false), &json!(7)));
        assert_eq!(value["services"][0]["examples"], json!([]));
        let example = &value["services"][1]["examples"][0];
        assert_eq!(example["differences"][0]["got"], "<HTTP 200>");
        assert!(example["case_file"].as_str().unwrap().starts_with("topic: "), "{example}");
        assert_eq!(to_json(PLAN, &found()[..1])["contract_kept"], true);
    }

    #[test]
    fn a_test_report_has_a_failure_for_each_difference_and_none_without() {
        let xml = to_junit(PLAN, &found()).unwrap();
        assert!(
            xml.contains(r#"<testsuite name="a" tests="1" skipped="0" errors="0" failures="0""#),
            "{xml}"
        );
        assert!(
            xml.contains(r#"<testsuite name="b" tests="2" skipped="0" errors="0" failures="1""#),
            "{xml}"
        );
        assert!(xml.contains("got &lt;HTTP 200&gt;") && xml.contains("topic: "), "{xml}");
    }
}
