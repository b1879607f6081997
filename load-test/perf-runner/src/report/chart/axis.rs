//! The frame that a plot stands in.

use super::{
    figure::{Anchor, Svg},
    scale::Scale,
    ticks::Tick,
};

/// A plot's place and its two scales.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Frame {
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }
}

/// Marks below the frame, with lines through it.
pub(super) fn below(svg: &mut Svg, frame: &Frame, ticks: &[Tick], title: &str) {
    let places: Vec<f64> = ticks.iter().map(|tick| frame.x.at(tick.value)).collect();
    let lines: Vec<_> = places.iter().map(|x| ((*x, frame.top), (*x, frame.bottom))).collect();
    svg.lines("grid", &lines);
    let labels = places.iter().zip(ticks).map(|(x, tick)| ((*x, frame.bottom + 16.0), tick.label.as_str()));
    svg.texts("tick", Anchor::Middle, labels);
    svg.line("axis", (frame.left, frame.bottom), (frame.right, frame.bottom));
    let middle = f64::midpoint(frame.left, frame.right);
    svg.text("name", (middle, frame.bottom + 34.0), (Anchor::Middle, &named(title, frame.x)));
}

/// Marks left of the frame, with lines through it; the name stands above it.
pub(super) fn beside(svg: &mut Svg, frame: &Frame, ticks: &[Tick], title: &str) {
    let places: Vec<f64> = ticks.iter().map(|tick| frame.y.at(tick.value)).collect();
    let lines: Vec<_> = places.iter().map(|y| ((frame.left, *y), (frame.right, *y))).collect();
    svg.lines("grid", &lines);
    let labels = places.iter().zip(ticks).map(|(y, tick)| ((frame.left - 7.0, y + 4.0), tick.label.as_str()));
    svg.texts("tick", Anchor::End, labels);
    svg.line("axis", (frame.left, frame.top), (frame.left, frame.bottom));
    svg.text("name", (frame.left, frame.top - 10.0), (Anchor::Start, &named(title, frame.y)));
}

fn named(title: &str, scale: Scale) -> String {
    if scale.is_log() { format!("{title} (log)") } else { title.to_owned() }
}
