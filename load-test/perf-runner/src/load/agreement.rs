//! The generator's end summary held against its stream: two accounts of the same
//! samples, kept apart from each other.

use crate::{
    fault::Fault,
    model::{
        GeneratorSummary, Histogram, PackedHistogram, PhaseSummary, SecondNumbers, SummaryDifference,
        TrendSummary,
    },
};

/// A histogram holds whole microseconds.
const HALF_A_MICROSECOND_MS: f64 = 0.000_5;

/// Where the two do not agree: counts exactly, quantiles within the resolution of
/// the histograms.
///
/// # Errors
/// Never for histograms that were proven.
pub fn differences(
    summary: &GeneratorSummary,
    seconds: &[SecondNumbers],
) -> Result<Vec<SummaryDifference>, Fault> {
    let mut differences = Vec::new();
    for (name, phase) in &summary.phases {
        let seconds: Vec<&SecondNumbers> = seconds.iter().filter(|second| second.phase == *name).collect();
        let mut found = counts(phase, &seconds);
        let acknowledged = histogram(seconds.iter().filter_map(|second| second.ok.as_ref()))?;
        found.extend(quantiles("acknowledged", phase.acknowledged_duration.as_ref(), acknowledged.as_ref()));
        let request = histogram(seconds.iter().filter_map(|second| second.request.as_ref()))?;
        found.extend(quantiles("request", phase.request.as_ref(), request.as_ref()));
        differences.extend(found.into_iter().map(|(what, summary, stream)| SummaryDifference {
            phase: name.clone(),
            what,
            summary,
            stream,
        }));
    }
    Ok(differences)
}

/// What, and how much of it in the summary and in the stream.
type Found = (String, f64, f64);

fn histogram<'a>(parts: impl Iterator<Item = &'a PackedHistogram>) -> Result<Option<Histogram>, Fault> {
    Histogram::of_parts(parts)
        .map_err(|error| Fault::failed("a histogram cannot be opened again").cause(error))
}

#[allow(clippy::cast_precision_loss)] // For people; the comparison is one of whole numbers.
fn counts(phase: &PhaseSummary, seconds: &[&SecondNumbers]) -> Vec<Found> {
    let sum = |of: fn(&SecondNumbers) -> u64| seconds.iter().map(|second| of(second)).sum::<u64>();
    let failed = |second: &SecondNumbers| second.failed.values().sum();
    let mut pairs = vec![
        ("iterations".to_owned(), phase.iterations, sum(|second| second.iterations)),
        ("attempts".to_owned(), phase.attempts, sum(|second| second.attempts)),
        ("acknowledged".to_owned(), phase.acknowledged, sum(|second| second.acknowledged)),
        ("failed".to_owned(), phase.failed, sum(failed)),
        ("unknown".to_owned(), phase.unknown, sum(|second| second.unknown)),
        ("dropped".to_owned(), phase.dropped, sum(|second| second.dropped)),
        ("connections opened".to_owned(), phase.connections_opened, sum(|second| second.connections_opened)),
        ("sent bytes".to_owned(), phase.sent_bytes, sum(|second| second.sent_bytes)),
        ("received bytes".to_owned(), phase.received_bytes, sum(|second| second.received_bytes)),
    ];
    for (kind, count) in &phase.failed_by_kind {
        let in_stream = seconds.iter().filter_map(|second| second.failed.get(kind)).sum();
        pairs.push((format!("failed as {kind}"), *count, in_stream));
    }
    let timed = seconds.iter().filter_map(|second| second.not_ok.as_ref()).map(PackedHistogram::count).sum();
    pairs.push((
        "calls refused or without an answer".to_owned(),
        phase.failed.saturating_add(phase.unknown),
        timed,
    ));
    pairs.retain(|(_, summary, stream)| summary != stream);
    pairs.into_iter().map(|(what, summary, stream)| (what, summary as f64, stream as f64)).collect()
}

fn quantiles(clock: &str, summary: Option<&TrendSummary>, stream: Option<&Histogram>) -> Vec<Found> {
    let counted = (summary.map_or(0, |trend| trend.count), stream.map_or(0, Histogram::count));
    if counted.0 != counted.1 {
        #[allow(clippy::cast_precision_loss)] // For people.
        return vec![(format!("samples of the {clock} clock"), counted.0 as f64, counted.1 as f64)];
    }
    let (Some(trend), Some(histogram)) = (summary, stream) else { return Vec::new() };
    let shares =
        [("min", 0.0, trend.min), ("p50", 0.5, trend.med), ("p90", 0.9, trend.p90), ("p95", 0.95, trend.p95)];
    let all = shares.into_iter().chain([("p99", 0.99, trend.p99), ("max", 1.0, trend.max)]);
    all.filter_map(|(name, share, told)| {
        let (low, high) = interpolated(histogram, share)?;
        let (low, high) = (low - HALF_A_MICROSECOND_MS, high + HALF_A_MICROSECOND_MS);
        let agrees = (low..=high).contains(&told);
        (!agrees).then(|| (format!("{name} of the {clock} clock"), told, told.clamp(low, high)))
    })
    .collect()
}

/// Between which values a quantile lies that is interpolated between the two
/// samples around it, as k6 does.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A place among samples.
fn interpolated(histogram: &Histogram, share: f64) -> Option<(f64, f64)> {
    let place = share * histogram.count().saturating_sub(1) as f64;
    let (low, _) = histogram.rank_ms(place.floor() as u64)?;
    let (_, high) = histogram.rank_ms(place.ceil() as u64)?;
    Some((low, high))
}

#[cfg(test)]
mod tests;
