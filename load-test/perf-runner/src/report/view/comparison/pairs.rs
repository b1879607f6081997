//! Protocol against protocol, language against language: each pair that differs in
//! one of the two only. A mean over unlike cells would say nothing.

use serde::Serialize;

use super::{
    Table,
    source::{Source, capacity_phase, typical},
    words,
};
use crate::model::{ApiAnalysis, Language, Metric, Protocol};

/// One pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairView {
    /// What differs, and what is the same.
    pub group: String,
    /// Whose ratio it is.
    pub of: String,
    /// Held against whom.
    pub to: String,
    /// Ratio of what they sustain.
    pub throughput: String,
    /// What may be said of it.
    pub throughput_claim: &'static str,
    /// Ratio of their p99 at the reference load.
    pub p99: String,
    /// What may be said of it.
    pub p99_claim: &'static str,
}

pub(super) fn stacks(source: &Source<'_>) -> Vec<PairView> {
    let apis: Vec<_> = source.payload.apis.iter().filter(|api| api.again_of.is_none()).collect();
    let mut same_language = Vec::new();
    let mut same_wire = Vec::new();
    for of in &apis {
        for to in &apis {
            let view = |group: String| pair(source, group, &of.api, &to.api);
            if of.language == to.language && of.protocol > to.protocol {
                same_language.extend(view(format!("{}: {} to {}", of.language, of.protocol, to.protocol)));
            } else if of.protocol == to.protocol && of.language < to.language {
                same_wire.extend(view(format!("{}: {} to {}", of.protocol, of.language, to.language)));
            }
        }
    }
    same_language.extend(same_wire);
    same_language
}

fn pair(source: &Source<'_>, group: String, of: &str, to: &str) -> Option<PairView> {
    let (throughput, throughput_claim) = source.ratio(Metric::Capacity, of, to)?;
    let p99 = source.ratio(Metric::P99, of, to);
    Some(PairView {
        group,
        of: source.short(of),
        to: source.short(to),
        throughput: words::ratio(throughput),
        throughput_claim: words::claim(throughput_claim),
        p99: p99.map_or("not compared".to_owned(), |(ratio, _)| words::ratio(ratio)),
        p99_claim: p99.map_or("", |(_, claim)| words::claim(claim)),
    })
}

/// Languages down, wires across: what each of them measured, with the ratio of the
/// wires beside it and the ratios of the languages below. One table per metric that
/// pairs are compared on; none where no two of them differ in one thing only.
pub(super) fn grids(source: &Source<'_>) -> Vec<Table> {
    let at =
        source.payload.reference.as_ref().map_or(String::new(), |reference| words::load(&reference.load));
    [
        (Metric::Capacity, "Sustained throughput by language and wire".to_owned()),
        (Metric::P99, format!("p99 at {at} by language and wire")),
        (Metric::Cpu, "Processor time for 1,000 events by language and wire".to_owned()),
    ]
    .into_iter()
    .filter_map(|(metric, caption)| grid(source, metric, &caption))
    .collect()
}

fn grid(source: &Source<'_>, metric: Metric, caption: &str) -> Option<Table> {
    const WIRES: [Protocol; 2] = [Protocol::Rest, Protocol::Grpc];
    let find = |language: Language, wire: Protocol| {
        let is_it =
            |api: &&ApiAnalysis| (api.language, api.protocol) == (language, wire) && api.again_of.is_none();
        source.payload.apis.iter().find(is_it)
    };
    let mut stacks: Vec<(Language, Protocol)> = source
        .payload
        .apis
        .iter()
        .filter(|api| api.again_of.is_none())
        .map(|api| (api.language, api.protocol))
        .collect();
    stacks.sort_unstable();
    if stacks.windows(2).any(|pair| pair[0] == pair[1]) {
        // Two of one kind: neither of them stands for the cell.
        return None;
    }
    let mut languages: Vec<Language> = source.payload.apis.iter().map(|api| api.language).collect();
    languages.sort_unstable();
    languages.dedup();
    let ratio = |of: Option<&ApiAnalysis>, to: Option<&ApiAnalysis>| {
        let (ratio, claim) = of.zip(to).and_then(|(of, to)| source.ratio(metric, &of.api, &to.api))?;
        Some(format!("{}, {}", words::ratio(ratio), words::claim(claim)))
    };
    let mut compared = false;
    let mut or_none = |text: Option<String>| {
        compared |= text.is_some();
        text.unwrap_or_else(|| "\u{2013}".to_owned())
    };
    let mut table = Table::new(caption, &["Language", "REST", "gRPC", "gRPC : REST"]);
    for language in &languages {
        let [rest, grpc] = WIRES.map(|wire| find(*language, wire));
        let cells = [value(source, metric, rest), value(source, metric, grpc), or_none(ratio(grpc, rest))];
        table.row(&language.to_string(), true, cells);
    }
    for (index, of) in languages.iter().enumerate() {
        for to in languages.iter().skip(index + 1) {
            let [rest, grpc] = WIRES.map(|wire| or_none(ratio(find(*of, wire), find(*to, wire))));
            table.row(&format!("{of} : {to}"), true, [rest, grpc, String::new()]);
        }
    }
    compared.then_some(table)
}

fn value(source: &Source<'_>, metric: Metric, api: Option<&ApiAnalysis>) -> String {
    let Some(api) = api else { return "\u{2013}".to_owned() };
    let reference = source.payload.reference.as_ref();
    let at_reference = reference.and_then(|at| api.phases.iter().find(|phase| phase.name == at.phase));
    match metric {
        Metric::Capacity => api.capacity.as_ref().map_or("no usable load".to_owned(), words::capacity),
        Metric::P50 => words::ms(at_reference.and_then(|phase| typical(phase, |cell| cell.p50_ms))),
        Metric::P99 => words::ms(at_reference.and_then(|phase| typical(phase, |cell| cell.p99_ms))),
        Metric::Cpu => words::or_missing(
            capacity_phase(api).and_then(|(_, phase)| typical(phase, |cell| cell.cpu_s_per_1000)),
            words::seconds,
        ),
    }
}
