//! Gates as a CI system reads them.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::view::GateView;
use crate::fault::Fault;

/// One suite with a case per gate: a broken one is a failure, one that could not be
/// judged is an error. Neither carries a time, so the same campaign gives the same bytes.
///
/// # Errors
/// Only when there is no memory for it.
pub(super) fn gates(campaign: &str, gates: &[GateView]) -> Result<String, Fault> {
    let mut suite = TestSuite::new("gates");
    suite.add_test_cases(gates.iter().map(|gate| test_case(campaign, gate)));
    let mut report = Report::new("perf-runner");
    report.add_test_suite(suite);
    report.to_string().map_err(|source| Fault::failed("the JUnit report cannot be made").cause(source))
}

fn test_case(campaign: &str, gate: &GateView) -> TestCase {
    let kind = match gate.mark.word {
        "broken" => NonSuccessKind::Failure,
        _ => NonSuccessKind::Error,
    };
    let status = if gate.passes {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(kind);
        status
            .set_type(gate.mark.word)
            .set_message(gate.told.first().map_or("", String::as_str))
            .set_description(format!("{}\n{}", gate.gate, gate.told.join("\n")));
        status
    };
    let mut case = TestCase::new(gate.gate.as_str(), status);
    case.set_classname(campaign);
    case
}
