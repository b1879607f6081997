//! Two samples that have nothing to do with each other, such as the rounds of two
//! campaigns: Welch's t interval, which does not ask for equal spread.

use super::{CLAIM_ROUNDS, mean, real, standard_deviation, student_t};
use crate::model::Interval;

/// The ratio of two geometric means, on logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Welch {
    /// Natural logarithm of the ratio.
    pub log_ratio: f64,
    /// Standard error of it.
    pub standard_error: f64,
    /// Degrees of freedom by Welch and Satterthwaite.
    pub df: f64,
}

impl Welch {
    /// What `of` is to `to`. None with fewer values than a claim needs in either, or
    /// when one has no logarithm.
    pub fn new(of: &[f64], to: &[f64]) -> Option<Self> {
        let usable = |values: &[f64]| {
            values.len() >= CLAIM_ROUNDS && values.iter().all(|value| value.is_finite() && *value > 0.0)
        };
        if !usable(of) || !usable(to) {
            return None;
        }
        let (one, other) = (Sample::of(of)?, Sample::of(to)?);
        let variance = one.variance + other.variance;
        let df = if variance > 0.0 {
            variance.powi(2) / (one.variance.powi(2) / one.df + other.variance.powi(2) / other.df)
        } else {
            one.df + other.df
        };
        Some(Self { log_ratio: one.mean - other.mean, standard_error: variance.sqrt(), df })
    }

    /// Half width of the interval on logarithms that holds the ratio with this
    /// confidence, between 0 and 1.
    pub fn half(&self, confidence: f64) -> f64 {
        if self.standard_error > 0.0 { student_t(confidence, self.df) * self.standard_error } else { 0.0 }
    }

    /// The ratio with that interval.
    pub fn ratio(&self, confidence: f64) -> Interval {
        Interval::of_logs(self.log_ratio, self.half(confidence))
    }
}

struct Sample {
    mean: f64,
    /// Of the mean.
    variance: f64,
    df: f64,
}

impl Sample {
    fn of(values: &[f64]) -> Option<Self> {
        let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
        let count = real(logs.len());
        let variance = standard_deviation(&logs)?.powi(2) / count;
        Some(Self { mean: mean(&logs)?, variance, df: count - 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn powers(logs: &[f64]) -> Vec<f64> {
        logs.iter().map(|log| log.exp()).collect()
    }

    #[test]
    fn samples_of_unequal_spread() {
        let welch = Welch::new(&powers(&[0.0, 2.0, 4.0]), &powers(&[0.0, 1.0, 2.0])).unwrap();
        // Variances 4 and 1 over 3 each: 5/3 together; df = (5/3)^2 / ((16/9 + 1/9) / 2).
        assert!((welch.log_ratio - 1.0).abs() < 1e-12);
        assert!((welch.standard_error - (5.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((welch.df - 50.0 / 17.0).abs() < 1e-12);
    }

    #[test]
    fn samples_of_equal_size_and_spread_have_the_t_interval_of_both_together() {
        let welch = Welch::new(&powers(&[0.0, 1.0, 2.0]), &powers(&[5.0, 6.0, 7.0])).unwrap();
        assert!((welch.df - 4.0).abs() < 1e-12);
        // t(4) is 2.776; both means have the variance 1/3.
        let half = 2.776_445 * (2.0_f64 / 3.0).sqrt();
        assert!((welch.half(0.95) - half).abs() < 1e-5, "{}", welch.half(0.95));
        let ratio = welch.ratio(0.95);
        assert!((ratio.estimate.ln() + 5.0).abs() < 1e-12 && (ratio.low.ln() + 5.0 + half).abs() < 1e-5);
    }

    #[test]
    fn two_rounds_a_zero_or_nothing_have_no_interval() {
        let three = [1.0, 2.0, 3.0];
        assert_eq!(Welch::new(&[1.0, 2.0], &three), None);
        assert_eq!(Welch::new(&three, &[1.0, 0.0, 2.0]), None);
        assert_eq!(Welch::new(&[], &three), None);
    }

    #[test]
    fn rounds_that_agree_to_the_digit_have_no_width() {
        let welch = Welch::new(&[5.0; 3], &[5.0; 4]).unwrap();
        assert!((welch.half(0.95), welch.df) == (0.0, 5.0), "{welch:?}");
    }
}
