//! Markers joined by thin lines, with the API's name at the end of each line.

use super::{
    Series,
    axis::Frame,
    figure::{Anchor, Svg, WIDTH, shortened},
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
    markers(svg, frame, series);
}

/// The markers alone.
pub(super) fn markers(svg: &mut Svg, frame: &Frame, series: &[Series]) {
    for one in series {
        for point in &one.points {
            marker(svg, one.style, frame.at(point.x, point.y), (point.is_valid, &point.hover));
        }
    }
}

/// What a name needs in height.
pub(super) const NAME: f64 = 14.0;

/// More series than this have no room for their names beside each other.
const BESIDE: usize = 8;

/// How many names have room below each other; the others are in the table.
pub(super) fn that_fit(frame: &Frame) -> usize {
    // A drawing's height holds few names.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let fit = ((frame.bottom - frame.top) / NAME) as usize;
    fit + 1
}

/// The name of each series at its last point, pushed apart, with a thin line to it
/// where it had to move.
pub(super) fn names(svg: &mut Svg, frame: &Frame, series: &[Series]) {
    let ends: Vec<(&Series, (f64, f64))> = series
        .iter()
        .take(that_fit(frame))
        .filter_map(|one| one.points.last().map(|point| (one, frame.at(point.x, point.y))))
        .collect();
    let places: Vec<f64> = ends.iter().map(|(_, (_, y))| *y).collect();
    let spread = label::spread(&places, NAME, (frame.top, frame.bottom));
    for ((one, (x, y)), place) in ends.into_iter().zip(spread) {
        let start = frame.right + 14.0;
        svg.line("lead", (x + 6.0, y), (start - 3.0, place));
        let class = format!("{} label", hue(one.style));
        svg.text(&class, (start, place + 4.0), (Anchor::Start, &shortened(&one.name, 22)));
    }
}

/// Markers with their names in one line at the top, where lines have no ends to stand
/// at; nothing where there are too many.
pub(super) fn legend<'a>(svg: &mut Svg, entries: impl Iterator<Item = (&'a str, usize)>) {
    let entries: Vec<(&str, usize)> = entries.collect();
    if entries.len() > BESIDE {
        return;
    }
    let room = (WIDTH - 20.0) / entries.len().max(1) as f64;
    for (index, (name, style)) in entries.into_iter().enumerate() {
        let x = 14.0 + room * index as f64;
        marker(svg, style, (x, 12.0), (true, ""));
        // The room of one name, at about six pixels a character.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let name = shortened(name, ((room - 16.0) / 6.3).max(3.0) as usize);
        svg.text(&format!("{} label", hue(style)), (x + 9.0, 16.0), (Anchor::Start, &name));
    }
}
