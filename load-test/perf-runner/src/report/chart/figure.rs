//! The drawing itself: elements with classes, escaped texts, coordinates to a tenth
//! of a pixel.

use std::fmt::Write as _;

use super::Heading;

/// All drawings are this wide; the page scales them and never below what is legible.
pub(super) const WIDTH: f64 = 760.0;

/// How wide a character of the usual text is, about.
const CHARACTER: f64 = 6.3;

/// Where a text stands to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing that grows.
pub(super) struct Svg {
    heading: Heading,
    height: f64,
    body: String,
}

impl Svg {
    pub(super) fn new(heading: &Heading, height: f64) -> Self {
        Self { heading: heading.clone(), height, body: String::new() }
    }

    pub(super) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (x1, y1, x2, y2) = (px(x1), px(y1), px(x2), px(y2));
        let _ = write!(self.body, r#"<path class="{class}" d="M{x1} {y1}L{x2} {y2}"/>"#);
    }

    pub(super) fn rect(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (x, y, width, height) =
            (px(x1.min(x2)), px(y1.min(y2)), px((x2 - x1).abs()), px((y2 - y1).abs()));
        let _ =
            write!(self.body, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#);
    }

    /// A line through all points, as one path.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        if points.len() < 2 {
            return;
        }
        let _ = write!(self.body, r#"<path class="{class}" d="{}"/>"#, path(points));
    }

    /// A closed area.
    pub(super) fn area(&mut self, class: &str, points: &[(f64, f64)]) {
        if points.len() < 3 {
            return;
        }
        let _ = write!(self.body, r#"<path class="{class}" d="{}Z"/>"#, path(points));
    }

    /// Any path that is made of numbers only, with what it is for who points at it.
    pub(super) fn shape(&mut self, class: &str, d: &str, hover: &str) {
        let _ = if hover.is_empty() {
            write!(self.body, r#"<path class="{class}" d="{d}"/>"#)
        } else {
            write!(self.body, r#"<path class="{class}" d="{d}"><title>{}</title></path>"#, escaped(hover))
        };
    }

    pub(super) fn text(&mut self, class: &str, (x, y): (f64, f64), (anchor, text): (Anchor, &str)) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " mid",
            Anchor::End => " end",
        };
        let (x, y) = (px(x), px(y));
        let _ =
            write!(self.body, r#"<text class="{class}{anchor}" x="{x}" y="{y}">{}</text>"#, escaped(text));
    }

    /// The whole drawing, named and described for who does not see it.
    pub(super) fn finish(self) -> String {
        let Heading { id, title, reading } = &self.heading;
        let (id, title, reading) = (escaped(id), escaped(title), escaped(reading));
        let (width, height) = (px(WIDTH), px(self.height));
        format!(
            r#"<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{title}</title><desc id="{id}-desc">{reading}</desc>{}</svg>"#,
            self.body
        )
    }
}

/// A line through the points, as steps from one to the next: they need fewer digits
/// than places, and a page is mostly lines. Places are rounded before the steps are
/// taken, so that no error adds up.
fn path(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    let mut last = None;
    for (x, y) in points {
        let (x, y) = (tenths(*x), tenths(*y));
        let (dx, dy) = match last {
            None => (x, y),
            Some((last_x, last_y)) => (x - last_x, y - last_y),
        };
        d.push(if last.is_none() { 'M' } else { 'l' });
        d.push_str(&of_tenths(dx));
        // A sign separates two numbers as well as a space does.
        if dy >= 0 {
            d.push(' ');
        }
        d.push_str(&of_tenths(dy));
        last = Some((x, y));
    }
    d
}

/// Places of a drawing are far below 2^52.
#[allow(clippy::cast_possible_truncation)]
fn tenths(value: f64) -> i64 {
    (value * 10.0).round() as i64
}

/// `12`, `-3.4`, `.5`.
fn of_tenths(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    match (tenths.abs() / 10, tenths.abs() % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (0, tenth) => format!("{sign}.{tenth}"),
        (whole, tenth) => format!("{sign}{whole}.{tenth}"),
    }
}

/// A coordinate to a tenth of a pixel, without digits that say nothing.
pub(super) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// Text that cannot become markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&#38;"),
            '<' => safe.push_str("&#60;"),
            '>' => safe.push_str("&#62;"),
            '"' => safe.push_str("&#34;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// How wide a text is, about.
pub(super) fn width_of(text: &str) -> f64 {
    text.chars().map(|_| CHARACTER).sum()
}

/// A name that fits where it stands.
pub(super) fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let kept: String = name.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}\u{2026}")
}
