//! Numbers at the edges of a double, each in several ways of writing.

use super::super::{dice::Dice, oracle::Decimal};

/// Numbers that somebody may round, overflow or print wrongly.
const EDGES: [&str; 28] = [
    "0",
    "-0",
    "0.0",
    "-0.0",
    "0e0",
    "0E-3",
    "1",
    "-1",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740992",
    "0.1",
    "0.30000000000000004",
    "24439.75",
    "1.005",
    "4.35",
    "1e21",
    "1e-7",
    "8.41e21",
    "5e-324",
    "-5e-324",
    "2.2250738585072014e-308",
    "2.225073858507201e-308",
    "1.7976931348623157e308",
    "-1.7976931348623157e+308",
    "9.5367431640625e-7",
    "4294967296",
    "2147483648.5",
];

/// Numbers beyond every double.
const BEYOND: [&str; 5] = ["1e400", "-1e400", "1.8e308", "1e309", "123456789e9999"];

/// A number that fits a double and that a double prints back.
pub(super) fn fitting(dice: &mut Dice) -> String {
    match dice.below(5) {
        0 => dice.below(100_000).to_string(),
        1 => {
            let integer = dice.bits() >> (11 + dice.below(50));
            if dice.one_in(2) { format!("-{integer}") } else { integer.to_string() }
        }
        2 => dice.pick(&EDGES).to_owned(),
        3 => format!("{}.{:02}", dice.below(1_000_000), dice.below(100)),
        _ => {
            let number = f64::from_bits(dice.bits());
            let number = if number.is_finite() { number } else { 0.5 };
            rewritten(dice, &format!("{number:e}"))
        }
    }
}

/// A number that fits no double.
pub(super) fn beyond(dice: &mut Dice) -> String {
    if dice.one_in(6) {
        format!("1{}", "0".repeat(309 + dice.below(100)))
    } else {
        dice.pick(&BEYOND).to_owned()
    }
}

/// The same number in another spelling.
fn rewritten(dice: &mut Dice, number: &str) -> String {
    let Some(Decimal { is_negative, digits, exponent }) = Decimal::of(number) else {
        return number.to_owned();
    };
    if digits.is_empty() {
        return number.to_owned();
    }
    let sign = if is_negative { "-" } else { "" };
    let e = dice.pick(&["e", "E"]);
    let point = 1 + dice.below(digits.len());
    let (whole, fraction) = digits.split_at(point);
    let exponent = exponent + i64::try_from(fraction.len()).unwrap_or(0);
    let plus = if exponent >= 0 && dice.one_in(2) { "+" } else { "" };
    let zeros = "0".repeat(dice.below(3));
    let fraction = format!("{fraction}{zeros}");
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{dot}{fraction}{e}{plus}{exponent}")
}
