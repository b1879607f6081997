//! A line with fewer points that looks the same.

/// How far, in units of a drawing, a line may pass by a point that is left out: a
/// quarter of a pixel, which no eye tells.
const TOLERANCE: f64 = 0.25;

/// The points that a line needs to pass all others within the tolerance; its ends
/// always. Of stretches that still have to be looked at, the point that is furthest
/// off is kept, and both sides of it are looked at in turn.
pub(super) fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let mut kept = vec![false; points.len()];
    (kept[0], kept[last]) = (true, true);
    let mut stretches = vec![(0, last)];
    while let Some((from, to)) = stretches.pop() {
        let off = |index: usize| distance(points[index], (points[from], points[to]));
        let furthest = (from + 1..to).max_by(|one, other| off(*one).total_cmp(&off(*other)));
        if let Some(index) = furthest.filter(|index| off(*index) > TOLERANCE) {
            kept[index] = true;
            stretches.extend([(from, index), (index, to)]);
        }
    }
    points.iter().zip(kept).filter(|(_, is_kept)| *is_kept).map(|(point, _)| *point).collect()
}

/// How far a point is from the straight line between two others, ends included.
fn distance((x, y): (f64, f64), ((x1, y1), (x2, y2)): ((f64, f64), (f64, f64))) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx.mul_add(dx, dy * dy);
    let along = if length > 0.0 { ((x - x1) * dx + (y - y1) * dy) / length } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (x - x1 - along * dx).hypot(y - y1 - along * dy)
}
