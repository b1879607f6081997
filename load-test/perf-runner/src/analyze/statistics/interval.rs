//! One API's own bar.

use super::{CLAIM_ROUNDS, mean, real, standard_deviation, student_t};
use crate::model::Interval;

/// The geometric mean of one API's rounds with its 95 % interval: the t interval on
/// logarithms. None with fewer rounds than a claim needs, or when a value is not
/// above zero and has no logarithm.
pub fn mean_ratio_interval(values: &[f64]) -> Option<Interval> {
    if values.len() < CLAIM_ROUNDS || values.iter().any(|value| !(value.is_finite() && *value > 0.0)) {
        return None;
    }
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let count = real(logs.len());
    let half = student_t(0.95, count - 1.0) * standard_deviation(&logs)? / count.sqrt();
    Some(Interval::of_logs(mean(&logs)?, half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_one_api_is_the_t_interval_on_logs() {
        let values = [1.0, 2.0, 4.0].map(f64::exp2);
        let interval = mean_ratio_interval(&values).unwrap();
        // Logs to the base 2: mean 7/3, sd 1.5275, t(2) 4.3027.
        let half = 4.302_653 * 1.527_525 / 3.0_f64.sqrt();
        assert!((interval.estimate.log2() - 7.0 / 3.0).abs() < 1e-9);
        assert!((interval.high.log2() - (7.0 / 3.0 + half)).abs() < 1e-4);
        assert!((interval.low.log2() - (7.0 / 3.0 - half)).abs() < 1e-4);
    }

    #[test]
    fn two_rounds_or_a_zero_have_no_interval() {
        assert_eq!(mean_ratio_interval(&[1.0, 2.0]), None);
        assert_eq!(mean_ratio_interval(&[1.0, 0.0, 2.0]), None);
        assert_eq!(mean_ratio_interval(&[1.0, f64::NAN, 2.0]), None);
    }

    #[test]
    fn rounds_that_agree_to_the_digit_have_an_interval_without_width() {
        let interval = mean_ratio_interval(&[5.0, 5.0, 5.0]).unwrap();
        assert!((interval.high - interval.low).abs() < 1e-12);
    }
}
