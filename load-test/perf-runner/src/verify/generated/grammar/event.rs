//! Events: mostly as they should be, with one or two things wrong now and then.

use super::{
    super::{
        dice::Dice,
        json::{Json, Text},
    },
    attributes, breach, dates, texts,
};

const NAMES: [&str; 5] =
    ["CarCreated", "LoanCreated", "LoanPaymentSubmitted", "CarServiceDone", "ServiceDone"];
const TYPES: [&str; 4] = ["Car", "Loan", "LoanPayment", "Service"];
const UUIDS: [&str; 4] = [
    "550e8400-e29b-41d4-a716-446655440000",
    "550E8400-e29b-41D4-a716-446655440000",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
];

/// An event, right or wrong.
pub(super) fn any(dice: &mut Dice) -> Json {
    let header = header(dice);
    let entities = entities(dice);
    let mut members = vec![
        member("eventHeader", header),
        member("eventBody", Json::Object(vec![member("entities", Json::List(entities))])),
    ];
    if dice.one_in(5) {
        members.reverse();
    }
    let mut event = Json::Object(members);
    if dice.one_in(4) {
        for _ in 0..=dice.below(2) {
            breach::make(dice, &mut event);
        }
    }
    if dice.one_in(6) {
        breach::add_unknown(dice, &mut event);
    }
    event
}

/// A small event that keeps every rule.
pub(super) fn short(id: &str, number: usize) -> Json {
    let entity = Json::Object(vec![
        member("entityType", Json::Text(Text::of("Car"))),
        member("entityId", Json::Text(Text::of(id))),
        member("updatedAttributes", Json::Object(vec![member("n", Json::Number(number.to_string()))])),
    ]);
    Json::Object(vec![
        member("eventHeader", Json::Object(vec![member("eventName", Json::Text(Text::of("CarCreated")))])),
        member("eventBody", Json::Object(vec![member("entities", Json::List(vec![entity]))])),
    ])
}

/// A member of an object.
pub(super) fn member(name: &str, value: Json) -> (Text, Json) {
    (Text::of(name), value)
}

fn header(dice: &mut Dice) -> Json {
    let name = match dice.below(6) {
        0 => texts::any(dice, 12) + ".",
        1 if dice.one_in(4) => texts::long(dice, 255),
        _ => dice.pick(&NAMES).to_owned(),
    };
    let mut members = vec![member("eventName", Json::Text(texts::written(dice, &name)))];
    if dice.one_in(2) {
        members.push(member("uuid", Json::Text(Text::of(dice.pick(&UUIDS)))));
    }
    for name in ["createdDate", "savedDate"] {
        let date = match dice.below(12) {
            0..4 => continue,
            4 => Json::Null,
            5 => dates::number(dice),
            _ => Json::Text(Text::of(&dates::any(dice))),
        };
        members.push(member(name, date));
    }
    if dice.one_in(2) {
        let most = if dice.one_in(10) { 3000 } else { 10 };
        let text = texts::any(dice, most);
        members.push(member("eventType", Json::Text(texts::written(dice, &text))));
    }
    if dice.one_in(3) {
        let first = dice.below(members.len());
        members.rotate_left(first);
    }
    Json::Object(members)
}

fn entities(dice: &mut Dice) -> Vec<Json> {
    let count = match dice.below(40) {
        0 => 100 + dice.below(2),
        1..8 => 2 + dice.below(4),
        _ => 1,
    };
    let mut entities: Vec<Json> = (0..count).map(|_| entity(dice, count > 10)).collect();
    if count > 1 && dice.one_in(3) {
        // The same entity twice in one event, with other attributes.
        let mut again = entities[dice.below(count)].clone();
        if let Some(attributes) = again.member_mut("updatedAttributes") {
            *attributes = attributes::any(dice, count > 10);
        }
        entities[count - 1] = again;
    }
    entities
}

fn entity(dice: &mut Dice, is_one_of_many: bool) -> Json {
    let entity_type = match dice.below(12) {
        0 if !is_one_of_many => texts::any(dice, 8) + "t",
        1 if dice.one_in(6) => texts::long(dice, 100),
        _ => dice.pick(&TYPES).to_owned(),
    };
    let id = match dice.below(12) {
        0 if !is_one_of_many => texts::any(dice, 20) + "i",
        1 if dice.one_in(6) => texts::long(dice, 255),
        // So few that later events update the rows of earlier ones.
        2..6 => format!("loan-{}", dice.below(6)),
        _ => format!("loan-{}", dice.below(1000)),
    };
    let mut members = vec![
        member("entityType", Json::Text(texts::written(dice, &entity_type))),
        member("entityId", Json::Text(texts::written(dice, &id))),
        member("updatedAttributes", attributes::any(dice, is_one_of_many)),
    ];
    if dice.one_in(4) {
        members.reverse();
    }
    Json::Object(members)
}
