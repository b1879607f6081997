//! C3 and C4: what latency a throughput costs, and how bad the tail is.

use super::{
    super::{
        ChartView, Table,
        source::{Source, typical},
        words,
    },
    Frame, chart,
};
use crate::{
    model::{ApiAnalysis, Histogram, Knee, PhaseAnalysis, PhaseLoad},
    report::chart::{self as draw, Point, Series, TailPanel, TailSeries},
};

/// What every latency of a closed loop hides.
const OMISSION: &str = "In a closed loop a user that waits sends nothing, so bad moments are sampled less often than \
                        they would be met.";

pub(super) fn trade(source: &Source<'_>) -> Option<ChartView> {
    let mut table = Table::new("Latency at each load", &["API and load", "Acknowledged", "p50", "p99"]);
    let mut series = Vec::new();
    for api in &source.payload.apis {
        for phase in &api.phases {
            let cells = [
                words::or_missing(phase.throughput_per_s, words::rate),
                words::ms(typical(phase, |cell| cell.p50_ms)),
                words::ms(typical(phase, |cell| cell.p99_ms)),
            ];
            let name = format!("{}, {}", source.short(&api.api), words::load(&phase.load));
            table.row(&name, phase.throughput_per_s.is_some(), cells);
        }
        let points: Vec<Point> =
            api.phases.iter().filter_map(|phase| trade_point(source, api, phase)).collect();
        if !points.is_empty() {
            series.push(Series { name: source.short(&api.api), style: source.style(&api.api), points });
        }
    }
    if series.is_empty() {
        return None;
    }
    let reading = format!(
        "Each path goes through the loads in their order. Where it turns upwards, more load only waits longer: beyond \
         that point (hollow marks) latency is queueing, about users / throughput less the pause, and says nothing \
         new of the API. {OMISSION}"
    );
    let frame = Frame {
        id: "c3",
        title: "Latency over throughput",
        question: "What latency does which throughput cost?",
        reading,
    };
    Some(chart(source, frame, table, |heading| draw::trade(heading, &series)))
}

fn trade_point(source: &Source<'_>, api: &ApiAnalysis, phase: &PhaseAnalysis) -> Option<Point> {
    let (x, y) = (phase.throughput_per_s?, typical(phase, |cell| cell.p99_ms)?);
    let hover = format!(
        "{}, {}: {}, p99 {}",
        source.short(&api.api),
        words::load(&phase.load),
        words::rate(x),
        words::ms(Some(y))
    );
    Some(Point { x, y, is_valid: !is_beyond_knee(api, phase), hover })
}

fn is_beyond_knee(api: &ApiAnalysis, phase: &PhaseAnalysis) -> bool {
    match (api.knee, &phase.load) {
        (Knee::Between { estimate_vus, .. }, PhaseLoad::Vus { vus, .. }) => f64::from(*vus) > estimate_vus,
        _ => false,
    }
}

pub(super) fn tail(source: &Source<'_>) -> Option<ChartView> {
    let reference = source.payload.reference.as_ref()?;
    let mut table = Table::new(
        &format!("Percentiles at {}, all rounds together", words::load(&reference.load)),
        &["API", "Calls", "p50", "p90", "p99", "p99.9", "Max"],
    );
    let mut series = Vec::new();
    for api in &source.payload.apis {
        let Some(phase) = api.phases.iter().find(|phase| phase.name == reference.phase) else { continue };
        let histograms = histograms(source, phase);
        let Some(merged) = merged(&histograms) else { continue };
        let at = |share: f64| words::percentile(shown(&merged, share), merged.count());
        let count = crate::report::format::count(merged.count()).text;
        let cells = [count, at(0.5), at(0.9), at(0.99), at(0.999), words::ms(merged.quantile_ms(1.0))];
        table.row(&source.short(&api.api), true, cells);
        series.push(TailSeries {
            name: source.short(&api.api),
            style: source.style(&api.api),
            curve: shares().into_iter().filter_map(|share| Some((share, shown(&merged, share)?))).collect(),
            band: band(&histograms, &merged),
        });
    }
    if series.is_empty() {
        return None;
    }
    let reading = format!(
        "Latencies of acknowledged calls at {}. Lines: all rounds together; bands: from the lowest to the highest \
         round. A percentile is drawn only where at least ten calls lie beyond it. {}",
        words::reference(Some(reference)),
        if reference.is_open { "" } else { OMISSION }
    );
    let frame = Frame { id: "c4", title: "Tail of the latencies", question: "How bad is the tail?", reading };
    let panels = [TailPanel { title: words::load(&reference.load), series }];
    Some(chart(source, frame, table, |heading| draw::tail(heading, &panels)))
}

fn histograms<'a>(source: &Source<'a>, phase: &PhaseAnalysis) -> Vec<&'a Histogram> {
    let usable = phase.cells.iter().filter(|cell| cell.is_usable());
    usable.filter_map(|cell| source.figures(phase, cell)?.window.as_ref()?.ok.as_ref()).collect()
}

/// Histograms are merged; percentiles never are.
fn merged(histograms: &[&Histogram]) -> Option<Histogram> {
    let mut merged = Histogram::empty().ok()?;
    for histogram in histograms {
        merged.merge(histogram).ok()?;
    }
    (merged.count() > 0).then_some(merged)
}

/// A percentile beyond which at least ten calls lie.
fn shown(histogram: &Histogram, share: f64) -> Option<f64> {
    let beyond = histogram.count() as f64 * (1.0 - share);
    if beyond >= 10.0 - 1e-6 { histogram.quantile_ms(share) } else { None }
}

/// Forty places of the percentile axis, equally far apart.
fn shares() -> Vec<f64> {
    (0..=40).map(|step| 1.0 - 10.0_f64.powf(-f64::from(step) / 10.0)).collect()
}

/// Lowest and highest round, where every round has enough calls.
fn band(histograms: &[&Histogram], merged: &Histogram) -> Vec<(f64, f64, f64)> {
    let of_share = |share: f64| {
        shown(merged, share)?;
        let rounds: Vec<f64> =
            histograms.iter().map(|histogram| shown(histogram, share)).collect::<Option<_>>()?;
        let low = rounds.iter().copied().fold(f64::INFINITY, f64::min);
        Some((share, low, rounds.into_iter().fold(0.0, f64::max)))
    };
    if histograms.len() < 2 { Vec::new() } else { shares().into_iter().filter_map(of_share).collect() }
}
