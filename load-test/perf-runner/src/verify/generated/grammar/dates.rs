//! Dates in every form, and close to one. What is a date is not decided here.

use super::super::{dice::Dice, json::Json};

/// A date, or nearly one.
pub(super) fn any(dice: &mut Dice) -> String {
    let mut text = match dice.below(6) {
        0 => digits(dice),
        _ => date_time(dice),
    };
    if dice.one_in(25) {
        spoil(dice, &mut text);
    }
    text
}

/// A date as a JSON number, in any spelling.
pub(super) fn number(dice: &mut Dice) -> Json {
    if dice.one_in(3) {
        let odd = ["0", "-0", "-1", "1.0", "1e3", "0e0", "1E12", "1e400", "18446744073709551616"];
        return Json::Number(dice.pick(&odd).to_owned());
    }
    let digits = digits(dice);
    let digits = digits.trim_start_matches('0');
    let number = if digits.is_empty() { "0" } else { digits }.to_owned();
    Json::Number(number)
}

fn digits(dice: &mut Dice) -> String {
    let length = [1, 2, 10, 13, 13, 14, 15, 15, 15, 16, 17, 20][dice.below(12)];
    (0..length).map(|_| char::from(b'0' + u8::try_from(dice.below(10)).unwrap_or(0))).collect()
}

fn date_time(dice: &mut Dice) -> String {
    let no_year = if dice.one_in(20) { "0000" } else { "2024" };
    let year = dice.pick(&["2024", "2023", "2000", "1900", "0001", "9999", "0004", no_year]);
    // Mostly a day that every month has.
    let (month, day) = match dice.below(15) {
        0 => ([2, 2, 4, 12, 1][dice.below(5)], [28, 29, 30, 31, 31][dice.below(5)]),
        1 => (dice.below(14), dice.below(33)),
        _ => (1 + dice.below(12), 1 + dice.below(28)),
    };
    let wild = usize::from(dice.one_in(30));
    let (hour, minute, second) = (dice.below(24 + wild), dice.below(60 + wild), dice.below(60 + wild));
    let fraction = match dice.below(6) {
        0 => format!(".{}", "123456789".get(..=dice.below(9)).unwrap_or("1")),
        1 if dice.one_in(6) => dice.pick(&[".", ".1234567890", ",5", ".0000000000"]).to_owned(),
        _ => String::new(),
    };
    let zone = match dice.below(12) {
        0..6 => dice.pick(&["Z", "z"]).to_owned(),
        6..11 => {
            format!("{}{:02}:{:02}", dice.pick(&["+", "-"]), dice.below(24 + wild), dice.below(60 + wild))
        }
        _ => dice.pick(&["+00:00", "-00:00", "+23:59", "-23:59", "+24:00", "", "+0100", "+01"]).to_owned(),
    };
    let t = dice.pick(&["T", "T", "T", "t"]);
    format!("{year}-{month:02}-{day:02}{t}{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

/// Changes one character, leaves one out or puts one in.
fn spoil(dice: &mut Dice, text: &mut String) {
    let mut chars: Vec<char> = text.chars().collect();
    let at = dice.below(chars.len());
    let char = ['0', '9', '-', ':', '+', ' ', 'T', '\n', '\0', '٣', '２', 'x', '.'][dice.below(13)];
    match dice.below(3) {
        0 => chars[at] = char,
        1 => chars.insert(at, char),
        _ => {
            chars.remove(at);
        }
    }
    *text = chars.into_iter().collect();
}
