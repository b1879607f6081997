//! The studentized range: how far the largest and the smallest of several means
//! lie apart by chance alone, in units of their estimated standard error.
//!
//! P(Q <= q) = integral over s of f(s) H(q s), where H is the distribution of the
//! range of `groups` standard normal values and f the density of the estimated over
//! the true standard deviation. Both integrands vanish at both ends and are smooth,
//! so the trapezoidal rule converges faster than any power of its step.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2};

/// Beyond this a normal value contributes less than 1e-9.
const NORMAL_END: f64 = 6.4;
const NORMAL_STEP: f64 = 0.4;
/// A term of the outer integral below this share of the largest ends the sum.
const NEGLIGIBLE: f64 = 1e-12;

/// The value that the studentized range of `groups` means stays below with the
/// given probability, for an error estimated with `df` degrees of freedom.
/// Not a number unless there are two groups, one degree of freedom and a
/// probability between 0 and 1.
pub fn studentized_range(probability_below: f64, groups: usize, df: f64) -> f64 {
    let sensible = groups >= 2 && df >= 1.0 && probability_below > 0.0 && probability_below < 1.0;
    if !sensible {
        return f64::NAN;
    }
    let excess = |q: f64| probability(q, groups, df) - probability_below;
    let mut high = 8.0;
    while excess(high) < 0.0 && high < 1e6 {
        high *= 2.0;
    }
    root(excess, 0.0, high)
}

/// The value that the absolute t statistic stays below with the given probability:
/// 2.776 for 0.95 and 4 degrees of freedom. The range of two values is their
/// distance, so it needs no function of its own.
pub fn student_t(probability_within: f64, df: f64) -> f64 {
    studentized_range(probability_within, 2, df) * FRAC_1_SQRT_2
}

/// How probable it is that the studentized range is at most `q`.
pub fn probability(q: f64, groups: usize, df: f64) -> f64 {
    if q <= 0.0 {
        return 0.0;
    }
    // Over u = ln s. The density has its mode at 0 and there the width 1 / sqrt(2 df).
    let log_density = |u: f64| df * (u - 0.5 * (2.0 * u).exp());
    let half_df = df / 2.0;
    let log_scale = LN_2 + half_df * half_df.ln() - libm::lgamma(half_df);
    let step = 0.4 / (2.0 * df).sqrt();
    let end = log_density(0.0) + NEGLIGIBLE.ln();
    let term = |u: f64| (log_scale + log_density(u)).exp() * range_probability(q * u.exp(), groups);
    let mut sum = term(0.0);
    for direction in [step, -step] {
        let mut u = direction;
        while log_density(u) > end {
            sum += term(u);
            u += direction;
        }
    }
    (sum * step).clamp(0.0, 1.0)
}

/// How probable it is that standard normal values lie within a range of `width`.
fn range_probability(width: f64, groups: usize) -> f64 {
    if groups == 2 {
        return libm::erf(width / 2.0);
    }
    let others = i32::try_from(groups - 1).unwrap_or(i32::MAX);
    // z is the largest of them; the others lie below it, within the width.
    let mut sum = 0.0;
    let mut z = -NORMAL_END;
    while z <= NORMAL_END {
        let within = normal_below(z) - normal_below(z - width);
        sum += (-0.5 * z * z).exp() * within.powi(others);
        z += NORMAL_STEP;
    }
    let density = NORMAL_STEP / (2.0 * std::f64::consts::PI).sqrt();
    sum * density * (f64::from(others) + 1.0)
}

fn normal_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// Where a rising function crosses zero: regula falsi that halves the weight of an
/// end which stays (the Illinois rule).
fn root(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let (mut at_low, mut at_high) = (f(low), f(high));
    for _ in 0..100 {
        let next = high - at_high * (high - low) / (at_high - at_low);
        let at_next = f(next);
        if at_next.abs() < 1e-11 || (high - low).abs() < 1e-9 {
            return next;
        }
        if at_next > 0.0 {
            (high, at_high, at_low) = (next, at_next, at_low / 2.0);
        } else {
            (low, at_low, at_high) = (next, at_next, at_high / 2.0);
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upper 5 % and 1 % points for 2 to 10 groups, as textbooks print them.
    const PUBLISHED: [(f64, f64, [f64; 9]); 11] = [
        (0.95, 4.0, [3.927, 5.040, 5.757, 6.287, 6.707, 7.053, 7.347, 7.602, 7.826]),
        (0.95, 5.0, [3.635, 4.602, 5.218, 5.673, 6.033, 6.330, 6.582, 6.802, 6.995]),
        (0.95, 10.0, [3.151, 3.877, 4.327, 4.654, 4.912, 5.124, 5.305, 5.461, 5.599]),
        (0.95, 20.0, [2.950, 3.578, 3.958, 4.232, 4.445, 4.620, 4.768, 4.896, 5.008]),
        (0.95, 30.0, [2.888, 3.486, 3.845, 4.102, 4.302, 4.464, 4.602, 4.720, 4.824]),
        (0.95, 60.0, [2.829, 3.399, 3.737, 3.977, 4.163, 4.314, 4.441, 4.550, 4.646]),
        (0.95, 120.0, [2.800, 3.356, 3.685, 3.917, 4.096, 4.241, 4.363, 4.468, 4.560]),
        (0.99, 5.0, [5.702, 6.976, 7.804, 8.421, 8.913, 9.321, 9.669, 9.972, 10.239]),
        (0.99, 10.0, [4.482, 5.270, 5.769, 6.136, 6.428, 6.669, 6.875, 7.055, 7.213]),
        (0.99, 20.0, [4.024, 4.639, 5.018, 5.294, 5.510, 5.688, 5.839, 5.970, 6.087]),
        (0.99, 120.0, [3.702, 4.200, 4.497, 4.709, 4.872, 5.005, 5.118, 5.214, 5.299]),
    ];

    /// Probability, groups, degrees of freedom and quantile, computed apart: the range's
    /// distribution in Hartley's form instead of the density of the largest value, the
    /// scale itself instead of its logarithm, Gauss-Legendre quadrature instead of the
    /// trapezoidal rule, bisection instead of the secant, in another language.
    const COMPUTED_APART: [(f64, usize, f64, f64); 24] = [
        (0.95, 2, 2.0, 6.084_869_8),
        (0.95, 3, 2.0, 8.330_782_6),
        (0.95, 3, 4.0, 5.040_241_3),
        (0.95, 6, 4.0, 6.706_438_1),
        (0.95, 3, 10.0, 3.876_776_8),
        (0.95, 4, 12.0, 4.198_660_2),
        (0.95, 5, 8.0, 4.885_754_3),
        (0.95, 6, 10.0, 4.912_015_7),
        (0.95, 6, 15.0, 4.594_734_8),
        (0.95, 6, 20.0, 4.445_236_7),
        (0.95, 6, 25.0, 4.358_302_7),
        (0.95, 6, 30.0, 4.301_463_8),
        (0.95, 6, 45.0, 4.208_669_1),
        (0.95, 7, 24.0, 4.541_313_7),
        (0.95, 8, 14.0, 4.990_292_0),
        (0.95, 10, 18.0, 5.070_507_3),
        (0.95, 12, 22.0, 5.144_323_7),
        (0.95, 15, 40.0, 5.105_573_6),
        (0.95, 20, 20.0, 5.713_625_5),
        (0.95, 50, 98.0, 5.837_166_9),
        (0.99, 6, 20.0, 5.509_541_7),
        (0.99, 3, 5.0, 6.975_736_6),
        (0.9, 6, 20.0, 3.949_970_9),
        (0.9, 4, 6.0, 4.065_117_7),
    ];

    #[test]
    fn quantiles_are_those_of_a_second_computation_to_four_decimals() {
        for (probability_below, groups, df, apart) in COMPUTED_APART {
            let ours = studentized_range(probability_below, groups, df);
            assert!(
                (ours - apart).abs() < 5e-5,
                "q({probability_below}; {groups}, {df}) is {ours}, computed apart {apart}"
            );
        }
    }

    #[test]
    fn quantiles_are_those_of_the_published_tables() {
        for (probability_below, df, row) in PUBLISHED {
            for (groups, published) in (2..).zip(row) {
                let ours = studentized_range(probability_below, groups, df);
                // The tables round, some of them in the wrong direction by one in the last digit.
                assert!(
                    (ours - published).abs() < 0.001_6,
                    "q({probability_below}; {groups}, {df}) is {ours}, published {published}"
                );
            }
        }
    }

    #[test]
    fn the_checkpoint_of_six_apis_in_five_rounds() {
        assert_eq!(format!("{:.3}", studentized_range(0.95, 6, 20.0)), "4.445");
    }

    #[test]
    fn t_is_that_of_the_published_table() {
        let published = [
            (1.0, 12.706),
            (2.0, 4.303),
            (3.0, 3.182),
            (4.0, 2.776),
            (9.0, 2.262),
            (30.0, 2.042),
            (120.0, 1.980),
        ];
        for (df, t) in published {
            assert_eq!(format!("{:.3}", student_t(0.95, df)), format!("{t:.3}"), "{df} degrees of freedom");
        }
        assert_eq!(format!("{:.3}", student_t(0.99, 4.0)), "4.604");
    }

    #[test]
    fn a_quantile_and_its_probability_are_inverse() {
        for groups in [2, 3, 7, 50] {
            for df in [1.0, 2.0, 15.5, 400.0] {
                for wanted in [0.05, 0.5, 0.999] {
                    let found = probability(studentized_range(wanted, groups, df), groups, df);
                    assert!((found - wanted).abs() < 1e-9, "{groups} {df} {wanted}: {found}");
                }
            }
        }
    }

    #[test]
    fn nonsense_has_no_quantile() {
        assert!(studentized_range(0.95, 1, 10.0).is_nan());
        assert!(studentized_range(0.95, 3, 0.0).is_nan());
        assert!(studentized_range(1.0, 3, 10.0).is_nan());
    }
}
