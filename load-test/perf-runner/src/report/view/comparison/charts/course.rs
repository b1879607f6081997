//! C6, C7 and C8: was it steady, what did it cost the host, did the order matter?

use super::{
    super::{
        ChartView, Table,
        source::{Source, capacity_phase, typical},
        words,
    },
    Frame, chart,
};
use crate::{
    model::{ApiAnalysis, PhaseFigures, SecondFigures, Target, WindowUse},
    report::chart::{self as draw, Point, ResourcePanel, RoundDot, Series, TimePanel},
};

/// Seconds that are drawn as one point.
const BIN_S: usize = 5;

const MIB: f64 = 1024.0 * 1024.0;

type OfUse = fn(&WindowUse) -> Option<f64>;
type OfSeconds = fn(&[SecondFigures]) -> Option<f64>;

pub(super) fn time(source: &Source<'_>) -> Option<ChartView> {
    let round = *source.payload.rounds.first()?;
    let quantities: [(&str, bool, OfSeconds); 4] = [
        ("acknowledged per second", false, |bin| mean_of(bin, |second| second.ok.map(|ok| ok as f64))),
        ("p99 in ms", true, |bin| mean_of(bin, |second| second.p99_ms)),
        ("virtual users", false, |bin| mean_of(bin, |second| second.vus)),
        ("not acknowledged per second", false, |bin| {
            mean_of(bin, |second| second.failed.map(|ok| ok as f64))
        }),
    ];
    let panel = |(title, is_log, of): (&str, bool, OfSeconds)| TimePanel {
        title: title.to_owned(),
        is_log,
        series: source.payload.apis.iter().filter_map(|api| over_time(source, api, round, of)).collect(),
    };
    let panels = quantities.map(panel);
    if panels[0].series.is_empty() {
        return None;
    }
    let mut table = Table::new("Steadiness", &["API and load", "Slope over the window, each round"]);
    let mut steepest = 0.0_f64;
    for api in &source.payload.apis {
        for phase in &api.phases {
            let slopes: Vec<f64> = phase
                .cells
                .iter()
                .filter_map(|cell| source.figures(phase, cell)?.window.as_ref()?.slope)
                .collect();
            steepest = slopes.iter().fold(steepest, |steepest, slope| steepest.max(slope.abs()));
            let texts: Vec<String> = slopes.iter().map(|slope| format!("{:+.1} %", slope * 100.0)).collect();
            let name = format!("{}, {}", source.short(&api.api), words::load(&phase.load));
            table.row(
                &name,
                true,
                [if texts.is_empty() { "not measured".to_owned() } else { texts.join(", ") }],
            );
        }
    }
    let reading = format!(
        "Round {round} in bins of {BIN_S} s, phases one after another. A steady phase is flat; the steepest window of \
         all rounds changes by {:.1} % from its beginning to its end. The beginning of each phase settles and does \
         not count.",
        steepest * 100.0
    );
    let frame = Frame {
        id: "c6",
        title: "Course of a round",
        question: "Was the load steady: warm-up, stalls, errors?",
        reading,
    };
    let edges = edges(source);
    Some(chart(source, frame, table, |heading| draw::time(heading, &panels, &edges)))
}

/// More phases than these have no room for their units.
const PHASES_WITH_UNITS: usize = 8;

/// Where each phase begins, in seconds of load, and its load.
fn edges(source: &Source<'_>) -> Vec<(f64, String)> {
    let mut begin = 0.0;
    let phases = source.payload.apis.first().map_or(&[] as &[_], |api| &api.phases);
    let mut edges = Vec::new();
    for phase in phases {
        let load = words::load(&phase.load).replace(" offered", "");
        let is_crowded = phases.len() > PHASES_WITH_UNITS;
        edges.push((begin, if is_crowded { load.replace(" VUs", "") } else { load }));
        begin += held_s(phase.load.hold_ms());
    }
    edges
}

fn held_s(hold_ms: Option<u64>) -> f64 {
    hold_ms.unwrap_or(0) as f64 / 1000.0
}

fn over_time(source: &Source<'_>, api: &ApiAnalysis, round: u32, of: OfSeconds) -> Option<Series> {
    let mut points = Vec::new();
    let mut begin = 0.0;
    for phase in &api.phases {
        let cell = phase.cells.iter().find(|cell| cell.round == round)?;
        // What comes in after the load has ended is the end of what was begun.
        let is_held = |second: &&SecondFigures| f64::from(second.second) < held_s(phase.load.hold_ms());
        let seconds =
            source.figures(phase, cell).map_or(&[] as &[SecondFigures], |f: &PhaseFigures| &f.seconds);
        let held = &seconds[..seconds.iter().take_while(is_held).count()];
        for bin in held.chunks(BIN_S) {
            let Some((first, y)) = bin.first().zip(of(bin)) else { continue };
            let x = begin + f64::from(first.second) + bin.len() as f64 / 2.0;
            points.push(Point { x, y, is_valid: true, hover: String::new() });
        }
        begin += held_s(phase.load.hold_ms());
        // Ends the line between two phases.
        if let Some(last) = points.last().cloned().filter(|last| last.is_valid) {
            points.push(Point { is_valid: false, ..last });
        }
    }
    (!points.is_empty()).then(|| Series {
        name: source.short(&api.api),
        style: source.style(&api.api),
        points,
    })
}

fn mean_of(bin: &[SecondFigures], of: impl Fn(&SecondFigures) -> Option<f64>) -> Option<f64> {
    super::super::source::mean(&bin.iter().filter_map(of).collect::<Vec<_>>())
}

pub(super) fn resources(source: &Source<'_>) -> Option<ChartView> {
    let cores = f64::from(source.stored.campaign.host.cores);
    let kinds: [(&str, Target, OfUse, Option<f64>); 4] = [
        ("service: processors busy", Target::Api, |used| used.cpu_cores, Some(cores)),
        (
            "service: resident memory in MiB",
            Target::Api,
            |used| used.rss_max_bytes.map(|b| b as f64 / MIB),
            None,
        ),
        ("database: processors busy", Target::Postgres, |used| used.cpu_cores, Some(cores)),
        ("generator: processors busy", Target::K6, |used| used.cpu_cores, Some(cores)),
    ];
    let panels: Vec<ResourcePanel> = kinds
        .into_iter()
        .map(|(title, target, of, limit)| ResourcePanel {
            title: title.to_owned(),
            series: source.payload.apis.iter().filter_map(|api| used(source, api, target, of)).collect(),
            limit,
        })
        .filter(|panel| !panel.series.is_empty())
        .collect();
    if panels.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "Processor time for 1,000 acknowledged events, at the load of the capacity",
        &["API", "Service", "Database", "Generator", "Resident memory"],
    );
    for api in &source.payload.apis {
        let Some((_, phase)) = capacity_phase(api) else { continue };
        let per_1000 = |target| {
            let seconds = source.used(phase, target, |used| used.cpu_seconds_per_1000_events);
            words::or_missing(seconds, words::seconds)
        };
        let rss = source.used(phase, Target::Api, |used| used.rss_max_bytes.map(|bytes| bytes as f64 / MIB));
        let cells = [
            words::or_missing(typical(phase, |cell| cell.cpu_s_per_1000), words::seconds),
            per_1000(Target::Postgres),
            per_1000(Target::K6),
            words::or_missing(rss, |mib| format!("{mib:.1} MiB")),
        ];
        table.row(&source.short(&api.api), true, cells);
    }
    let reading = format!(
        "Means over the usable rounds of each load, from counters. Dashed: the {cores} processors of the host, which \
         service, database and generator share."
    );
    let frame = Frame {
        id: "c7",
        title: "What it costs the host",
        question: "How much processor and memory does which throughput take?",
        reading,
    };
    Some(chart(source, frame, table, |heading| draw::resources(heading, &panels)))
}

fn used(
    source: &Source<'_>,
    api: &ApiAnalysis,
    target: Target,
    of: fn(&WindowUse) -> Option<f64>,
) -> Option<Series> {
    let points: Vec<Point> = api
        .phases
        .iter()
        .filter_map(|phase| {
            let (x, y) = (phase.throughput_per_s?, source.used(phase, target, of)?);
            let hover = format!("{}, {}: {y:.2}", source.short(&api.api), words::load(&phase.load));
            Some(Point { x, y, is_valid: true, hover })
        })
        .collect();
    (!points.is_empty()).then(|| Series {
        name: source.short(&api.api),
        style: source.style(&api.api),
        points,
    })
}

pub(super) fn rounds(source: &Source<'_>) -> Option<ChartView> {
    if source.payload.rounds.len() < 2 {
        return None;
    }
    let mut dots = Vec::new();
    let mut table =
        Table::new("Deviation of each round from the API's mean", &["API", "Rounds, in their order"]);
    for api in &source.payload.apis {
        let Some((capacity, phase)) = capacity_phase(api) else { continue };
        let mut texts = Vec::new();
        for cell in phase.cells.iter().filter(|cell| cell.is_usable()) {
            let (Some(rate), Some(position)) = (cell.throughput_per_s, cell.run) else { continue };
            let deviation_percent = (rate / capacity.per_s - 1.0) * 100.0;
            texts.push(format!("{deviation_percent:+.1} %"));
            let hover =
                format!("{}, round {}: {deviation_percent:+.1} %", source.short(&api.api), cell.round);
            dots.push(RoundDot {
                round: cell.round,
                position,
                name: source.short(&api.api),
                style: source.style(&api.api),
                deviation_percent,
                hover,
            });
        }
        table.row(&source.short(&api.api), true, [texts.join(", ")]);
    }
    dots.sort_by_key(|dot| dot.position);
    let largest = dots.iter().map(|dot| dot.deviation_percent.abs()).fold(0.0, f64::max);
    if dots.is_empty() {
        return None;
    }
    let reading = format!(
        "Every test run in the order in which it was made, at the load of its API's capacity. The largest deviation \
         is {largest:.1} %. A slope over time or a step at the same slot of every round would be an effect of the \
         order; the order is drawn anew in each round so that it cannot favour one API."
    );
    let frame = Frame {
        id: "c8",
        title: "Round by round",
        question: "Was there a drift, or an effect of the order?",
        reading,
    };
    Some(chart(source, frame, table, |heading| draw::rounds(heading, &dots)))
}
