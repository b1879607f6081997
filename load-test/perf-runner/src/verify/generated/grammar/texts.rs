//! Texts: plain, at the limits of their length, in all scripts, and broken.

use super::super::{dice::Dice, json::Text};

/// Characters that somebody may count, fold, trim, escape or refuse wrongly.
const CHARACTERS: [char; 34] = [
    'a',
    'Z',
    '0',
    ' ',
    '\t',
    '\n',
    '"',
    '\\',
    '/',
    '\'',
    '$',
    '{',
    '%',
    '<',
    '\u{1}',
    '\u{1f}',
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{a0}',
    'é',
    'ß',
    '\u{301}',
    '\u{200b}',
    '\u{200d}',
    '\u{2028}',
    '\u{3000}',
    '線',
    '\u{fdd0}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '🚗',
    '\u{10ffff}',
];

/// Every character with the property `White_Space`.
const WHITE_SPACE: [char; 25] = [
    '\t', '\n', '\u{b}', '\u{c}', '\r', ' ', '\u{85}', '\u{a0}', '\u{1680}', '\u{2000}', '\u{2001}',
    '\u{2002}', '\u{2003}', '\u{2004}', '\u{2005}', '\u{2006}', '\u{2007}', '\u{2008}', '\u{2009}',
    '\u{200a}', '\u{2028}', '\u{2029}', '\u{202f}', '\u{205f}', '\u{3000}',
];

/// Texts that some software takes for something else.
const TRAPS: [&str; 16] = [
    "NULL",
    "null",
    "true",
    "1e3",
    "O'Loan; drop table car_entities; --",
    "{\"a\":1}",
    "a\"b\\c,{d}",
    "%s $1 ?",
    "\\u0000",
    "\u{1c}\u{1d}",
    "\u{200b}",
    "\u{180e}",
    "e\u{301}",
    "\u{e9}",
    " a ",
    "İıſK",
];

/// Any text of characters that may stand in a row.
pub(super) fn any(dice: &mut Dice, most: usize) -> String {
    match dice.below(4) {
        0 => dice.pick(&TRAPS).to_owned(),
        1 => format!("text {}", dice.below(1000)),
        _ => {
            let length = dice.below(most) + 1;
            (0..length).map(|_| CHARACTERS[dice.below(CHARACTERS.len())]).collect()
        }
    }
}

/// A text around a limit of length, mostly as long as it may be.
pub(super) fn long(dice: &mut Dice, limit: usize) -> String {
    let length = limit + [0, 0, 1, 1, 2][dice.below(5)] - [0, 1][dice.below(2)];
    let char = ['x', 'é', '線', '🚗', '\u{301}', ' '][dice.below(6)];
    let mut text: String = std::iter::repeat_n(char, length.saturating_sub(1)).collect();
    text.push(['y', '🚗', '\u{3000}'][dice.below(3)]);
    text
}

/// A text that breaks some rule: empty, blank, too long, with a NUL.
pub(super) fn bad(dice: &mut Dice, limit: usize) -> String {
    match dice.below(4) {
        0 => String::new(),
        1 => {
            let length = dice.below(5) + 1;
            (0..length).map(|_| WHITE_SPACE[dice.below(WHITE_SPACE.len())]).collect()
        }
        2 => long(dice, limit + 1),
        _ => {
            let mut text: Vec<char> = any(dice, 6).chars().collect();
            text.insert(dice.below(text.len() + 1), '\0');
            text.into_iter().collect()
        }
    }
}

/// One way to write a text in JSON.
pub(super) fn written(dice: &mut Dice, text: &str) -> Text {
    if dice.below(3) > 0 {
        return Text::of(text);
    }
    let mut source = String::new();
    for char in text.chars() {
        match char {
            '/' if dice.one_in(2) => source.push_str("\\/"),
            '\n' if dice.one_in(2) => source.push_str("\\n"),
            '\t' if dice.one_in(2) => source.push_str("\\t"),
            char if dice.one_in(4) => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    let escape = format!("\\u{unit:04x}");
                    let upper = escape.to_uppercase().replace('U', "u");
                    source.push_str(if dice.one_in(2) { &upper } else { &escape });
                }
            }
            char => source.push_str(Text::of(&char.to_string()).source()),
        }
    }
    Text::from_source(source)
}

/// A text with half a pair of surrogates in it.
pub(super) fn lone_surrogate(dice: &mut Dice) -> Text {
    let half =
        dice.pick(&["\\ud800", "\\uDBFF", "\\udc00", "\\udfff", "\\ude97\\ud83d", "\\ud83d\\ud83d\\ude97"]);
    let before = Text::of(&any(dice, 4));
    Text::from_source(format!("{}{half} after", before.source()))
}
