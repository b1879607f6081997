//! Attributes: every type of JSON, keys of any form, nesting around its limit.

use super::{
    super::{
        dice::Dice,
        json::{Json, Text},
    },
    numbers, texts,
};

/// Few keys, so that events meet in them.
const KEYS: [&str; 14] = [
    "a",
    "b",
    "balance",
    "lastPaidDate",
    "",
    " ",
    "a.b",
    "$ref",
    "__proto__",
    "A",
    "線",
    "🚗",
    "e\u{301}",
    "\\u0061",
];

/// The attributes of an entity.
pub(super) fn any(dice: &mut Dice, is_one_of_many: bool) -> Json {
    let count = match dice.below(12) {
        0 => 0,
        1 if !is_one_of_many => 20 + dice.below(60),
        _ => 1 + dice.below(4),
    };
    let mut members = members(dice, count, 3);
    if !is_one_of_many && dice.one_in(12) {
        let levels = [2, 18, 19, 19, 20, 20, 29][dice.below(7)];
        push(&mut members, Text::of("deep"), nested(dice, levels));
    }
    Json::Object(members)
}

/// Any value, with at most so many levels.
pub(super) fn any_value(dice: &mut Dice, levels: usize) -> Json {
    match dice.below(if levels > 0 { 12 } else { 9 }) {
        0 => Json::Null,
        1 => Json::Bool(dice.one_in(2)),
        2..6 => Json::Number(numbers::fitting(dice)),
        6..9 => {
            let text = texts::any(dice, 12);
            Json::Text(texts::written(dice, &text))
        }
        9 => Json::List((0..dice.below(4)).map(|_| any_value(dice, levels - 1)).collect()),
        _ => {
            let count = dice.below(4);
            Json::Object(members(dice, count, levels - 1))
        }
    }
}

/// So many containers in each other, with something in the innermost now and then.
pub(super) fn nested(dice: &mut Dice, levels: usize) -> Json {
    let mut value = match dice.below(3) {
        0 => Json::List(Vec::new()),
        1 => Json::Object(Vec::new()),
        _ => Json::List(vec![Json::Null, Json::Number(numbers::fitting(dice))]),
    };
    for _ in 1..levels {
        value = match dice.below(2) {
            0 => Json::List(vec![value]),
            _ => Json::Object(vec![(Text::of("k"), value)]),
        };
    }
    value
}

fn members(dice: &mut Dice, count: usize, levels: usize) -> Vec<(Text, Json)> {
    let mut members = Vec::new();
    for index in 0..count {
        let key = match dice.below(8) {
            0 => texts::any(dice, 6),
            1 => format!("key {index}"),
            _ => dice.pick(&KEYS).to_owned(),
        };
        let key = texts::written(dice, &key);
        let value = any_value(dice, levels);
        push(&mut members, key, value);
    }
    members
}

/// Adds a member unless one of this name is there: two are outside the contract.
pub(super) fn push(members: &mut Vec<(Text, Json)>, key: Text, value: Json) {
    let meaning = key.meaning();
    if members.iter().all(|(known, _)| known.meaning() != meaning) {
        members.push((key, value));
    }
}
