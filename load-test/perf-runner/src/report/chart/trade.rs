//! C3: what latency does which throughput cost?

use super::{
    Heading, Series,
    axis::{self, Frame},
    figure::{Svg, WIDTH},
    lines,
    scale::{Scale, log_extent},
    ticks,
};

const BOTTOM: f64 = 330.0;

/// Draws p99 in milliseconds over achieved events per second, a path through the
/// phases; phases beyond the knee are given as not valid for a comparison.
pub fn trade(heading: &Heading, series: &[Series]) -> String {
    let (left, right, top) = (64.0, WIDTH - lines::NAME_ROOM - 14.0, 34.0);
    let points = || series.iter().flat_map(|series| &series.points);
    let marks = ticks::from_zero(points().map(|point| point.x).fold(0.0, f64::max), 6);
    let end = marks.last().map_or(1.0, |tick| tick.value);
    let y = Scale::log(log_extent(points().map(|point| point.y)), (BOTTOM, top));
    let frame = Frame { left, right, top, bottom: BOTTOM, x: Scale::linear((0.0, end), (left, right)), y };
    let mut svg = Svg::new(heading, BOTTOM + 44.0);
    axis::beside(&mut svg, &frame, &ticks::log(y.low, y.high), "p99 of a call in ms");
    axis::below(&mut svg, &frame, &marks, "acknowledged events per second");
    lines::draw(&mut svg, &frame, series);
    lines::names(&mut svg, &frame, series);
    svg.finish()
}
