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

/// Into so many steps the percentile axis of a large drawing is cut.
const STEPS: u32 = 40;

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
    let tails = tails(source);
    if tails.is_empty() {
        return None;
    }
    let reference = source.payload.reference.as_ref();
    let is_compared =
        |tail: &&Tail<'_>| reference.is_some_and(|reference| reference.phase == tail.phase.name);
    let of_load = |load: &PhaseLoad, steps| TailPanel {
        title: words::load(load),
        series: tails
            .iter()
            .filter(|tail| tail.phase.load == *load)
            .map(|tail| tail.series(source, steps))
            .collect(),
    };
    let compared = tails.iter().find(is_compared).map(|tail| of_load(&tail.phase.load, STEPS));
    let mut loads: Vec<&PhaseLoad> = Vec::new();
    for tail in tails.iter().filter(|tail| !is_compared(tail)) {
        if !loads.contains(&&tail.phase.load) {
            loads.push(&tail.phase.load);
        }
    }
    let others: Vec<TailPanel> = loads.into_iter().map(|load| of_load(load, STEPS / 2)).collect();
    let frame = Frame {
        id: "c4",
        title: "Tail of the latencies",
        question: "How bad is the tail?",
        reading: told(compared.is_some().then(|| words::reference(reference)), &others, source),
    };
    let table = percentiles(source, &tails);
    Some(chart(source, frame, table, |heading| draw::tail(heading, compared.as_ref(), &others)))
}

fn told(compared: Option<String>, others: &[TailPanel], source: &Source<'_>) -> String {
    let drawn = match (compared, others.is_empty()) {
        (Some(load), true) => format!("Latencies of acknowledged calls at {load}."),
        (Some(load), false) => format!(
            "Latencies of acknowledged calls, large at {load}; small at every other load, all with one scale. Beyond \
             the knee they are queueing."
        ),
        (None, _) => {
            "Latencies of acknowledged calls at every load, all with one scale; at none of them they are \
                      compared."
                .to_owned()
        }
    };
    let is_open = source.payload.reference.as_ref().is_some_and(|reference| reference.is_open);
    let omission = if is_open { "" } else { OMISSION };
    format!(
        "{drawn} Lines: all rounds together; bands: from the lowest to the highest round. A percentile is drawn only \
         where at least ten calls lie beyond it. {omission}"
    )
}

/// The same for every load as a table.
fn percentiles(source: &Source<'_>, tails: &[Tail<'_>]) -> Table {
    let mut table = Table::new(
        "Percentiles at each load, all rounds together",
        &["API and load", "Calls", "p50", "p90", "p99", "p99.9", "Max"],
    );
    for tail in tails {
        let merged = &tail.merged;
        let at = |share: f64| words::percentile(merged.shown_quantile_ms(share), merged.count());
        let count = crate::report::format::count(merged.count()).text;
        let cells = [count, at(0.5), at(0.9), at(0.99), at(0.999), words::ms(merged.quantile_ms(1.0))];
        table.row(&tail.name(source), true, cells);
    }
    table
}

/// An API at a load: the usable rounds, and all of them together.
struct Tail<'a> {
    api: &'a ApiAnalysis,
    phase: &'a PhaseAnalysis,
    rounds: Vec<&'a Histogram>,
    merged: Histogram,
}

/// All that have a call, API by API.
fn tails<'a>(source: &Source<'a>) -> Vec<Tail<'a>> {
    let apis = source.payload.apis.iter();
    apis.flat_map(|api| api.phases.iter().map(move |phase| (api, phase)))
        .filter_map(|(api, phase)| {
            let rounds = histograms(source, phase);
            Some(Tail { api, phase, merged: merged(&rounds)?, rounds })
        })
        .collect()
}

impl Tail<'_> {
    fn name(&self, source: &Source<'_>) -> String {
        format!("{}, {}", source.short(&self.api.api), words::load(&self.phase.load))
    }

    fn series(&self, source: &Source<'_>, steps: u32) -> TailSeries {
        let curve = shares(steps)
            .into_iter()
            .filter_map(|share| Some((share, self.merged.shown_quantile_ms(share)?)));
        let known =
            [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)].into_iter().filter_map(|(name, share)| {
                Some(format!("{name} {}", words::ms(Some(self.merged.shown_quantile_ms(share)?))))
            });
        TailSeries {
            name: source.short(&self.api.api),
            style: source.style(&self.api.api),
            curve: curve.collect(),
            band: band(&self.rounds, &self.merged, steps),
            hover: format!("{}: {}", self.name(source), known.collect::<Vec<_>>().join(", ")),
        }
    }
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

/// Places of the percentile axis down to 1 in 10,000, equally far apart.
fn shares(steps: u32) -> Vec<f64> {
    (0..=steps).map(|step| 1.0 - 10.0_f64.powf(-4.0 * f64::from(step) / f64::from(steps))).collect()
}

/// Lowest and highest round, where every round has enough calls.
fn band(histograms: &[&Histogram], merged: &Histogram, steps: u32) -> Vec<(f64, f64, f64)> {
    let of_share = |share: f64| {
        merged.shown_quantile_ms(share)?;
        let rounds: Vec<f64> =
            histograms.iter().map(|histogram| histogram.shown_quantile_ms(share)).collect::<Option<_>>()?;
        let low = rounds.iter().copied().fold(f64::INFINITY, f64::min);
        Some((share, low, rounds.into_iter().fold(0.0, f64::max)))
    };
    if histograms.len() < 2 { Vec::new() } else { shares(steps).into_iter().filter_map(of_share).collect() }
}
