//! The rules that only a walk through the attributes can check.

use std::borrow::Cow;

use producer_core::event::{AttributeBreach, MOST_ATTRIBUTE_LEVELS};

use super::tokens::{Token, Tokens};

/// A number without an exponent has to be longer than this to leave a double's range.
const MOST_PLAIN_DIGITS: usize = 300;

/// Half of a surrogate pair, escaped, without its other half: no text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoneSurrogate;

/// Checks the text of a JSON object that the parser has accepted, and gives it back.
///
/// Numbers that a database could refuse though they fit a double (`0e99999`, a thousand
/// decimal places) are replaced by the double that they denote; all others stay as written.
pub(super) fn check(text: &str) -> Result<Result<Cow<'_, str>, AttributeBreach>, LoneSurrogate> {
    let mut checked = Checked { text, copied_to: 0, rewritten: String::new() };
    let mut breach = None;
    let mut level = 0_usize;
    let mut tokens = Tokens::new(text);
    while let Some(token) = tokens.next() {
        let broken = match token {
            Token::Open => {
                level += 1;
                (level > MOST_ATTRIBUTE_LEVELS).then_some(AttributeBreach::TooDeep)
            }
            Token::Close => {
                level = level.saturating_sub(1);
                None
            }
            Token::Text(text) => has_nul(text)?.then_some(AttributeBreach::NulCharacter),
            Token::Number(number) if is_plain(number) => None,
            Token::Number(number) => checked.rewrite(number, tokens.position()),
        };
        // The walk goes on: a lone surrogate further on outweighs a broken rule.
        breach = breach.or(broken);
    }
    Ok(match breach {
        Some(breach) => Err(breach),
        None => Ok(checked.finish()),
    })
}

fn is_plain(number: &str) -> bool {
    number.len() <= MOST_PLAIN_DIGITS && !number.bytes().any(|byte| matches!(byte, b'e' | b'E'))
}

/// The text so far, copied only when a number in it has to change.
struct Checked<'a> {
    text: &'a str,
    copied_to: usize,
    rewritten: String,
}

impl<'a> Checked<'a> {
    fn rewrite(&mut self, number: &str, end: usize) -> Option<AttributeBreach> {
        let double = number.parse::<f64>().ok().filter(|double| double.is_finite());
        let Some(double) = double else { return Some(AttributeBreach::NumberOutOfRange) };
        let before = self.text.get(self.copied_to..end - number.len()).unwrap_or_default();
        self.rewritten.push_str(before);
        self.rewritten.push_str(&double.to_string());
        self.copied_to = end;
        None
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.copied_to == 0 {
            return Cow::Borrowed(self.text);
        }
        self.rewritten.push_str(self.text.get(self.copied_to..).unwrap_or_default());
        Cow::Owned(self.rewritten)
    }
}

/// Whether an escape in `text` stands for NUL; unescaped, JSON has none.
fn has_nul(text: &str) -> Result<bool, LoneSurrogate> {
    let mut nul = false;
    let mut rest = text;
    while let Some((_, escaped)) = rest.split_once('\\') {
        let Some(unit) = code_unit(escaped) else {
            // A one-character escape; its character may be a backslash.
            rest = escaped.get(1..).unwrap_or_default();
            continue;
        };
        rest = &escaped[5..];
        match unit {
            0 => nul = true,
            0xD800..=0xDBFF => {
                let low = rest.strip_prefix('\\').and_then(code_unit);
                if !low.is_some_and(|low| (0xDC00..=0xDFFF).contains(&low)) {
                    return Err(LoneSurrogate);
                }
                rest = &rest[6..];
            }
            0xDC00..=0xDFFF => return Err(LoneSurrogate),
            _ => {}
        }
    }
    Ok(nul)
}

/// The code unit of `uXXXX` at the beginning of `escaped`.
fn code_unit(escaped: &str) -> Option<u16> {
    u16::from_str_radix(escaped.strip_prefix('u')?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}{}", r#"{"a":"#.repeat(levels - 1) + "{", "}".repeat(levels))
    }

    #[test]
    fn ordinary_attributes_stay_as_they_were_written() {
        for text in [
            "{}",
            r#"{ "balance": 24439.75, "n": -0, "x": 1.50, "s": "\u00fc\ud83d\ude00\n\\u0000\"" }"#,
            r#"{"big":9007199254740992,"null":null,"list":[1,[2,{}]]}"#,
        ] {
            assert_eq!(check(text), Ok(Ok(Cow::Borrowed(text))));
        }
    }

    #[test]
    fn twenty_levels_are_allowed_and_twenty_one_are_not() {
        assert!(check(&nested(20)).unwrap().is_ok());
        assert_eq!(check(&nested(21)), Ok(Err(AttributeBreach::TooDeep)));
        let arrays = format!(r#"{{"a":{}{}}}"#, "[".repeat(20), "]".repeat(20));
        assert_eq!(check(&arrays), Ok(Err(AttributeBreach::TooDeep)));
    }

    #[test]
    fn numbers_must_fit_a_double() {
        let long = "9".repeat(400);
        for number in ["1e400", "-1E+309", &long, "1e99999999999999999999"] {
            let text = format!(r#"{{"a":{number}}}"#);
            assert_eq!(check(&text), Ok(Err(AttributeBreach::NumberOutOfRange)), "{number}");
        }
        assert!(check(r#"{"a":1.7976931348623157e308}"#).unwrap().is_ok());
    }

    #[test]
    fn numbers_that_only_a_database_refuses_become_the_double_they_denote() {
        let long = format!("1.{}", "0".repeat(20_000));
        let text = format!(r#"{{"a":0e99999,"b":[1e3,1e-400],"c":{long},"d":1.50}}"#);
        assert_eq!(check(&text).unwrap().unwrap(), r#"{"a":0,"b":[1000,0],"c":1,"d":1.50}"#);
    }

    #[test]
    fn nul_is_found_in_strings_and_keys() {
        for text in [r#"{"a":"\u0000"}"#, r#"{"\u0000":1}"#, r#"{"a":["x\\\u0000"]}"#] {
            assert_eq!(check(text), Ok(Err(AttributeBreach::NulCharacter)), "{text}");
        }
    }

    #[test]
    fn a_lone_surrogate_is_no_text_and_outweighs_a_broken_rule() {
        for text in [
            r#"{"a":"\ud800"}"#,
            r#"{"a":"\udc00"}"#,
            r#"{"a":"\udc00\ud800"}"#,
            r#"{"a":"\ud800\ud800"}"#,
            r#"{"a":"\uD83Dx"}"#,
            r#"{"\ud800":1}"#,
            r#"{"a":1e400,"b":"\u0000","c":"\ud800"}"#,
        ] {
            assert_eq!(check(text), Err(LoneSurrogate), "{text}");
        }
    }
}
