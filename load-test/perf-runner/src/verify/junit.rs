use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::verdict::{CaseVerdict, Outcome};
use crate::fault::Fault;

/// A `JUnit` report with one suite per service; a case for the other wire is left out.
pub(super) fn report(services: &[(String, Vec<CaseVerdict>)]) -> Result<String, Fault> {
    let mut report = Report::new("contract");
    for (service, verdicts) in services {
        let mut suite = TestSuite::new(service.as_str());
        suite.add_test_cases(verdicts.iter().filter_map(test_case));
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|source| Fault::failed("the JUnit report cannot be written").cause(source))
}

fn test_case(verdict: &CaseVerdict) -> Option<TestCase> {
    let status = match &verdict.outcome {
        Outcome::OtherWire => return None,
        Outcome::Passed { .. } => TestCaseStatus::success(),
        Outcome::NotPlayed { reason } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        Outcome::Failed { differences } => {
            let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(told.first().map_or("", String::as_str)).set_description(told.join("\n"));
            status
        }
    };
    let mut case = TestCase::new(verdict.case.as_str(), status);
    let file = verdict.file.file_stem().unwrap_or_default().to_string_lossy();
    case.set_classname(file.as_ref()).set_time(Duration::from_secs_f64(verdict.took_ms.max(0.0) / 1000.0));
    Some(case)
}
