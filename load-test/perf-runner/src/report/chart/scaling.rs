//! C2: where does throughput stop to grow?

use super::{
    Heading, Series,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH},
    lines,
    mark::hue,
    scale::{Scale, log_extent},
    ticks::{self, Tick},
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
    axis::below(&mut svg, &frame, &loads(&view.series, x), "virtual users");
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
        svg.text("note", (x - 30.0, y + 14.0), (Anchor::End, "what the client can ask for"));
    }
    for one in &view.series {
        let points: Vec<(f64, f64)> = between(one).into_iter().map(|(x, y)| frame.at(x, y)).collect();
        svg.polyline(&format!("{} l", hue(one.style)), &points);
    }
    lines::markers(&mut svg, &frame, &view.series);
    lines::names(&mut svg, &frame, &view.series);
    svg.finish()
}

/// The points of a series with steps between them: what is straight over the load is
/// not on a logarithmic axis, where a straight line would cross the client's limit.
fn between(series: &Series) -> Vec<(f64, f64)> {
    const STEPS: u32 = 5;
    let mut points = Vec::new();
    for pair in series.points.windows(2) {
        let (from, to) = (&pair[0], &pair[1]);
        let ratio = if from.x > 0.0 { (to.x / from.x).max(1.0) } else { 1.0 };
        points.extend((0..STEPS).map(|step| {
            let x = from.x * ratio.powf(f64::from(step) / f64::from(STEPS));
            let share = if to.x > from.x { (x - from.x) / (to.x - from.x) } else { 0.0 };
            (x, from.y + share * (to.y - from.y))
        }));
    }
    points.extend(series.points.last().map(|last| (last.x, last.y)));
    points
}

/// The loads that were held, where there is room for them; else round numbers.
fn loads(series: &[Series], x: Scale) -> Vec<Tick> {
    const ROOM: f64 = 34.0;
    let mut held: Vec<f64> =
        series.iter().flat_map(|series| series.points.iter().map(|point| point.x)).collect();
    held.sort_by(f64::total_cmp);
    held.dedup();
    let is_narrow = held.windows(2).any(|pair| x.at(pair[1]) - x.at(pair[0]) < ROOM);
    if held.len() < 2 || is_narrow { ticks::log(x.low, x.high) } else { ticks::at(&held) }
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
