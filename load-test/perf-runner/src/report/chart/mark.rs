//! One marker shape per API, so that no chart hangs on colour alone.

use super::{
    STYLES,
    figure::{Svg, px},
};

/// Half the width of a marker.
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
        d = format!("{d}M{} {}l9 9m0-9l-9 9", px(x - SIZE), px(y - SIZE));
    }
    svg.shape(&class, &d, hover);
}

/// A small dot for one round of many.
pub(super) fn dot(svg: &mut Svg, style: usize, (x, y): (f64, f64), hover: &str) {
    let d = format!("M{} {}a2.2 2.2 0 1 1 4.4 0a2.2 2.2 0 1 1-4.4 0", px(x - 2.2), px(y));
    svg.shape(&format!("{} dot", hue(style)), &d, hover);
}

/// Where it begins, and from there in steps that are the same for all of a shape.
fn outline(style: usize, x: f64, y: f64) -> String {
    let (left, up, middle) = (px(x - SIZE), px(y - SIZE), px(x));
    match style % STYLES {
        0 => format!("M{left} {}a4.5 4.5 0 1 1 9 0a4.5 4.5 0 1 1-9 0", px(y)),
        1 => format!("M{left} {up}h9v9h-9Z"),
        2 => format!("M{middle} {up}l4.5 9h-9Z"),
        3 => format!("M{middle} {}l5.6 5.6-5.6 5.6-5.6-5.6Z", px(y - 5.6)),
        4 => format!("M{left} {up}h9l-4.5 9Z"),
        _ => format!("M{middle} {}l5.4 3.1v4.6l-5.4 3.1-5.4-3.1v-4.6Z", px(y - 5.4)),
    }
}
