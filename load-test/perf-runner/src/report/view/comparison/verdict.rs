//! What a reader sees first: the sentences, sorted by the question they answer.

use serde::Serialize;

use super::{source::Source, words};
use crate::{
    model::{Claim, Finding, Metric},
    report::format::plain,
};

/// A sentence with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingView {
    /// The claim as numbers; its texts are safe to print.
    #[serde(flatten)]
    pub finding: Finding,
    /// The checks that limit it, in words; empty when none does.
    #[serde(skip)]
    pub limits: String,
    /// The chart that shows it.
    pub chart: String,
}

/// The sentences that answer one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// The question in few words; empty for the one that the campaign asks.
    pub name: &'static str,
    /// The sentences.
    pub findings: Vec<FindingView>,
}

/// After the answer to the campaign's question, in the order of the page.
const TOPICS: [&str; 4] = ["By how much", "How sure that is", "Latency and cost", "What limits it"];

pub(super) fn findings(source: &Source<'_>) -> Vec<FindingView> {
    source.payload.findings.iter().map(|finding| view(source, finding)).collect()
}

/// The first sentence is the answer; the others follow by topic.
pub(super) fn topics(findings: &[FindingView]) -> Vec<Topic> {
    let Some((answer, rest)) = findings.split_first() else { return Vec::new() };
    let of_topic = |name: &'static str| Topic {
        name,
        findings: rest.iter().filter(|view| topic(&view.finding) == name).cloned().collect(),
    };
    let answered = [Topic { name: "", findings: vec![answer.clone()] }];
    let others = TOPICS.into_iter().map(of_topic).filter(|topic| !topic.findings.is_empty());
    answered.into_iter().chain(others).collect()
}

fn topic(finding: &Finding) -> &'static str {
    let [amount, certainty, otherwise, limits] = TOPICS;
    match (finding.claim, finding.metric) {
        (Claim::Nothing | Claim::AtLeast | Claim::NotSeparated | Claim::LeftOut, _) => limits,
        (_, Some(Metric::P50 | Metric::P99 | Metric::Cpu)) => otherwise,
        (Claim::NoiseFloor, _) => certainty,
        _ if finding.subjects.is_empty() => certainty,
        _ => amount,
    }
}

fn view(source: &Source<'_>, finding: &Finding) -> FindingView {
    let safe = |texts: &[String]| texts.iter().map(|text| plain(text)).collect::<Vec<_>>();
    let limited_by = safe(&finding.limited_by);
    FindingView {
        limits: limited_by.join(", ").replace('_', " "),
        finding: Finding {
            subjects: safe(&finding.subjects),
            limited_by,
            text: words::shortened(source, &plain(&finding.text)),
            ..finding.clone()
        },
        chart: chart(source, finding),
    }
}

/// A chart that is not drawn cannot be linked to: then the one of all rates.
fn chart(source: &Source<'_>, finding: &Finding) -> String {
    match (finding.claim, finding.metric) {
        (Claim::Nothing | Claim::LeftOut, _) => format!("{}-validity", source.payload.payload),
        (Claim::AtLeast | Claim::NotSeparated, _) => source.chart("c2"),
        (_, Some(Metric::P50 | Metric::P99)) => source.chart("c4"),
        (_, Some(Metric::Cpu)) => source.chart("c7"),
        (Claim::ValuesOnly | Claim::NoiseFloor | Claim::Sustains, _) => source.chart("c1"),
        _ if source.payload.comparisons.is_empty() => source.chart("c1"),
        _ => source.chart("c5"),
    }
}
