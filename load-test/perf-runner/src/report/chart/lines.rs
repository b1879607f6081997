//! Markers joined by thin lines, with the API's name at the end of each line.

use super::{
    Series,
    axis::Frame,
    figure::{Anchor, Svg, shortened},
    label,
    mark::{hue, marker},
};

/// Room that a name at a line's end needs.
pub(super) const NAME_ROOM: f64 = 150.0;

/// Lines first, markers above them, then the names, pushed apart.
pub(super) fn draw(svg: &mut Svg, frame: &Frame, series: &[Series]) {
    for one in series {
        let points: Vec<(f64, f64)> = one.points.iter().map(|point| frame.at(point.x, point.y)).collect();
        svg.polyline(&format!("{} l", hue(one.style)), &points);
    }
    for one in series {
        for point in &one.points {
            marker(svg, one.style, frame.at(point.x, point.y), (point.is_valid, &point.hover));
        }
    }
}

/// The name of each series at its last point, pushed apart, with a thin line to it
/// where it had to move.
pub(super) fn names(svg: &mut Svg, frame: &Frame, series: &[Series]) {
    let ends: Vec<(&Series, (f64, f64))> = series
        .iter()
        .filter_map(|one| one.points.last().map(|point| (one, frame.at(point.x, point.y))))
        .collect();
    let places: Vec<f64> = ends.iter().map(|(_, (_, y))| *y).collect();
    let spread = label::spread(&places, 14.0, (frame.top, frame.bottom));
    for ((one, (x, y)), place) in ends.into_iter().zip(spread) {
        let start = frame.right + 14.0;
        svg.line("lead", (x + 6.0, y), (start - 3.0, place));
        let class = format!("{} label", hue(one.style));
        svg.text(&class, (start, place + 4.0), (Anchor::Start, &shortened(&one.name, 22)));
    }
}
