//! An estimate and how sure it is.

use serde::{Deserialize, Serialize};

use super::{CLAIM_ROUNDS, mean, real, standard_deviation, student_t};

/// An estimate with its 95 % confidence interval, all in the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Back from logarithms: a half width on logs becomes a factor to both sides.
    pub fn of_logs(log_estimate: f64, half_width: f64) -> Self {
        Self {
            estimate: log_estimate.exp(),
            low: (log_estimate - half_width).exp(),
            high: (log_estimate + half_width).exp(),
        }
    }

    /// Whether this value lies inside.
    pub fn covers(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Of the inverse quantity: what a is to b, as what b is to a.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { estimate: 1.0 / self.estimate, low: 1.0 / self.high, high: 1.0 / self.low }
    }
}

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

    #[test]
    fn the_inverse_turns_the_ends_round() {
        let interval = Interval { estimate: 2.0, low: 1.0, high: 4.0 };
        assert_eq!(interval.inverse(), Interval { estimate: 0.5, low: 0.25, high: 1.0 });
    }
}
