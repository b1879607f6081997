//! The drawing itself: elements with classes, escaped texts, coordinates to a tenth
//! of a pixel.

use std::fmt::Write as _;

use super::{Heading, thin::thinned};

/// All drawings are this wide; the page scales them and never below what is legible.
pub(super) const WIDTH: f64 = 760.0;

/// How wide a character of the usual text is, about.
const CHARACTER: f64 = 6.3;

/// A straight line from one place to another.
pub(super) type Line = ((f64, f64), (f64, f64));

/// Where a text stands to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn class(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Middle => " mid",
            Self::End => " end",
        }
    }
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

    /// What shares a class, which then stands once; nothing when nothing is drawn.
    pub(super) fn group(&mut self, class: &str, draw: impl FnOnce(&mut Self)) {
        let before = self.body.len();
        let _ = write!(self.body, r#"<g class="{class}">"#);
        let begin = self.body.len();
        draw(self);
        if self.body.len() == begin {
            self.body.truncate(before);
        } else {
            self.body.push_str("</g>");
        }
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.lines(class, &[(from, to)]);
    }

    /// Straight lines of one class, as one path.
    pub(super) fn lines(&mut self, class: &str, lines: &[Line]) {
        let d: String = lines.iter().map(|(from, to)| path(&[*from, *to])).collect();
        self.shape(class, &d, "");
    }

    pub(super) fn rect(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (x, y, width, height) =
            (px(x1.min(x2)), px(y1.min(y2)), px((x2 - x1).abs()), px((y2 - y1).abs()));
        let class = attribute(class);
        let _ = write!(self.body, r#"<rect{class} x="{x}" y="{y}" width="{width}" height="{height}"/>"#);
    }

    /// A line through all points, as one path.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        self.polylines(class, &[points]);
    }

    /// Lines of one class that are not joined, as one path.
    pub(super) fn polylines(&mut self, class: &str, lines: &[&[(f64, f64)]]) {
        let drawn = lines.iter().filter(|points| points.len() > 1);
        let d: String = drawn.map(|points| path(&thinned(points))).collect();
        self.shape(class, &d, "");
    }

    /// A closed area between two lines that run the same way.
    pub(super) fn between(&mut self, class: &str, upper: &[(f64, f64)], lower: &[(f64, f64)]) {
        if upper.len() < 2 || lower.len() < 2 {
            return;
        }
        let mut points = thinned(upper);
        points.extend(thinned(lower).into_iter().rev());
        self.shape(class, &(path(&points) + "Z"), "");
    }

    /// Any path that is made of numbers only, with what it is for who points at it;
    /// nothing when there is no path.
    pub(super) fn shape(&mut self, class: &str, d: &str, hover: &str) {
        if !d.is_empty() {
            self.element("path", &format!(r#"{} d="{d}""#, attribute(class)), hover);
        }
    }

    pub(super) fn circle(&mut self, class: &str, (x, y, radius): (f64, f64, f64), hover: &str) {
        let (class, x, y, radius) = (attribute(class), px(x), px(y), px(radius));
        self.element("circle", &format!(r#"{class} cx="{x}" cy="{y}" r="{radius}""#), hover);
    }

    fn element(&mut self, name: &str, attributes: &str, hover: &str) {
        let _ = if hover.is_empty() {
            write!(self.body, "<{name}{attributes}/>")
        } else {
            write!(self.body, "<{name}{attributes}><title>{}</title></{name}>", escaped(hover))
        };
    }

    pub(super) fn text(&mut self, class: &str, place: (f64, f64), (anchor, text): (Anchor, &str)) {
        let class = attribute(format!("{class}{}", anchor.class()).trim_start());
        self.written(&class, place, text);
    }

    /// Texts of one class and anchor.
    pub(super) fn texts<'a>(
        &mut self,
        class: &str,
        anchor: Anchor,
        texts: impl Iterator<Item = ((f64, f64), &'a str)>,
    ) {
        self.group(&format!("{class}{}", anchor.class()), |svg| {
            texts.for_each(|(place, text)| svg.written("", place, text));
        });
    }

    fn written(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        let (x, y) = (px(x), px(y));
        let _ = write!(self.body, r#"<text{class} x="{x}" y="{y}">{}</text>"#, escaped(text));
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

/// What gives an element its class; nothing where its group has it.
fn attribute(class: &str) -> String {
    if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) }
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
        match (last, dx, dy) {
            (Some(_), _, 0) => d.extend(["h", &of_tenths(dx)]),
            (Some(_), 0, _) => d.extend(["v", &of_tenths(dy)]),
            _ => {
                d.push(if last.is_none() { 'M' } else { 'l' });
                // A sign separates two numbers as well as a space does.
                let space = if dy >= 0 { " " } else { "" };
                d.extend([&of_tenths(dx), space, &of_tenths(dy)]);
            }
        }
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

/// How wide it is as a label, which is bold.
pub(super) fn width_of_label(text: &str) -> f64 {
    const WIDER: f64 = 1.17;
    width_of(text) * WIDER
}

/// A name that fits where it stands.
pub(super) fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let kept: String = name.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}\u{2026}")
}
