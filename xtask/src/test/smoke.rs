//! The main job: a smoke campaign over all services, judged by its own report.

use std::{collections::BTreeSet, fs, path::Path};

use serde::Deserialize;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// What one user sends in a smoke campaign.
const EVENTS: u64 = 5;
/// The form of the report that is understood here.
const SCHEMA: &str = "perf-runner/report/1";

#[derive(Deserialize)]
struct Report {
    schema: String,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    api: String,
    status: Status,
    is_valid: bool,
    counts: Counts,
}

#[derive(Deserialize)]
struct Status {
    word: String,
}

#[derive(Deserialize)]
struct Counts {
    acknowledged: Count,
    stored: Count,
}

/// No value is "not known", which is no zero.
#[derive(Deserialize)]
struct Count {
    value: Option<u64>,
}

/// Runs a smoke campaign of all services and reads its report.
///
/// Errors: as of [`judge_campaign`].
pub(crate) fn check(repository: &Repository) -> Result<(), Fault> {
    let services = repository.services()?;
    let expected: BTreeSet<&str> = services.iter().map(|service| service.id.as_str()).collect();
    judge_campaign(repository, &Invocation::cargo(repository.root(), ["perf", "smoke"]), &expected)
}

/// Runs a smoke campaign of these services and reads its report.
///
/// Errors: it ends with anything but 0, or a service is missing from the report, or not all
/// that it acknowledged is stored.
pub(crate) fn judge_campaign(
    repository: &Repository,
    campaign: &Invocation,
    expected: &BTreeSet<&str>,
) -> Result<(), Fault> {
    println!("$ {campaign}");
    let output = campaign.output()?;
    println!("{output}");
    let page = page_in(&output).ok_or_else(|| Fault::new("the campaign does not say where its report is"))?;
    let path = repository.root().join(page).with_extension("json");
    let text =
        fs::read_to_string(&path).map_err(Fault::because(format!("cannot read {}", path.display())))?;
    judge(&text, expected).map_err(|problem| Fault::new(format!("{}: {problem}", path.display())))?;
    println!("{} services acknowledged {EVENTS} events each, and all are stored", expected.len());
    Ok(())
}

/// The path in the line `report  …`.
pub(crate) fn page_in(output: &str) -> Option<&Path> {
    output
        .lines()
        .filter_map(|line| line.strip_prefix("report ").map(|rest| Path::new(rest.trim())))
        .find(|path| path.extension().is_some_and(|kind| kind == "html"))
}

fn judge(text: &str, expected: &BTreeSet<&str>) -> Result<(), String> {
    let report: Report = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if report.schema != SCHEMA {
        return Err(format!("its form is {:?} and {SCHEMA:?} is what xtask understands", report.schema));
    }
    let found: BTreeSet<&str> = report.runs.iter().map(|run| run.api.as_str()).collect();
    if found != *expected {
        return Err(format!("it tells of {found:?} and the registry of {expected:?}"));
    }
    report.runs.iter().try_for_each(judge_run)
}

fn judge_run(run: &Run) -> Result<(), String> {
    let Counts { acknowledged, stored } = &run.counts;
    let told = |count: &Count| count.value.map_or_else(|| "an unknown number".to_owned(), |n| n.to_string());
    if acknowledged.value != Some(EVENTS) || stored.value != Some(EVENTS) {
        let (acknowledged, stored) = (told(acknowledged), told(stored));
        return Err(format!("{}: {acknowledged} acknowledged and {stored} stored, not {EVENTS}", run.api));
    }
    if run.status.word != "completed" || !run.is_valid {
        return Err(format!("{}: {}, valid: {}", run.api, run.status.word, run.is_valid));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(stored: &str) -> String {
        format!(
            r#"{{"schema":"{SCHEMA}","title":"x","runs":[{{"api":"a","status":{{"word":"completed","symbol":"x"}},
               "is_valid":true,"counts":{{"acknowledged":{{"value":5,"text":"5"}},"stored":{{"value":{stored}}}}}}}]}}"#
        )
    }

    #[test]
    fn five_acknowledged_and_five_stored_pass_and_nothing_else_does() {
        let expected = BTreeSet::from(["a"]);
        assert_eq!(judge(&report("5"), &expected), Ok(()));
        assert_eq!(judge(&report("4"), &expected).unwrap_err(), "a: 5 acknowledged and 4 stored, not 5");
        let unknown = judge(&report("null"), &expected).unwrap_err();
        assert_eq!(unknown, "a: 5 acknowledged and an unknown number stored, not 5");
    }

    #[test]
    fn a_report_of_another_form_or_without_a_service_is_refused() {
        let other = report("5").replace("report/1", "report/2");
        assert!(judge(&other, &BTreeSet::from(["a"])).unwrap_err().contains("report/2"));
        assert!(judge(&report("5"), &BTreeSet::from(["a", "b"])).unwrap_err().contains("\"b\""));
    }

    #[test]
    fn the_page_is_found_in_what_the_campaign_prints() {
        let output = "API  sent\na  5\n\nreport  load-test/results/x/report.html\n";
        assert_eq!(page_in(output), Some(Path::new("load-test/results/x/report.html")));
        assert_eq!(page_in("report of nothing\n"), None);
    }
}
