//! One marker shape per API, so that no chart hangs on colour alone.

use super::{
    STYLES,
    figure::{Svg, px},
};

/// How large a marker is: half its width.
const SIZE: f64 = 4.5;

/// The class that carries an API's hue.
pub(super) fn hue(style: usize) -> String {
    format!("s{}", style % STYLES)
}

/// Draws the marker of a style; hollow and crossed when what it stands for is invalid.
pub(super) fn marker(svg: &mut Svg, style: usize, (x, y): (f64, f64), (is_valid, hover): (bool, &str)) {
    let hue = hue(style);
    let class = if is_valid { format!("{hue} m") } else { format!("{hue} m bad") };
    let mut d = outline(style, x, y);
    if !is_valid {
        let (left, right, up, down) = (px(x - SIZE), px(x + SIZE), px(y - SIZE), px(y + SIZE));
        d = format!("{d}M{left} {up}L{right} {down}M{left} {down}L{right} {up}");
    }
    svg.shape(&class, &d, hover);
}

/// A small dot for one round of many.
pub(super) fn dot(svg: &mut Svg, style: usize, (x, y): (f64, f64), hover: &str) {
    svg.shape(&format!("{} dot", hue(style)), &circle(x, y, 2.2), hover);
}

fn outline(style: usize, x: f64, y: f64) -> String {
    let (left, right, up, down) = (px(x - SIZE), px(x + SIZE), px(y - SIZE), px(y + SIZE));
    let (cx, cy) = (px(x), px(y));
    match style % STYLES {
        0 => circle(x, y, SIZE),
        1 => format!("M{left} {up}L{right} {up}L{right} {down}L{left} {down}Z"),
        2 => format!("M{cx} {up}L{right} {down}L{left} {down}Z"),
        3 => {
            let (far, near) = (SIZE * 1.25, SIZE * 1.25);
            format!("M{cx} {}L{} {cy}L{cx} {}L{} {cy}Z", px(y - far), px(x + near), px(y + far), px(x - near))
        }
        4 => format!("M{left} {up}L{right} {up}L{cx} {down}Z"),
        _ => {
            let (inner, half) = (px(x - SIZE * 1.2), px(SIZE / 2.0 + y));
            let (outer, above) = (px(x + SIZE * 1.2), px(y - SIZE / 2.0));
            format!(
                "M{inner} {above}L{cx} {}L{outer} {above}L{outer} {half}L{cx} {}L{inner} {half}Z",
                px(y - SIZE * 1.2),
                px(y + SIZE * 1.2)
            )
        }
    }
}

fn circle(x: f64, y: f64, radius: f64) -> String {
    let (left, right, y, radius) = (px(x - radius), px(x + radius), px(y), px(radius));
    format!("M{left} {y}A{radius} {radius} 0 1 1 {right} {y}A{radius} {radius} 0 1 1 {left} {y}Z")
}
