//! C4: how bad is the tail?

use super::{
    Heading,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH},
    lines::{self, End},
    mark::{class_of, hue, marker},
    scale::{Scale, log_extent},
    ticks::{self, Tick},
};

/// One phase.
#[derive(Debug, Clone, PartialEq)]
pub struct TailPanel {
    /// Its load in words.
    pub title: String,
    /// The APIs in it.
    pub series: Vec<TailSeries>,
}

/// One API's percentiles in a phase.
#[derive(Debug, Clone, PartialEq)]
pub struct TailSeries {
    /// Its label.
    pub name: String,
    /// Its hue.
    pub style: usize,
    /// Share and milliseconds, of all rounds together.
    pub curve: Vec<(f64, f64)>,
    /// Share, smallest and largest milliseconds of any round.
    pub band: Vec<(f64, f64, f64)>,
    /// What it comes to, in words, for who points at its end.
    pub hover: String,
}

/// Height of the panel that stands alone, and of those beside each other.
const LARGE: f64 = 240.0;
const SMALL: f64 = 150.0;
/// From one row of small panels to the next, and above the first one.
const GAP: f64 = 74.0;
const COLUMNS: usize = 2;

const MARKS: [(f64, &str); 6] =
    [(0.0, "min"), (0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"), (0.9999, "p99.99")];

/// Draws the load at which latencies are compared, if there is one, and below it all
/// others: small, beside each other, with one scale.
pub fn tail(heading: &Heading, compared: Option<&TailPanel>, others: &[TailPanel]) -> String {
    let begin = compared.map_or(0.0, |_| LARGE + 90.0);
    let rows = others.len().div_ceil(COLUMNS) as f64;
    let height = begin + if others.is_empty() { 0.0 } else { rows * (SMALL + GAP) + 24.0 };
    let mut svg = Svg::new(heading, height.max(40.0));
    if let Some(panel) = compared {
        let (x, y) = scales(std::slice::from_ref(panel));
        let (left, right) = (64.0, WIDTH - lines::NAME_ROOM - 14.0);
        let (top, bottom) = (44.0, 44.0 + LARGE);
        let frame = Frame { left, right, top, bottom, x: x.across(left, right), y: y.across(bottom, top) };
        draw(&mut svg, &frame, panel, &MARKS);
        lines::names_at(&mut svg, &frame, &ends(&frame, &panel.series));
    }
    if others.is_empty() {
        return svg.finish();
    }
    let fullest = others.iter().max_by_key(|panel| panel.series.len());
    let all = fullest.into_iter().flat_map(|panel| &panel.series);
    lines::legend(&mut svg, begin + 12.0, all.map(|series| (series.name.as_str(), series.style)));
    let (x, y) = scales(others);
    let half = WIDTH / COLUMNS as f64;
    for (index, panel) in others.iter().enumerate() {
        let left = half * (index % COLUMNS) as f64 + 54.0;
        let right = half * (index % COLUMNS + 1) as f64 - 20.0;
        let top = begin + 60.0 + (index / COLUMNS) as f64 * (SMALL + GAP);
        let bottom = top + SMALL;
        let frame = Frame { left, right, top, bottom, x: x.across(left, right), y: y.across(bottom, top) };
        // Both ends of the axis would touch their neighbours.
        draw(&mut svg, &frame, panel, &MARKS[1..5]);
    }
    svg.finish()
}

/// Scales that hold all of these panels; their places are still to be said.
fn scales(panels: &[TailPanel]) -> (Scale, Scale) {
    let all = || panels.iter().flat_map(|panel| &panel.series);
    let values = all().flat_map(|series| {
        series.curve.iter().map(|point| point.1).chain(series.band.iter().flat_map(|band| [band.1, band.2]))
    });
    let last = all().filter_map(|series| series.curve.last()).map(|point| point.0).fold(0.9, f64::max);
    (Scale::percentile((0.0, last), (0.0, 1.0)), Scale::log(log_extent(values), (0.0, 1.0)))
}

fn draw(svg: &mut Svg, frame: &Frame, panel: &TailPanel, marks: &[(f64, &str)]) {
    let shares: Vec<Tick> = marks
        .iter()
        .filter(|(share, _)| *share <= frame.x.high)
        .map(|(value, label)| Tick { value: *value, label: (*label).to_owned() })
        .collect();
    let is_small = frame.bottom - frame.top < LARGE;
    let (title, values) = if is_small {
        ("share of calls below", ticks::decades(frame.y.low, frame.y.high))
    } else {
        ("share of calls below, by how rare the rest is", ticks::log(frame.y.low, frame.y.high))
    };
    axis::beside(svg, frame, &values, "ms");
    axis::below(svg, frame, &shares, title);
    svg.text("panel", (frame.left + 80.0, frame.top - 10.0), (Anchor::Start, &panel.title));
    curves(svg, frame, &panel.series);
}

fn curves(svg: &mut Svg, frame: &Frame, series: &[TailSeries]) {
    for one in series {
        let side = |ms: fn(&(f64, f64, f64)) -> f64| -> Vec<(f64, f64)> {
            one.band.iter().map(|place| frame.at(place.0, ms(place))).collect()
        };
        svg.between(&format!("{} band", hue(one.style)), &side(|place| place.2), &side(|place| place.1));
    }
    for one in series {
        let points: Vec<(f64, f64)> = one.curve.iter().map(|(share, ms)| frame.at(*share, *ms)).collect();
        svg.polyline(&format!("{} l", hue(one.style)), &points);
    }
    for one in series {
        if let Some((share, ms)) = one.curve.last() {
            let end = frame.at(*share, *ms);
            svg.group(&class_of(one.style), |svg| marker(svg, one.style, end, (true, &one.hover)));
        }
    }
}

/// Where each curve ends; of too few calls there is none.
fn ends<'a>(frame: &Frame, series: &'a [TailSeries]) -> Vec<End<'a>> {
    let last = |one: &TailSeries| one.curve.last().map(|(share, ms)| frame.at(*share, *ms));
    series.iter().filter_map(|one| Some(End { name: &one.name, style: one.style, at: last(one)? })).collect()
}
