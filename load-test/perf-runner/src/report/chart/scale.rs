//! Values to places.

/// How values are spread.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spread {
    Linear,
    Log,
    /// By how rare what lies beyond is: 0.9, 0.99 and 0.999 are equally far apart.
    Percentile,
}

/// Maps values to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    spread: Spread,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Scale {
    /// Equal steps for equal differences.
    pub(super) fn linear((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { spread: Spread::Linear, low, high, from, to }
    }

    /// Equal steps for equal ratios; both ends must be above zero.
    pub(super) fn log((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let low = if low > 0.0 { low } else { 1e-3 };
        let high = if high > low { high } else { low * 10.0 };
        Self { spread: Spread::Log, low, high, from, to }
    }

    /// Shares between 0 and 1.
    pub(super) fn percentile((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self { spread: Spread::Percentile, low, high, from, to }
    }

    /// The same values at other places.
    pub(super) fn across(self, from: f64, to: f64) -> Self {
        Self { from, to, ..self }
    }

    pub(super) fn is_log(&self) -> bool {
        self.spread == Spread::Log
    }

    /// The place of a value; what lies outside is at the nearer end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share =
            (self.spread(value) - self.spread(self.low)) / (self.spread(self.high) - self.spread(self.low));
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.from + share * (self.to - self.from)
    }

    fn spread(&self, value: f64) -> f64 {
        match self.spread {
            Spread::Linear => value,
            Spread::Log => value.max(f64::MIN_POSITIVE).ln(),
            Spread::Percentile => -(1.0 - value).max(1e-9).ln(),
        }
    }
}

/// The ends of what is to be shown; none of nothing that is a number.
pub(super) fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |ends: Option<(f64, f64)>, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

/// The same of values that have a logarithm, with a little room at both ends.
pub(super) fn log_extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = extent(values.filter(|value| *value > 0.0)).unwrap_or((1.0, 10.0));
    (low / 1.15, high * 1.15)
}
