//! Numbers as the contract and the database see them.

/// The double that a JSON number means; none when it lies beyond all of them.
pub(in super::super) fn double(written: &str) -> Option<f64> {
    written.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A number by its value: its digits without zeros at either end, and the power of
/// ten that the last one stands for. Two ways of writing one number are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Decimal {
    pub(in super::super) is_negative: bool,
    pub(in super::super) digits: String,
    pub(in super::super) exponent: i64,
}

impl Decimal {
    /// The value of a JSON number; none when its exponent is beyond counting.
    pub(in super::super) fn of(written: &str) -> Option<Self> {
        let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
        let exponent: i64 = exponent.parse().ok()?;
        let (is_negative, mantissa) =
            mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - digits.len()).ok()?;
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(zeros)?;
        let digits = digits.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        Some(Self { is_negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_one_number_are_equal() {
        for pair in
            [["1e3", "1000"], ["25e-1", "2.50"], ["-0", "0e5"], ["1.5E+0", "15e-1"], ["-10.0", "-1e1"]]
        {
            assert_eq!(Decimal::of(pair[0]), Decimal::of(pair[1]), "{pair:?}");
        }
        assert_ne!(Decimal::of("1"), Decimal::of("-1"));
        assert_ne!(Decimal::of("0.1"), Decimal::of("0.10000000000000001"));
    }

    #[test]
    fn a_number_beyond_a_double_is_none() {
        assert_eq!(double("1e400"), None);
        assert_eq!(double("1.7976931348623157e308"), Some(f64::MAX));
    }
}
