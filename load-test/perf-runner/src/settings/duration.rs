//! Times as people write them.

use std::time::Duration;

/// Longer than anyone holds a load; it keeps sums of times far from any limit.
const LONGEST: Duration = Duration::from_hours(24);

/// Why a text is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDuration {
    /// It is not a number with a unit.
    #[error("{text:?} is no time: write a number and its unit, such as 100ms, 30s or 2m")]
    Unreadable {
        /// What was typed.
        text: String,
    },
    /// It has parts below a millisecond.
    #[error("{text:?} is not a whole number of milliseconds")]
    Fraction {
        /// What was typed.
        text: String,
    },
    /// It is longer than a day.
    #[error("{text:?} is more than a day")]
    Long {
        /// What was typed.
        text: String,
    },
}

/// Milliseconds of `100ms`, `30s`, `2m`, `1m 30s`.
///
/// # Errors
/// When the text has no unit, is no number, is not whole milliseconds or more than a day.
pub fn milliseconds(text: &str) -> Result<u64, BadDuration> {
    let text = text.trim();
    let said = || text.to_owned();
    let duration = humantime::parse_duration(text).map_err(|_| BadDuration::Unreadable { text: said() })?;
    if duration > LONGEST {
        return Err(BadDuration::Long { text: said() });
    }
    if !duration.subsec_nanos().is_multiple_of(1_000_000) {
        return Err(BadDuration::Fraction { text: said() });
    }
    u64::try_from(duration.as_millis()).map_err(|_| BadDuration::Long { text: said() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_needs_its_unit() {
        assert_eq!(milliseconds("100ms"), Ok(100));
        assert_eq!(milliseconds(" 1m 30s"), Ok(90_000));
        assert_eq!(milliseconds("0s"), Ok(0));
        for text in ["", "100", "ten", "-1s", "10 parsecs", "99999999999999999999s"] {
            assert_eq!(milliseconds(text), Err(BadDuration::Unreadable { text: text.into() }), "{text}");
        }
        assert_eq!(milliseconds("10us"), Err(BadDuration::Fraction { text: "10us".into() }));
        assert_eq!(milliseconds("25h"), Err(BadDuration::Long { text: "25h".into() }));
    }
}
