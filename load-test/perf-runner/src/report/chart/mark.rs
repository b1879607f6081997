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

/// Draws the marker of a style, for a group that has hue and class `m`; hollow and
/// crossed when what it stands for is invalid.
pub(super) fn marker(svg: &mut Svg, style: usize, (x, y): (f64, f64), (is_valid, hover): (bool, &str)) {
    if is_valid && style.is_multiple_of(STYLES) {
        svg.circle("", (x, y, SIZE), hover);
    } else if is_valid {
        svg.shape("", &outline(style, x, y), hover);
    } else {
        let cross = format!("M{} {}l9 9m0-9l-9 9", px(x - SIZE), px(y - SIZE));
        svg.shape("bad", &(outline(style, x, y) + &cross), hover);
    }
}

/// The class of a group of markers.
pub(super) fn class_of(style: usize) -> String {
    format!("{} m", hue(style))
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
