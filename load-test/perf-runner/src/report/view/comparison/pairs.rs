//! Protocol against protocol, language against language: each pair that differs in
//! one of the two only. A mean over unlike cells would say nothing.

use serde::Serialize;

use super::{source::Source, words};
use crate::model::Metric;

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
