//! C4: how bad is the tail?

use super::{
    Heading,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH, shortened},
    label, lines,
    mark::hue,
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
}

const HEIGHT: f64 = 270.0;
const MARKS: [(f64, &str); 6] =
    [(0.0, "min"), (0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"), (0.9999, "p99.99")];

/// Draws one panel below the other, all with the same scales.
pub fn tail(heading: &Heading, panels: &[TailPanel]) -> String {
    let (left, right) = (64.0, WIDTH - 164.0);
    let all = || panels.iter().flat_map(|panel| &panel.series);
    let values = all().flat_map(|series| {
        series.curve.iter().map(|point| point.1).chain(series.band.iter().flat_map(|band| [band.1, band.2]))
    });
    let ends = log_extent(values);
    let last = all().filter_map(|series| series.curve.last()).map(|point| point.0).fold(0.9, f64::max);
    let mut svg = Svg::new(heading, (HEIGHT + 70.0) * panels.len().max(1) as f64 + 10.0);
    for (index, panel) in panels.iter().enumerate() {
        let top = 44.0 + (HEIGHT + 70.0) * index as f64;
        let bottom = top + HEIGHT - 30.0;
        let y = Scale::log(ends, (bottom, top));
        let frame = Frame { left, right, top, bottom, x: Scale::percentile((0.0, last), (left, right)), y };
        let marks: Vec<Tick> = MARKS
            .iter()
            .filter(|(share, _)| *share <= last)
            .map(|(value, label)| Tick { value: *value, label: (*label).to_owned() })
            .collect();
        axis::beside(&mut svg, &frame, &ticks::log(y.low, y.high), "ms");
        axis::below(&mut svg, &frame, &marks, "share of calls below, by how rare the rest is");
        svg.text("panel", (left + 80.0, top - 10.0), (Anchor::Start, &panel.title));
        curves(&mut svg, &frame, &panel.series);
    }
    svg.finish()
}

fn curves(svg: &mut Svg, frame: &Frame, series: &[TailSeries]) {
    for one in series {
        let upper = one.band.iter().map(|(share, _, high)| frame.at(*share, *high));
        let lower = one.band.iter().rev().map(|(share, low, _)| frame.at(*share, *low));
        svg.area(&format!("{} band", hue(one.style)), &upper.chain(lower).collect::<Vec<_>>());
    }
    for one in series {
        let points: Vec<(f64, f64)> = one.curve.iter().map(|(share, ms)| frame.at(*share, *ms)).collect();
        svg.polyline(&format!("{} l", hue(one.style)), &points);
    }
    let ends: Vec<(&TailSeries, (f64, f64))> = series
        .iter()
        .take(lines::that_fit(frame))
        .filter_map(|one| one.curve.last().map(|(share, ms)| (one, frame.at(*share, *ms))))
        .collect();
    let places: Vec<f64> = ends.iter().map(|(_, (_, y))| *y).collect();
    let spread = label::spread(&places, lines::NAME, (frame.top, frame.bottom));
    for ((one, (x, y)), place) in ends.into_iter().zip(spread) {
        svg.line("lead", (x + 2.0, y), (frame.right + 11.0, place));
        let class = format!("{} label", hue(one.style));
        svg.text(&class, (frame.right + 14.0, place + 4.0), (Anchor::Start, &shortened(&one.name, 22)));
    }
}
