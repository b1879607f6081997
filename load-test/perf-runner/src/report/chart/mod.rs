//! Charts as inline SVG: pure functions from what is to be seen to markup.
//!
//! They carry classes and `currentColor` only, so that one drawing serves light,
//! dark, print and forced colours; every API has one hue and one marker shape
//! everywhere, and what is invalid is hollow with a cross, never only paler.

// Numbers of rows and points are small.
#![allow(clippy::cast_precision_loss)]

mod axis;
mod figure;
mod label;
mod lines;
mod mark;
mod pairs;
mod peak;
mod resources;
mod rounds;
mod scale;
mod scaling;
mod tail;
mod thin;
mod ticks;
mod time;
mod trade;

pub use pairs::{PairBar, pairs};
pub use peak::{PeakBar, peak};
pub use resources::{ResourcePanel, resources};
pub use rounds::{RoundDot, rounds};
pub use scaling::{KneeBracket, Scaling, scaling};
pub use tail::{TailPanel, TailSeries, tail};
pub use time::{TimePanel, time};
pub use trade::trade;

/// How many hues and marker shapes there are.
pub const STYLES: usize = 6;

/// A chart's place in the page: what it is called and what it says in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Names its title and description: `c1`.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What a reader is to take from it.
    pub reading: String,
}

/// One measured point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Whether it may be used; else it is drawn hollow with a cross.
    pub is_valid: bool,
    /// What it is, in words, for who points at it.
    pub hover: String,
}

/// The points of one API.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its label.
    pub name: String,
    /// Its hue and marker shape, the same in every chart; counted modulo [`STYLES`].
    pub style: usize,
    /// In the order in which they are joined.
    pub points: Vec<Point>,
}

#[cfg(test)]
mod tests;
