use serde::{Deserialize, Serialize};

/// A latency distribution in a few exact numbers, all in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many samples.
    pub count: u64,
    /// Smallest.
    pub min_ms: f64,
    /// Arithmetic mean.
    pub mean_ms: f64,
    /// Median.
    pub p50_ms: f64,
    /// 90th percentile.
    pub p90_ms: f64,
    /// 95th percentile.
    pub p95_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
    /// Largest.
    pub max_ms: f64,
}

/// Samples below which the percentile `p` (between 0 and 1) is not shown: at least
/// ten must lie beyond it.
pub fn samples_needed(p: f64) -> u64 {
    // The product is rounded first, so that 10 / (1 - 0.99) is 1000 and not 1001.
    let needed = (10.0 / (1.0 - p) * 1e6).round() / 1e6;
    // A share between 0 and 1 gives a positive number far below 2^63.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    if (0.0..1.0).contains(&p) { needed.ceil() as u64 } else { u64::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_samples_lie_beyond_a_shown_percentile() {
        assert_eq!([0.5, 0.9, 0.95, 0.99, 0.999].map(samples_needed), [20, 100, 200, 1_000, 10_000]);
        assert_eq!(samples_needed(1.0), u64::MAX);
    }
}
