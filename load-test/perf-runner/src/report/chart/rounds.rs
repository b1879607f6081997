//! C8: was there a drift, or an effect of the order?

use super::{
    Heading,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH},
    lines,
    mark::{class_of, marker},
    scale::Scale,
    ticks,
};

/// One test run.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundDot {
    /// Round, from 1.
    pub round: u32,
    /// Position in the order in which all test runs were made, from 0.
    pub position: usize,
    /// The API's label.
    pub name: String,
    /// Its hue and marker.
    pub style: usize,
    /// Deviation from the mean of its API, in percent.
    pub deviation_percent: f64,
    /// What it is, in words.
    pub hover: String,
}

const TOP: f64 = 56.0;
const BOTTOM: f64 = 262.0;

/// Draws deviations in the order of time; the dots of a round are joined.
pub fn rounds(heading: &Heading, dots: &[RoundDot]) -> String {
    let (left, right) = (64.0, WIDTH - 20.0);
    let largest = dots.iter().map(|dot| dot.deviation_percent.abs()).fold(1.0, f64::max);
    let marks = ticks::from_zero(largest, 2);
    let end = marks.last().map_or(1.0, |tick| tick.value);
    let last = dots.iter().map(|dot| dot.position).max().unwrap_or(0) as f64;
    let frame = Frame {
        left,
        right,
        top: TOP,
        bottom: BOTTOM,
        x: Scale::linear((-0.5, last + 0.5), (left, right)),
        y: Scale::linear((-end, end), (BOTTOM, TOP)),
    };
    let mut svg = Svg::new(heading, BOTTOM + 34.0);
    axis::beside(&mut svg, &frame, &ticks::between(-end, end, 4), "deviation from the API's own mean in %");
    svg.line("one", frame.at(-0.5, 0.0), frame.at(last + 0.5, 0.0));
    let mut named: Vec<(&str, usize)> = dots.iter().map(|dot| (dot.name.as_str(), dot.style)).collect();
    named.sort_unstable();
    named.dedup();
    lines::legend(&mut svg, 12.0, named.into_iter());
    let mut round = 0;
    let mut begins = Vec::new();
    let mut joined: Vec<(f64, f64)> = Vec::new();
    for dot in dots {
        let (x, y) = frame.at(dot.position as f64, dot.deviation_percent);
        if dot.round != round {
            round = dot.round;
            svg.polyline("lead", &std::mem::take(&mut joined));
            let edge = frame.x.at(dot.position as f64 - 0.5);
            begins.push(((edge, TOP), (edge, BOTTOM)));
            svg.text("note", (edge + 4.0, BOTTOM + 16.0), (Anchor::Start, &format!("round {round}")));
        }
        joined.push((x, y));
    }
    svg.polyline("lead", &joined);
    svg.lines("edge", &begins);
    // By API, so that who goes from point to point stays with one of them.
    let mut by_api: Vec<&RoundDot> = dots.iter().collect();
    by_api.sort_by_key(|dot| (&dot.name, dot.position));
    for of_api in by_api.chunk_by(|one, other| one.name == other.name) {
        svg.group(&class_of(of_api[0].style), |svg| {
            for dot in of_api {
                let place = frame.at(dot.position as f64, dot.deviation_percent);
                marker(svg, dot.style, place, (true, &dot.hover));
            }
        });
    }
    svg.finish()
}
