//! C2: where does throughput stop to grow?

use super::{
    Heading, Series,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH},
    lines,
    scale::{Scale, log_extent},
    ticks,
};

/// Everything that C2 shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// VUs and acknowledged events per second.
    pub series: Vec<Series>,
    /// What the client could ask for at most, at each load.
    pub client_limit: Vec<(f64, f64)>,
    /// Where the throughput of the first one stops to grow.
    pub knee: Option<KneeBracket>,
}

/// The tested loads around a knee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KneeBracket {
    /// The last load that still grew, in VUs.
    pub low_vus: f64,
    /// The first one that did not.
    pub high_vus: f64,
    /// The estimate between them.
    pub estimate_vus: f64,
}

const BOTTOM: f64 = 330.0;

/// Draws throughput over VUs.
pub fn scaling(heading: &Heading, view: &Scaling) -> String {
    let (left, right, top) = (64.0, WIDTH - lines::NAME_ROOM - 14.0, 34.0);
    let xs = view.series.iter().flat_map(|series| series.points.iter().map(|point| point.x));
    let highest =
        view.series.iter().flat_map(|series| series.points.iter().map(|point| point.y)).fold(0.0, f64::max);
    let marks = ticks::from_zero(highest * 1.05, 6);
    let end = marks.last().map_or(1.0, |tick| tick.value);
    let x = Scale::log(log_extent(xs), (left, right));
    let frame = Frame { left, right, top, bottom: BOTTOM, x, y: Scale::linear((0.0, end), (BOTTOM, top)) };
    let mut svg = Svg::new(heading, BOTTOM + 44.0);
    if let Some(knee) = view.knee {
        svg.rect("zone", (x.at(knee.low_vus), top), (x.at(knee.high_vus), BOTTOM));
    }
    axis::beside(&mut svg, &frame, &marks, "acknowledged events per second");
    axis::below(&mut svg, &frame, &ticks::log(x.low, x.high), "virtual users");
    // Beyond the frame the limit would be drawn along its upper edge.
    let mut limit: Vec<(f64, f64)> = view.client_limit.iter().filter(|(_, y)| *y <= end).copied().collect();
    if let (Some(inside), Some(outside)) =
        (limit.last().copied(), view.client_limit.iter().find(|(_, y)| *y > end))
    {
        // The limit is proportional to the load, so it leaves the frame at this load.
        limit.push((inside.0 + (outside.0 - inside.0) * (end - inside.1) / (outside.1 - inside.1), end));
    }
    let curve = proportional(&limit);
    svg.polyline("limit", &curve.iter().map(|(x, y)| frame.at(*x, *y)).collect::<Vec<_>>());
    if let Some((x, y)) = limit.last() {
        let (x, y) = frame.at(*x, *y);
        svg.text("note", (x - 8.0, y + 16.0), (Anchor::End, "what the client can ask for"));
    }
    lines::draw(&mut svg, &frame, &view.series);
    lines::names(&mut svg, &frame, &view.series);
    svg.finish()
}

/// A straight line between two loads would bend on a logarithmic axis: points in between.
fn proportional(limit: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (limit.first(), limit.last()) else { return Vec::new() };
    let ratio = (last.0 / first.0).max(1.0);
    (0..=16)
        .map(|step| {
            let x = first.0 * ratio.powf(f64::from(step) / 16.0);
            (x, first.1 * x / first.0)
        })
        .collect()
}
