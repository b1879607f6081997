//! Markers joined by thin lines, with the API's name at the end of each line.

use super::{
    Series,
    axis::Frame,
    figure::{Anchor, Svg, WIDTH, shortened},
    label,
    mark::{class_of, hue, marker},
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
        svg.group(&class_of(one.style), |svg| {
            for point in &one.points {
                marker(svg, one.style, frame.at(point.x, point.y), (point.is_valid, &point.hover));
            }
        });
    }
}

/// What a name needs in height.
const NAME: f64 = 14.0;

/// More series than this have no room for their names beside each other.
const BESIDE: usize = 8;

/// How many names have room below each other; the others are in the table.
fn that_fit(frame: &Frame) -> usize {
    // A drawing's height holds few names.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let fit = ((frame.bottom - frame.top) / NAME) as usize;
    fit + 1
}

/// The name of each series at its last point.
pub(super) fn names(svg: &mut Svg, frame: &Frame, series: &[Series]) {
    let ends: Vec<End<'_>> = series
        .iter()
        .filter_map(|one| one.points.last().map(|point| (one, frame.at(point.x, point.y))))
        .map(|(one, at)| End { name: &one.name, style: one.style, at })
        .collect();
    names_at(svg, frame, &ends);
}

/// Where a line ends, and whose it is.
pub(super) struct End<'a> {
    pub(super) name: &'a str,
    pub(super) style: usize,
    pub(super) at: (f64, f64),
}

/// Names beside the frame, pushed apart, with a thin line to where each belongs.
pub(super) fn names_at(svg: &mut Svg, frame: &Frame, ends: &[End<'_>]) {
    let ends = &ends[..ends.len().min(that_fit(frame))];
    let places: Vec<f64> = ends.iter().map(|end| end.at.1).collect();
    let spread = label::spread(&places, NAME, (frame.top, frame.bottom));
    let start = frame.right + 14.0;
    let leads: Vec<_> = ends
        .iter()
        .zip(&spread)
        .map(|(End { at: (x, y), .. }, place)| ((x + 6.0, *y), (start - 3.0, *place)))
        .collect();
    svg.lines("lead", &leads);
    for (end, place) in ends.iter().zip(spread) {
        let class = format!("{} label", hue(end.style));
        svg.text(&class, (start, place + 4.0), (Anchor::Start, &shortened(end.name, 22)));
    }
}

/// Markers with their names in one line at a height, where lines have no ends to stand
/// at; nothing where there are too many.
pub(super) fn legend<'a>(svg: &mut Svg, y: f64, entries: impl Iterator<Item = (&'a str, usize)>) {
    let entries: Vec<(&str, usize)> = entries.collect();
    if entries.len() > BESIDE {
        return;
    }
    let room = (WIDTH - 20.0) / entries.len().max(1) as f64;
    for (index, (name, style)) in entries.into_iter().enumerate() {
        let x = 14.0 + room * index as f64;
        svg.group(&class_of(style), |svg| marker(svg, style, (x, y), (true, "")));
        // The room of one name, at about six pixels a character.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let name = shortened(name, ((room - 16.0) / 6.3).max(3.0) as usize);
        svg.text(&format!("{} label", hue(style)), (x + 9.0, y + 4.0), (Anchor::Start, &name));
    }
}
