//! Which texts and numbers are dates.

use std::ops::RangeInclusive;

/// An RFC 3339 date-time as the contract narrows it, or 1 to 15 digits.
pub(super) fn is_text_date(text: &str) -> bool {
    is_epoch_milliseconds(text) || is_date_time(text).is_some()
}

/// 1 to 15 digits and nothing else; a number is judged as it is written.
pub(super) fn is_epoch_milliseconds(written: &str) -> bool {
    (1..=15).contains(&written.len()) && written.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_date_time(text: &str) -> Option<()> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.number(4, 1..=9999)?;
    rest.one_of(b"-")?;
    let month = rest.number(2, 1..=12)?;
    rest.one_of(b"-")?;
    rest.number(2, 1..=days(year, month))?;
    rest.one_of(b"Tt")?;
    rest.number(2, 0..=23)?;
    rest.one_of(b":")?;
    rest.number(2, 0..=59)?;
    rest.one_of(b":")?;
    rest.number(2, 0..=59)?;
    if rest.one_of(b".").is_some() {
        let digits = rest.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest.0 = rest.0.get(digits..).filter(|_| (1..=9).contains(&digits))?;
    }
    if rest.one_of(b"Zz").is_none() {
        rest.one_of(b"+-")?;
        rest.number(2, 0..=23)?;
        rest.one_of(b":")?;
        rest.number(2, 0..=59)?;
    }
    rest.0.is_empty().then_some(())
}

fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn one_of(&mut self, bytes: &[u8]) -> Option<()> {
        let (_, after) = self.0.split_first().filter(|(first, _)| bytes.contains(first))?;
        self.0 = after;
        Some(())
    }

    fn number(&mut self, digits: usize, range: RangeInclusive<u32>) -> Option<u32> {
        let (digits, after) = self.0.split_at_checked(digits)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = after;
        let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        range.contains(&number).then_some(number)
    }
}
