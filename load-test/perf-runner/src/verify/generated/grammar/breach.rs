//! One thing wrong with an event, or one thing that nobody knows.

use super::{
    super::{
        dice::Dice,
        json::{Json, Text},
    },
    attributes, numbers, texts,
};

const HEADER: [&str; 5] = ["uuid", "eventName", "createdDate", "savedDate", "eventType"];
const ENTITY: [&str; 3] = ["entityType", "entityId", "updatedAttributes"];
const UUIDS: [&str; 7] = [
    "",
    "x",
    "550e8400e29b41d4a716446655440000",
    "{550e8400-e29b-41d4-a716-446655440000}",
    "550e8400-e29b-41d4-a716-44665544000g",
    "550e84-00e29b-41d4-a716-446655440000",
    "550e8400-e29b-41d4-a716-446655440000 ",
];

/// Makes one thing wrong, or at least odd.
pub(super) fn make(dice: &mut Dice, event: &mut Json) {
    match dice.below(10) {
        0 => spoil(dice, event, &["eventHeader", "eventBody"]),
        1..5 => {
            if let Some(header) = event.member_mut("eventHeader") {
                spoil(dice, header, &HEADER);
            }
        }
        5 => {
            if let Some(body) = event.member_mut("eventBody") {
                spoil(dice, body, &["entities"]);
            }
        }
        6 => {
            if let Some(entity) = entity(dice, event) {
                *entity = if dice.one_in(2) { Json::Null } else { attributes::any_value(dice, 2) };
            }
        }
        _ => {
            if let Some(entity) = entity(dice, event) {
                spoil(dice, entity, &ENTITY);
            }
        }
    }
}

/// Adds a member that the contract does not know, which may hold whatever JSON can.
pub(super) fn add_unknown(dice: &mut Dice, event: &mut Json) {
    let (place, above) = match dice.below(4) {
        0 => (Some(event), 1),
        1 => (event.member_mut("eventHeader"), 2),
        2 => (event.member_mut("eventBody"), 2),
        _ => (entity(dice, event), 4),
    };
    let Some(Json::Object(members)) = place else { return };
    let name = match dice.below(5) {
        0 => texts::lone_surrogate(dice),
        1 => {
            Text::of(dice.pick(&["EVENTHEADER", "eventname", "EntityId", "entity_type", "updatedattributes"]))
        }
        _ => Text::of(dice.pick(&["extra", "unknown", "d\0", "", "entityIds"])),
    };
    let value = match dice.below(7) {
        0 => Json::Text(texts::lone_surrogate(dice)),
        1 => Json::Text(Text::of("\0")),
        2 => Json::Number(numbers::beyond(dice)),
        // The whole body is then 64 or 65 levels deep, or far from it.
        3 => {
            let levels = 64 + dice.below(2) - above;
            attributes::nested(dice, levels)
        }
        _ => attributes::any_value(dice, 4),
    };
    let at = dice.below(members.len() + 1);
    let before = members.len();
    attributes::push(members, name, value);
    if members.len() > before
        && let Some(added) = members.pop()
    {
        members.insert(at, added);
    }
}

fn entity<'a>(dice: &mut Dice, event: &'a mut Json) -> Option<&'a mut Json> {
    match event.member_mut("eventBody")?.member_mut("entities")? {
        Json::List(entities) if !entities.is_empty() => {
            let index = dice.below(entities.len());
            entities.get_mut(index)
        }
        _ => None,
    }
}

/// Spoils one member of these names.
fn spoil(dice: &mut Dice, object: &mut Json, names: &[&'static str]) {
    let name = dice.pick(names);
    let bad = bad_value(dice, name);
    let Json::Object(members) = object else { return };
    let at = members.iter().position(|(key, _)| key.meaning().as_deref() == Some(name));
    let Some(at) = at else {
        members.push((Text::of(name), bad));
        return;
    };
    match dice.below(10) {
        0 => {
            members.remove(at);
        }
        1 => members[at].1 = Json::Null,
        2 => members[at].0 = Text::of(&name.to_uppercase()),
        3 => members[at].1 = attributes::any_value(dice, 2),
        _ => members[at].1 = bad,
    }
}

fn bad_value(dice: &mut Dice, name: &str) -> Json {
    if dice.one_in(8) && name != "updatedAttributes" && name != "entities" {
        return Json::Text(texts::lone_surrogate(dice));
    }
    let text = match name {
        "uuid" => dice.pick(&UUIDS).to_owned(),
        "eventName" | "entityId" => texts::bad(dice, 255),
        "entityType" => texts::bad(dice, 100),
        "eventType" => "\0".to_owned(),
        "createdDate" | "savedDate" => texts::bad(dice, 16),
        "updatedAttributes" => return bad_attributes(dice),
        "entities" => return bad_entities(dice),
        _ => return Json::Object(Vec::new()),
    };
    Json::Text(texts::written(dice, &text))
}

fn bad_attributes(dice: &mut Dice) -> Json {
    let value = match dice.below(5) {
        0 => Json::Text(texts::lone_surrogate(dice)),
        1 => Json::Number(numbers::beyond(dice)),
        2 => Json::Text(Text::of("a\0")),
        3 => attributes::nested(dice, 20),
        _ => return Json::List(Vec::new()),
    };
    let value = match dice.below(3) {
        0 => Json::List(vec![Json::Object(vec![(Text::of("b"), value)])]),
        _ => value,
    };
    let key = if dice.one_in(6) { Text::of("k\0") } else { Text::of("bad") };
    let mut attributes = attributes::any(dice, false);
    if let Json::Object(members) = &mut attributes {
        attributes::push(members, key, value);
    }
    attributes
}

fn bad_entities(dice: &mut Dice) -> Json {
    match dice.below(4) {
        0 => Json::List(Vec::new()),
        1 => Json::Object(Vec::new()),
        // Too many, of which the last ones are wrong as well.
        2 => Json::List((0..101 + dice.below(3)).map(|_| attributes::any_value(dice, 1)).collect()),
        _ => {
            let items = (0..101 + dice.below(3))
                .map(|_| if dice.one_in(40) { Json::Null } else { Json::Object(Vec::new()) });
            Json::List(items.collect())
        }
    }
}
