//! C5: which pairs differ?

use super::{
    Heading,
    axis::{self, Frame},
    figure::{Anchor, Svg, WIDTH, shortened, width_of, width_of_label},
    scale::{Scale, extent},
    ticks,
};

/// One pair's ratio.
#[derive(Debug, Clone, PartialEq)]
pub struct PairBar {
    /// Whose ratio it is.
    pub of: String,
    /// Held against whom.
    pub to: String,
    /// Lower end, estimate and upper end.
    pub ratio: (f64, f64, f64),
    /// Whether a difference is claimed; else it is drawn grey and hollow.
    pub is_different: bool,
    /// The ratio and what may be said, as text.
    pub text: String,
}

const ROW: f64 = 22.0;
const TOP: f64 = 14.0;

/// Draws the pairs in the given order, with the zone within which a difference
/// does not matter.
pub fn pairs(heading: &Heading, bars: &[PairBar]) -> String {
    let bottom = TOP + ROW * (bars.len() as f64).max(1.0);
    let name = |bar: &PairBar| format!("{} : {}", shortened(&bar.of, 16), shortened(&bar.to, 16));
    let left = 20.0 + bars.iter().map(|bar| width_of_label(&name(bar))).fold(60.0, f64::max);
    let right = WIDTH - 16.0 - bars.iter().map(|bar| width_of(&bar.text)).fold(60.0, f64::max);
    let ends = bars.iter().flat_map(|bar| [bar.ratio.0, bar.ratio.2]).chain([0.95, 1.05]);
    let (low, high) = extent(ends).unwrap_or((0.9, 1.1));
    let x = Scale::log((low / 1.02, high * 1.02), (left, right));
    let frame = Frame { left, right, top: TOP, bottom, x, y: Scale::linear((0.0, 1.0), (TOP, bottom)) };
    let mut svg = Svg::new(heading, bottom + 44.0);
    svg.rect("zone", (x.at(0.98), TOP), (x.at(1.02), bottom));
    let marks =
        if x.high / x.low > 8.0 { ticks::log(x.low, x.high) } else { ticks::between(x.low, x.high, 6) };
    axis::below(&mut svg, &frame, &marks, "ratio, the first to the second");
    svg.line("one", (x.at(1.0), TOP), (x.at(1.0), bottom));
    for (index, bar) in bars.iter().enumerate() {
        let y = TOP + ROW * (index as f64 + 0.5);
        svg.text("label", (left - 10.0, y + 4.0), (Anchor::End, &name(bar)));
        let (ci, dot) =
            if bar.is_different { ("sure ci", "sure m") } else { ("unsure ci", "unsure m hollow") };
        svg.line(ci, (x.at(bar.ratio.0), y), (x.at(bar.ratio.2), y));
        let hover = format!("{}: {}", name(bar), bar.text);
        svg.group(dot, |svg| svg.circle("", (x.at(bar.ratio.1), y, 4.0), &hover));
        svg.text("value", (right + 12.0, y + 4.0), (Anchor::Start, &bar.text));
    }
    svg.finish()
}
