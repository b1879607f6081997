//! The sample report in `docs/` says what its own numbers come to, and nothing of the
//! machine that it was made on but what it measured.

// A test that cannot go on says so by panicking.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::{fs, io::Read as _, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use perf_runner::{
    analyze::{self, statistics},
    model::{Measured, MeasuredApi},
};
use serde_json::Value;

/// Another machine's logarithms may differ in the last digit.
const ROUNDING: f64 = 1e-9;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sample(kind: &str) -> String {
    let path = repository().join(format!("docs/sample-comparison-report.{kind}"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn report() -> Value {
    serde_json::from_str(&sample("json")).unwrap()
}

fn measured(comparison: &Value) -> Measured {
    serde_json::from_value(comparison["measured"].clone()).unwrap()
}

/// The files that the page carries, as text.
fn carried(page: &str, id: &str) -> String {
    let packed = page.split(&format!("id=\"{id}\">")).nth(1).unwrap().split('<').next().unwrap();
    let mut text = String::new();
    GzDecoder::new(STANDARD.decode(packed).unwrap().as_slice()).read_to_string(&mut text).unwrap();
    text
}

/// Asserts that everything of the one is in the other, numbers but for their last digits.
fn assert_agrees(told: &Value, computed: &Value, place: &str) {
    match (told, computed) {
        (Value::Number(told), Value::Number(computed)) => {
            let (told, computed) = (told.as_f64().unwrap(), computed.as_f64().unwrap());
            let scale = computed.abs().max(1e-12);
            assert!((told - computed).abs() <= ROUNDING * scale, "{place}: {told} and not {computed}");
        }
        (_, Value::Object(fields)) => {
            for (name, computed) in fields {
                assert_agrees(&told[name], computed, &format!("{place}.{name}"));
            }
        }
        (Value::Array(told), Value::Array(computed)) => {
            assert_eq!(told.len(), computed.len(), "{place}");
            for (index, (told, computed)) in told.iter().zip(computed).enumerate() {
                assert_agrees(told, computed, &format!("{place}[{index}]"));
            }
        }
        _ => assert_eq!(told, computed, "{place}"),
    }
}

#[test]
fn its_form_is_that_of_the_schema() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas/report-1.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let report = report();
    let complaints = validator.iter_errors(&report);
    let complaints: Vec<String> =
        complaints.map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(complaints, Vec::<String>::new());
}

#[test]
fn it_is_of_six_services_in_five_rounds() {
    let report = report();
    let measured = measured(&report["comparisons"][0]);
    assert_eq!((measured.apis.len(), measured.rounds.len()), (6, 5));
    assert_eq!(report["campaign"]["status"]["word"], "completed");
    assert_eq!((&report["not_made"], &report["left_out"]), (&Value::Array(vec![]), &Value::Array(vec![])));
}

#[test]
fn its_verdict_follows_from_its_own_rounds() {
    let report = report();
    let mut sentences = Vec::new();
    for (index, told) in report["comparisons"].as_array().unwrap().iter().enumerate() {
        let mut analysis = analyze::of_measured(&measured(told));
        assert!(!analysis.findings.is_empty());
        for finding in &mut analysis.findings {
            // A report's sentences leave out what all names begin with.
            finding.text = finding.text.replace("producer-api-", "");
        }
        let findings = serde_json::to_value(&analysis.findings).unwrap();
        assert_agrees(&told["verdict"], &findings, &format!("comparisons[{index}].verdict"));
        let pairs: Vec<Value> = analysis
            .comparisons
            .iter()
            .flat_map(|comparison| {
                comparison.pairs.iter().map(|pair| {
                    let mut value = serde_json::to_value(pair).unwrap();
                    value["metric"] = serde_json::to_value(comparison.metric).unwrap();
                    value["rounds"] = serde_json::to_value(&comparison.rounds).unwrap();
                    value
                })
            })
            .collect();
        assert_agrees(&told["pairs"], &Value::Array(pairs), &format!("comparisons[{index}].pairs"));
        sentences.extend(analysis.findings.into_iter().map(|finding| Value::String(finding.text)));
    }
    assert_eq!(report["answer"], Value::Array(sentences));
}

/// By hand, and so independent of how the analysis finds phases and rounds: a ratio of
/// throughputs is one of geometric means over the rounds that it names.
#[test]
fn its_ratios_are_those_of_geometric_means() {
    let report = report();
    let comparison = &report["comparisons"][0];
    let measured = measured(comparison);
    let mut compared = 0;
    for pair in comparison["pairs"].as_array().unwrap().iter().filter(|pair| pair["metric"] == "capacity") {
        let rounds: Vec<u32> = serde_json::from_value(pair["rounds"].clone()).unwrap();
        let logs = |name: &Value| {
            let api = measured.apis.iter().find(|api| *name == api.api).unwrap();
            best_logs(api, &rounds)
        };
        let (of, to) = (logs(&pair["of"]), logs(&pair["to"]));
        let log_ratio = statistics::mean(&of).unwrap() - statistics::mean(&to).unwrap();
        let told = pair["ratio"]["estimate"].as_f64().unwrap();
        assert!((told.ln() - log_ratio).abs() < ROUNDING, "{pair}");
        let differences: Vec<f64> = of.iter().zip(&to).map(|(of, to)| of - to).collect();
        let rounds = f64::from(u32::try_from(rounds.len()).unwrap());
        let half = statistics::student_t(0.95, rounds - 1.0)
            * statistics::standard_deviation(&differences).unwrap()
            / rounds.sqrt();
        let told = pair["paired"]["high"].as_f64().unwrap();
        assert!((told.ln() - (log_ratio + half)).abs() < ROUNDING, "{pair}");
        compared += 1;
    }
    assert!(compared > 0, "no two services are compared");
}

/// Logarithms of an API's throughput at the load where its mean is highest, of these rounds.
fn best_logs(api: &MeasuredApi, rounds: &[u32]) -> Vec<f64> {
    let of_phase = |all: bool| {
        api.phases.iter().map(move |phase| {
            let cells = phase.cells.iter().filter(|cell| cell.is_usable());
            let wanted = cells.filter(|cell| all || rounds.contains(&cell.round));
            wanted.filter_map(|cell| cell.throughput_per_s).map(f64::ln).collect::<Vec<f64>>()
        })
    };
    let best = of_phase(true).zip(of_phase(false)).max_by(|(one, _), (other, _)| {
        let mean = |logs: &[f64]| statistics::mean(logs).unwrap_or(f64::NEG_INFINITY);
        mean(one).total_cmp(&mean(other))
    });
    best.unwrap().1
}

#[test]
fn its_page_carries_the_same_figures() {
    assert_eq!(carried(&sample("html"), "json-data"), sample("json"));
}

#[test]
fn page_and_markdown_say_the_same_sentences() {
    let report = report();
    let markdown = unescaped(&sample("md")).replace('\\', "");
    let page = unescaped(&sample("html"));
    let caution = &report["caution"];
    for sentence in report["answer"].as_array().unwrap().iter().chain([caution]) {
        let sentence = sentence.as_str().unwrap();
        assert!(markdown.contains(sentence), "not in the Markdown: {sentence}");
        assert!(page.contains(sentence), "not on the page: {sentence}");
    }
}

/// As a reader sees it.
fn unescaped(text: &str) -> String {
    let escapes =
        [("&lt;", "<"), ("&gt;", ">"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")];
    let text = escapes.iter().fold(text.to_owned(), |text, (escape, sign)| text.replace(escape, sign));
    // Last: what it gives must not be taken for the beginning of another.
    text.replace("&#38;", "&").replace("&amp;", "&")
}

#[test]
fn it_says_on_its_face_what_its_host_means() {
    let caution = report()["caution"].as_str().unwrap().to_owned();
    assert!(
        caution.contains("processors that the load generator shares with service and database"),
        "{caution}"
    );
}

#[test]
fn no_path_and_no_address_of_a_machine_is_in_it() {
    let page = sample("html");
    let (visible, _) = page.split_once("<script type=").unwrap();
    let texts = [visible.to_owned(), sample("json"), sample("md"), carried(&page, "csv-data")];
    for text in &texts {
        for place in
            ["/home/", "/root/", "/tmp/", "/var/", "/usr/", "/opt/", "/work/", "file://", "postgres://"]
        {
            assert!(!text.contains(place), "{place}");
        }
        let addresses = text.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|word| is_address(word));
        assert_eq!(addresses.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

/// Four numbers up to 255 with dots between them.
fn is_address(word: &str) -> bool {
    let numbers: Vec<&str> = word.split('.').collect();
    numbers.len() == 4 && numbers.iter().all(|number| number.parse::<u8>().is_ok())
}

#[test]
fn its_picture_is_one() {
    let picture = fs::read(repository().join("docs/sample-comparison-report.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
    // Words in a picture would be those of the program that made it, or worse.
    for chunk in [b"tEXt", b"iTXt", b"zTXt", b"eXIf"] {
        assert!(!picture.windows(4).any(|bytes| bytes == chunk), "{chunk:?}");
    }
}
