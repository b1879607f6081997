//! C1: who sustains more, and how sure is that?

use super::{
    Heading,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH, shortened, width_of, width_of_label},
    mark::{class_of, hue, marker},
    scale::Scale,
    ticks,
};

/// One API's bar.
#[derive(Debug, Clone, PartialEq)]
pub struct PeakBar {
    /// Its label.
    pub name: String,
    /// Its hue and marker.
    pub style: usize,
    /// The estimate, per second.
    pub estimate: f64,
    /// Its 95 % interval; none with too few rounds.
    pub interval: Option<(f64, f64)>,
    /// Each round's value.
    pub rounds: Vec<f64>,
    /// Whether it is a lower bound: drawn with an arrow.
    pub is_lower_bound: bool,
    /// The estimate and its interval as text.
    pub text: String,
}

const ROW: f64 = 30.0;
const TOP: f64 = 14.0;
/// Between the last mark and the value beside it: an arrow needs more of it.
const GAP: f64 = 12.0;
const ARROW: f64 = 26.0;
/// The radius of a round's dot.
const DOT: f64 = 2.2;

/// A ceiling further away than so many times the largest value would squeeze all bars.
const CEILING_WITHIN: f64 = 2.0;

/// Draws the bars in the given order, and what the database does alone, per second.
pub fn peak(heading: &Heading, bars: &[PeakBar], ceiling: Option<f64>) -> String {
    let rows = bars.len() as f64;
    let bottom = TOP + ROW * rows.max(1.0);
    let left = 20.0 + bars.iter().map(|bar| width_of_label(&shortened(&bar.name, 26))).fold(60.0, f64::max);
    let arrow = if bars.iter().any(|bar| bar.is_lower_bound) { ARROW } else { 0.0 };
    let values = GAP + arrow + bars.iter().map(|bar| width_of(&bar.text)).fold(60.0, f64::max);
    let right = WIDTH - values;
    let largest = bars
        .iter()
        .flat_map(|bar| {
            bar.rounds.iter().copied().chain(bar.interval.map(|ends| ends.1)).chain([bar.estimate])
        })
        .fold(0.0, f64::max);
    let ceiling = ceiling.filter(|ceiling| *ceiling <= CEILING_WITHIN * largest);
    let marks = ticks::from_zero(ceiling.unwrap_or(0.0).max(largest), 6);
    let end = marks.last().map_or(1.0, |tick| tick.value);
    let frame = Frame {
        left,
        right,
        top: TOP,
        bottom,
        x: Scale::linear((0.0, end), (left, right)),
        y: Scale::linear((0.0, rows.max(1.0)), (TOP, bottom)),
    };
    let mut svg = Svg::new(heading, bottom + 44.0);
    axis::below(&mut svg, &frame, &marks, "acknowledged events per second");
    if let Some(ceiling) = ceiling {
        let x = frame.x.at(ceiling);
        svg.line("limit", (x, TOP), (x, bottom));
        svg.text("note", (x, TOP - 4.0), (Anchor::Middle, "database alone"));
    }
    for (index, bar) in bars.iter().enumerate() {
        let y = TOP + ROW * (index as f64 + 0.5);
        row(&mut svg, &frame, y, bar);
        svg.text("value", (right + GAP + arrow, y + 4.0), (Anchor::Start, &bar.text));
    }
    svg.finish()
}

fn row(svg: &mut Svg, frame: &Frame, y: f64, bar: &PeakBar) {
    let hue = hue(bar.style);
    svg.text(&format!("{hue} label"), (frame.left - 10.0, y + 4.0), (Anchor::End, &shortened(&bar.name, 26)));
    if let Some((low, high)) = bar.interval {
        svg.line(&format!("{hue} ci"), (frame.x.at(low), y), (frame.x.at(high), y));
    }
    svg.group(&format!("{hue} dot"), |svg| {
        for round in &bar.rounds {
            svg.circle("", (frame.x.at(*round), y + 9.0, DOT), "");
        }
    });
    let x = frame.x.at(bar.estimate);
    if bar.is_lower_bound {
        let tip = x + ARROW;
        svg.line(&format!("{hue} l"), (x, y), (tip, y));
        svg.polyline(&format!("{hue} l"), &[(tip - 5.0, y - 4.0), (tip, y), (tip - 5.0, y + 4.0)]);
    }
    let hover = format!("{}: {}", bar.name, bar.text);
    svg.group(&class_of(bar.style), |svg| marker(svg, bar.style, (x, y), (true, &hover)));
}
