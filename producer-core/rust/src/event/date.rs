//! The forms of a date that the contract accepts.

use chrono::NaiveDate;

use super::DateDraft;

const MOST_EPOCH_DIGITS: usize = 15;

impl DateDraft<'_> {
    /// True for RFC 3339 text, 1 to 15 digits of text, and whole numbers of that size.
    pub(super) fn is_valid(&self) -> bool {
        match self {
            Self::Text(text) => is_epoch_ms(text) || is_rfc_3339(text.as_bytes()),
            // JSON allows no leading zero, so the digits also bound the value.
            Self::Number(number) => is_epoch_ms(number),
        }
    }
}

fn is_epoch_ms(text: &str) -> bool {
    (1..=MOST_EPOCH_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `YYYY-MM-DDTHH:MM:SS`, a fraction of 1 to 9 digits if any, and an offset.
fn is_rfc_3339(text: &[u8]) -> bool {
    let Some((date_time, rest)) = text.split_at_checked(19) else { return false };
    is_date_time(date_time) && without_fraction(rest).is_some_and(is_offset)
}

fn is_date_time(text: &[u8]) -> bool {
    let separators = text[4] == b'-'
        && text[7] == b'-'
        && matches!(text[10], b'T' | b't')
        && text[13] == b':'
        && text[16] == b':';
    let in_range = |from: usize, to: usize, most: u32| number(&text[from..to]).filter(|n| *n <= most);
    let clock = in_range(11, 13, 23).and(in_range(14, 16, 59)).and(in_range(17, 19, 59));
    let day = || {
        let year = number(&text[0..4]).filter(|year| *year >= 1)?;
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(&text[5..7])?, number(&text[8..10])?)
    };
    separators && clock.is_some() && day().is_some()
}

fn without_fraction(text: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = text.strip_prefix(b".") else { return Some(text) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=9).contains(&digits).then(|| &fraction[digits..])
}

fn is_offset(text: &[u8]) -> bool {
    match text {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            number(&[*h1, *h2]).is_some_and(|hours| hours <= 23)
                && number(&[*m1, *m2]).is_some_and(|minutes| minutes <= 59)
        }
        _ => false,
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> bool {
        DateDraft::Text(text.into()).is_valid()
    }

    #[test]
    fn accepted_text() {
        for date in [
            "2024-01-15T10:30:00Z",
            "2024-01-15t10:30:00z",
            "2024-01-15T10:30:00.1Z",
            "2024-01-15T10:30:00.123456789+05:45",
            "2024-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-23:59",
            "2024-01-15T10:30:00-00:00",
            "0",
            "000000000000000",
            "1705314600000",
            "999999999999999",
        ] {
            assert!(text(date), "{date}");
        }
    }

    #[test]
    fn refused_text() {
        for date in [
            "",
            " ",
            "yesterday",
            "2024-01-15",
            "2024-01-15 10:30:00Z",
            "2024-01-15T10:30Z",
            "2024-01-15T10:30:00",
            "2024-01-15T10:30:00.Z",
            "2024-01-15T10:30:00,1Z",
            "2024-01-15T10:30:00.1234567890Z",
            "2024-01-15T10:30:60Z",
            "2024-01-15T10:60:00Z",
            "2024-01-15T24:00:00Z",
            "2024-01-15T10:30:00+24:00",
            "2024-01-15T10:30:00+23:60",
            "2024-01-15T10:30:00+0100",
            "2024-01-15T10:30:00+01",
            "2024-01-15T10:30:00Z ",
            " 2024-01-15T10:30:00Z",
            "2024-01-15T10:30:00ZZ",
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2024-04-31T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
            "2024-01-00T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "+024-01-15T10:30:00Z",
            "10000-01-01T00:00:00Z",
            "1000000000000000",
            "-1",
            "+1",
            "1.0",
            "1e3",
            "١٢٣",
            "2024-01-15T10:30:0٣Z",
            "1705314600000\0",
        ] {
            assert!(!text(date), "{date:?}");
        }
    }

    #[test]
    fn numbers() {
        for number in ["0", "1705314600000", "999999999999999"] {
            assert!(DateDraft::Number(number).is_valid(), "{number}");
        }
        for number in
            ["1000000000000000", "-1", "-0", "1.0", "1e3", "1E400", "0.5", "-0.0", "123456789012345678901"]
        {
            assert!(!DateDraft::Number(number).is_valid(), "{number}");
        }
    }
}
