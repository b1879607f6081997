//! C6: was it steady?

use super::{
    Heading, Series,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH},
    lines,
    mark::hue,
    scale::{Scale, extent, log_extent},
    ticks,
};

/// One quantity over time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimePanel {
    /// What it is, with its unit.
    pub title: String,
    /// Whether it is drawn on a logarithmic axis.
    pub is_log: bool,
    /// Seconds since the load began, and the value. A point that is not valid ends a line.
    pub series: Vec<Series>,
}

const PANEL: f64 = 118.0;
const GAP: f64 = 34.0;

/// Draws the panels below each other with one time axis; `edges` are the beginnings
/// of phases in seconds.
pub fn time(heading: &Heading, panels: &[TimePanel], edges: &[(f64, String)]) -> String {
    let (left, right) = (64.0, WIDTH - lines::NAME_ROOM - 14.0);
    let seconds = panels.iter().flat_map(|panel| &panel.series).flat_map(|series| &series.points);
    let marks = ticks::from_zero(seconds.map(|point| point.x).fold(1.0, f64::max), 8);
    let end = extent(panels.iter().flat_map(|p| &p.series).flat_map(|s| s.points.iter().map(|p| p.x)))
        .map_or(1.0, |ends| ends.1);
    let marks: Vec<_> = marks.into_iter().filter(|tick| tick.value <= end).collect();
    let count = panels.len().max(1) as f64;
    let mut svg = Svg::new(heading, 44.0 + count * (PANEL + GAP) + 20.0);
    for (index, panel) in panels.iter().enumerate() {
        let top = 44.0 + index as f64 * (PANEL + GAP);
        let bottom = top + PANEL;
        let values = || panel.series.iter().flat_map(|series| series.points.iter().map(|point| point.y));
        let (y, y_marks) = if panel.is_log {
            let y = Scale::log(log_extent(values()), (bottom, top));
            (y, ticks::log(y.low, y.high))
        } else {
            let y_marks = ticks::from_zero(values().fold(0.0, f64::max).max(1.0), 3);
            (Scale::linear((0.0, y_marks.last().map_or(1.0, |tick| tick.value)), (bottom, top)), y_marks)
        };
        let frame = Frame { left, right, top, bottom, x: Scale::linear((0.0, end), (left, right)), y };
        axis::beside(&mut svg, &frame, &y_marks, &panel.title);
        let begins: Vec<_> =
            edges.iter().map(|(second, _)| frame.x.at(*second)).map(|x| ((x, top), (x, bottom))).collect();
        svg.lines("edge", &begins);
        if index == 0 {
            let names =
                edges.iter().map(|(second, name)| ((frame.x.at(*second) + 3.0, top - 26.0), name.as_str()));
            svg.texts("note", Anchor::Start, names);
        }
        if index + 1 == panels.len() {
            axis::below(&mut svg, &frame, &marks, "seconds of load, one round");
        } else {
            svg.line("axis", (left, bottom), (right, bottom));
        }
        for series in &panel.series {
            unbroken(&mut svg, &frame, series);
        }
        lines::names(&mut svg, &frame, &panel.series);
    }
    svg.finish()
}

/// One path of all stretches between points that are not valid.
fn unbroken(svg: &mut Svg, frame: &Frame, series: &Series) {
    let stretches: Vec<Vec<(f64, f64)>> = series
        .points
        .split(|point| !point.is_valid)
        .map(|stretch| stretch.iter().map(|point| frame.at(point.x, point.y)).collect())
        .collect();
    let stretches: Vec<&[(f64, f64)]> = stretches.iter().map(Vec::as_slice).collect();
    svg.polylines(&format!("{} l", hue(series.style)), &stretches);
}
