//! How sure a percentile is, and what may be said of errors that were not seen.

/// 95 % of a standard normal value.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// The upper bound of a probability after n trials without the event is 3 / n.
pub const NO_ERROR_FACTOR: f64 = 3.0;

/// Positions, from 1, of the two sorted samples that enclose the quantile `p` of
/// `count` independent samples with 95 % confidence. None when they would lie
/// outside the samples.
pub fn order_statistic_ranks(p: f64, count: u64) -> Option<(u64, u64)> {
    // Counts of requests are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let n = count as f64;
    let half = NORMAL_95 * (n * p * (1.0 - p)).sqrt();
    let (low, high) = ((n * p - half).floor(), (n * p + half).ceil() + 1.0);
    // Both are within 1 ..= count here.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (low >= 1.0 && high <= n).then_some((low as u64, high as u64))
}

/// The 95 % upper bound of a share that was never seen in `count` trials: the rule
/// of three. None without trials; at most 1.
pub fn upper_bound_of_none(count: u64) -> Option<f64> {
    // Counts of requests are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    (count > 0).then(|| (NO_ERROR_FACTOR / count as f64).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_statistics_enclose_the_quantile() {
        // n = 100, median: 50 +- 9.8, so the 40th and the 61st, as tables print them.
        assert_eq!(order_statistic_ranks(0.5, 100), Some((40, 61)));
        assert_eq!(order_statistic_ranks(0.99, 10_000), Some((9_880, 9_921)));
        assert_eq!(order_statistic_ranks(0.99, 100), None);
    }

    #[test]
    fn no_error_seen_is_not_no_error() {
        assert_eq!(upper_bound_of_none(3_000), Some(0.001));
        assert_eq!((upper_bound_of_none(1), upper_bound_of_none(0)), (Some(1.0), None));
    }
}
