//! How values are written for people: the same everywhere, with their unit.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A measured value and how it is written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The value as it was measured; null when it was not, or may not be shown.
    pub value: Option<Number>,
    /// Its unit; empty for counts and quotients.
    pub unit: &'static str,
    /// As it is written, unit included.
    pub text: String,
    /// Why a value that was measured is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
}

/// A count stays a whole number in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// A count.
    Whole(u64),
    /// Anything else.
    Real(f64),
}

impl Figure {
    /// Something that was not measured.
    pub fn missing(unit: &'static str) -> Self {
        Self { value: None, unit, text: "not measured".to_owned(), why_not: None }
    }

    /// Something that was measured and must not be shown.
    pub fn withheld(unit: &'static str, why_not: String) -> Self {
        Self { value: None, unit, text: "\u{2013}".to_owned(), why_not: Some(why_not) }
    }

    fn real(value: f64, unit: &'static str, text: String) -> Self {
        Self { value: Some(Number::Real(value)), unit, text, why_not: None }
    }
}

/// A count.
pub fn count(value: u64) -> Figure {
    Figure { value: Some(Number::Whole(value)), unit: "", text: thousands(value), why_not: None }
}

/// A count that may not have been made.
pub fn maybe_count(value: Option<u64>) -> Figure {
    value.map_or_else(|| Figure::missing(""), count)
}

/// Milliseconds: three digits that matter, seconds from ten of them, minutes from two.
pub fn milliseconds(value: Option<f64>) -> Figure {
    let Some(ms) = value else { return Figure::missing("ms") };
    Figure::real(ms, "ms", milliseconds_text(ms))
}

fn milliseconds_text(ms: f64) -> String {
    match ms {
        _ if ms >= 120_000.0 => in_minutes(ms),
        _ if ms >= 10_000.0 => format!("{:.1} s", ms / 1000.0),
        _ if ms >= 100.0 => format!("{} ms", thousands_rounded(ms)),
        _ if ms >= 10.0 => format!("{ms:.1} ms"),
        _ => format!("{ms:.2} ms"),
    }
}

/// `36 min 9 s`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Years of seconds fit.
fn in_minutes(ms: f64) -> String {
    let seconds = (ms / 1000.0).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Bytes in binary units.
pub fn bytes(value: Option<u64>) -> Figure {
    let Some(bytes) = value else { return Figure::missing("bytes") };
    let text = bytes_text(as_real(bytes));
    Figure { value: Some(Number::Whole(bytes)), unit: "bytes", text, why_not: None }
}

/// A mean of bytes.
pub fn mean_bytes(value: Option<f64>) -> Figure {
    let Some(bytes) = value else { return Figure::missing("bytes") };
    Figure::real(bytes, "bytes", bytes_text(bytes))
}

fn bytes_text(bytes: f64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024.0 {
        return format!("{bytes:.0} B");
    }
    let mut scaled = bytes / 1024.0;
    let mut unit = UNITS[0];
    for larger in &UNITS[1..] {
        if scaled < 1024.0 {
            break;
        }
        scaled /= 1024.0;
        unit = larger;
    }
    format!("{scaled:.1} {unit}")
}

/// A rate of events.
pub fn per_second(value: Option<f64>) -> Figure {
    let Some(rate) = value else { return Figure::missing("1/s") };
    let text = if rate >= 100.0 { thousands_rounded(rate) } else { format!("{rate:.2}") };
    Figure::real(rate, "1/s", format!("{text} /s"))
}

/// A quotient without a unit.
pub fn quotient(value: Option<f64>) -> Figure {
    let Some(value) = value else { return Figure::missing("") };
    let text = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.3}") };
    Figure::real(value, "", text)
}

/// `2026-11-21 10:43:51 UTC`.
pub fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The time between two moments.
pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Figure {
    let microseconds = (to - from).num_microseconds().unwrap_or(i64::MAX).max(0);
    milliseconds(Some(as_real(microseconds.unsigned_abs()) / 1000.0))
}

/// Text that someone else wrote, without what could move a cursor or turn the
/// reading direction.
pub fn plain(text: &str) -> String {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if c.is_control() || turns(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// `two` up to twelve, digits beyond.
pub fn in_words(count: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    WORDS.get(count).map_or_else(|| thousands(count as u64), |word| (*word).to_owned())
}

/// `1 event`, `2,000 events`.
pub fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { several })
}

fn thousands_rounded(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    grouped(&digits)
}

/// `2,000`.
pub fn thousands(value: u64) -> String {
    grouped(&value.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Beyond 2^53 a count is rounded, which no reader of a rounded text notices.
#[allow(clippy::cast_precision_loss)]
fn as_real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_with_three_digits_that_matter_and_their_unit() {
        let ms = |value| milliseconds(Some(value)).text;
        assert_eq!(
            [0.0, 1.2345, 12.345, 123.45, 9_999.4, 65_432.1].map(ms),
            ["0.00 ms", "1.23 ms", "12.3 ms", "123 ms", "9,999 ms", "65.4 s"]
        );
        let size = |value| bytes(Some(value)).text;
        assert_eq!(
            [0, 1023, 1024, 6_291_456, 8 << 30, u64::MAX].map(size),
            ["0 B", "1023 B", "1.0 KiB", "6.0 MiB", "8.0 GiB", "16777216.0 TiB"]
        );
        assert_eq!([0, 999, 1000, 1_234_567].map(|n| count(n).text), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1.0, 0.8].map(|n| quotient(Some(n)).text), ["1", "0.800"]);
        assert_eq!(milliseconds(None).text, "not measured");
    }

    #[test]
    fn nothing_can_move_the_cursor_or_turn_the_text() {
        assert_eq!(plain("a\u{1b}[31m\u{202e}\0b\nc"), "a\u{fffd}[31m\u{fffd}\u{fffd}b c");
    }
}
