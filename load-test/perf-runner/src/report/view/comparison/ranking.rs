//! The only table above the fold.

use serde::Serialize;

use super::{
    source::{Source, capacity_phase, typical},
    words,
};
use crate::{
    model::{ApiAnalysis, Target},
    report::format::{bytes, count},
};

/// One API in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankRow {
    /// `1`, `1-2` where it is tied; empty without a comparison.
    pub rank: String,
    /// Its name.
    pub api: String,
    /// Its hue and marker shape.
    pub style: usize,
    /// What links point to.
    pub anchor: String,
    /// What it sustains, with its interval.
    pub sustained: String,
    /// The phase in which it does.
    pub at: String,
    /// Its share of the first one's, with its interval.
    pub ratio: String,
    /// Where throughput stops to grow.
    pub knee: String,
    /// Median at the reference load.
    pub p50: String,
    /// 99th percentile there.
    pub p99: String,
    /// Processor time of the service for 1,000 events, in seconds.
    pub cpu: String,
    /// The same of the database.
    pub database_cpu: String,
    /// Largest resident memory.
    pub memory: String,
    /// Errors over all usable phases.
    pub errors: String,
    /// Usable phases of all.
    pub valid: String,
}

pub(super) fn rows(source: &Source<'_>) -> Vec<RankRow> {
    let is_first = |index: usize| index == 0 && !source.payload.comparisons.is_empty();
    source.payload.apis.iter().enumerate().map(|(index, api)| row(source, api, is_first(index))).collect()
}

fn row(source: &Source<'_>, api: &ApiAnalysis, is_first: bool) -> RankRow {
    let found = capacity_phase(api);
    let reference = source.payload.reference.as_ref();
    let at_reference =
        reference.and_then(|reference| api.phases.iter().find(|phase| phase.name == reference.phase));
    let cpu = found.and_then(|(_, phase)| typical(phase, |cell| cell.cpu_s_per_1000));
    let database_cpu = found
        .and_then(|(_, phase)| source.used(phase, Target::Postgres, |used| used.cpu_seconds_per_1000_events));
    let rss = found.and_then(|(_, phase)| {
        // Memory far below 2^52 bytes.
        #[allow(clippy::cast_precision_loss)]
        source.used(phase, Target::Api, |used| used.rss_max_bytes.map(|bytes| bytes as f64))
    });
    // A mean of counts of bytes.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let memory = bytes(rss.map(|bytes| bytes as u64)).text;
    RankRow {
        rank: rank(api),
        api: source.short(&api.api),
        style: source.style(&api.api) % crate::report::chart::STYLES,
        anchor: format!("{}-{}", source.payload.payload, source.style(&api.api)),
        sustained: api.capacity.as_ref().map_or("no usable load".to_owned(), words::capacity),
        at: api.capacity.as_ref().map_or(String::new(), |capacity| format!("at {} VUs", capacity.vus)),
        ratio: match api.ratio_to_first {
            Some(ratio) => words::ratio(ratio),
            None if is_first => "1".to_owned(),
            None => "\u{2013}".to_owned(),
        },
        knee: words::knee(api),
        p50: words::ms(at_reference.and_then(|phase| typical(phase, |cell| cell.p50_ms))),
        p99: words::ms(at_reference.and_then(|phase| typical(phase, |cell| cell.p99_ms))),
        cpu: words::or_missing(cpu, words::seconds),
        database_cpu: words::or_missing(database_cpu, words::seconds),
        memory,
        errors: errors(api),
        valid: valid(api),
    }
}

fn rank(api: &ApiAnalysis) -> String {
    match api.ranks {
        None => "\u{2013}".to_owned(),
        Some(ranks) if ranks.from == ranks.to => ranks.from.to_string(),
        Some(ranks) => format!("{}\u{2013}{}", ranks.from, ranks.to),
    }
}

/// Zero of n is not zero: the upper bound by the rule of three stands beside it.
fn errors(api: &ApiAnalysis) -> String {
    let usable = || api.phases.iter().flat_map(|phase| &phase.cells).filter(|cell| cell.is_usable());
    let calls: u64 = usable().filter_map(|cell| cell.calls).fold(0, u64::saturating_add);
    let failed: u64 = usable().filter_map(|cell| cell.not_ok).fold(0, u64::saturating_add);
    if calls == 0 {
        return "not measured".to_owned();
    }
    let of = format!("{} of {}", count(failed).text, count(calls).text);
    if failed > 0 { of } else { format!("{of} (at most {:.4} %)", (300.0 / calls as f64).min(100.0)) }
}

fn valid(api: &ApiAnalysis) -> String {
    let cells: Vec<bool> =
        api.phases.iter().flat_map(|phase| &phase.cells).map(crate::model::Cell::is_usable).collect();
    format!("{}/{}", cells.iter().filter(|usable| **usable).count(), cells.len())
}
