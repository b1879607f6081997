//! C7: what does it cost the host?

use super::{
    Heading, Series,
    axis::{self, Frame},
    figure::{Svg, WIDTH},
    lines,
    scale::Scale,
    ticks,
};

/// One resource over throughput.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourcePanel {
    /// What it is, with its unit.
    pub title: String,
    /// Acknowledged events per second and what was used.
    pub series: Vec<Series>,
    /// What there is of it; drawn as a dashed line.
    pub limit: Option<f64>,
}

const PANEL: f64 = 190.0;
const GAP: f64 = 76.0;
const COLUMNS: usize = 2;

/// Draws two panels side by side, and the next two below them.
pub fn resources(heading: &Heading, panels: &[ResourcePanel]) -> String {
    let rows = panels.len().div_ceil(COLUMNS).max(1) as f64;
    let end = panels
        .iter()
        .flat_map(|panel| &panel.series)
        .flat_map(|series| series.points.iter().map(|point| point.x))
        .fold(0.0, f64::max);
    let marks = ticks::from_zero(end, 4);
    let end = marks.last().map_or(1.0, |tick| tick.value);
    let mut svg = Svg::new(heading, 20.0 + rows * (PANEL + GAP) + 10.0);
    // Four panels leave no room for names at line ends.
    let fullest = panels.iter().max_by_key(|panel| panel.series.len());
    let all = fullest.into_iter().flat_map(|panel| &panel.series);
    lines::legend(&mut svg, 12.0, all.map(|series| (series.name.as_str(), series.style)));
    let half = WIDTH / COLUMNS as f64;
    for (index, panel) in panels.iter().enumerate() {
        let left = half * (index % COLUMNS) as f64 + 54.0;
        let right = half * (index % COLUMNS + 1) as f64 - 16.0;
        let top = 56.0 + (index / COLUMNS) as f64 * (PANEL + GAP);
        let bottom = top + PANEL;
        let values = panel.series.iter().flat_map(|series| series.points.iter().map(|point| point.y));
        let y_marks = ticks::from_zero(values.chain(panel.limit).fold(0.0, f64::max), 4);
        let y_end = y_marks.last().map_or(1.0, |tick| tick.value);
        let frame = Frame {
            left,
            right,
            top,
            bottom,
            x: Scale::linear((0.0, end), (left, right)),
            y: Scale::linear((0.0, y_end), (bottom, top)),
        };
        axis::beside(&mut svg, &frame, &y_marks, &panel.title);
        axis::below(&mut svg, &frame, &marks, "acknowledged events per second");
        if let Some(limit) = panel.limit {
            svg.line("limit", frame.at(0.0, limit), frame.at(end, limit));
        }
        lines::draw(&mut svg, &frame, &panel.series);
    }
    svg.finish()
}
