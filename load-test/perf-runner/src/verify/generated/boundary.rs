//! What lies outside the contract, and so must not be held against anybody: two
//! members of one name in one object, integers beyond 2^53, decimals with more
//! digits than a double prints back, and messages nested between what the rules
//! refuse and what every protobuf library reads.

use std::collections::BTreeSet;

use prost::Message as _;

use super::{
    item::Item,
    json::{self, Json},
    oracle::{Decimal, double},
};
use crate::wire::pb;

/// The mark that a case file puts a number in place of.
const MARK: &str = "${";
/// 2^53.
const LARGEST_INTEGER: f64 = 9_007_199_254_740_992.0;
/// Levels of attributes that every protobuf library reads.
const MOST_MESSAGE_LEVELS: usize = 30;

/// Whether the contract says what must come of this.
pub(super) fn is_inside(item: &Item) -> bool {
    match item {
        Item::Event(body) => is_json_inside(body),
        Item::Bulk(body) => is_json_inside(body) && body.len() < 16 * 1024 * 1024,
        Item::Mapped(event) => is_json_inside(event.as_bytes()) && is_event_of_message(event),
        Item::Message(bytes) => is_message_inside(bytes),
    }
}

fn is_json_inside(body: &[u8]) -> bool {
    let is_marked = body.windows(MARK.len()).any(|window| window == MARK.as_bytes());
    !is_marked && json::parse(body, 64).is_none_or(|value| has_own_names(&value) && has_plain_numbers(&value))
}

fn has_own_names(value: &Json) -> bool {
    match value {
        Json::List(items) => items.iter().all(has_own_names),
        Json::Object(members) => {
            let mut names = BTreeSet::new();
            let mut is_new = |name: String| names.insert(name);
            members.iter().all(|(name, value)| {
                is_new(name.meaning().unwrap_or_else(|| name.source().to_owned())) && has_own_names(value)
            })
        }
        _ => true,
    }
}

/// Numbers are looked at wherever they are, except where a date may be.
fn has_plain_numbers(value: &Json) -> bool {
    match value {
        Json::Number(written) => is_plain(written),
        Json::List(items) => items.iter().all(has_plain_numbers),
        Json::Object(members) => members.iter().all(|(name, value)| {
            let is_date = matches!(name.meaning().as_deref(), Some("createdDate" | "savedDate"));
            (is_date && matches!(value, Json::Number(_))) || has_plain_numbers(value)
        }),
        _ => true,
    }
}

fn is_plain(written: &str) -> bool {
    // A number of 400 digits or with a huge exponent fits no double, which is a rule.
    let Some(number) = double(written) else { return true };
    let is_integer = !written.contains(['.', 'e', 'E']);
    let prints_back = Decimal::of(written).is_some_and(|it| {
        Some(&it) == Decimal::of(&format!("{number:e}")).as_ref() && !is_between_two(number, &it)
    });
    prints_back && !(is_integer && number.abs() > LARGEST_INTEGER)
}

/// Whether two decimals of the least length are equally near to the double: languages
/// differ in which of them they print.
fn is_between_two(number: f64, printed: &Decimal) -> bool {
    let exact = Decimal::of(&format!("{number:.1074e}"));
    exact.is_some_and(|it| it.digits.len() == printed.digits.len() + 1 && it.digits.ends_with('5'))
}

fn is_event_of_message(event: &str) -> bool {
    let levels_above = 4;
    json::parse(event.as_bytes(), levels_above + MOST_MESSAGE_LEVELS).is_some()
}

/// What does not decode is always inside: the grammar makes only such bytes of it as
/// every library refuses.
fn is_message_inside(bytes: &[u8]) -> bool {
    match pb::EventRequest::decode(bytes) {
        Ok(message) => message.event_body.iter().flat_map(|body| &body.entities).all(|entity| {
            let attributes = entity.updated_attributes.iter();
            attributes
                .flat_map(|attributes| attributes.fields.values())
                .all(|value| levels(value) < MOST_MESSAGE_LEVELS)
        }),
        Err(_) => true,
    }
}

fn levels(value: &prost_types::Value) -> usize {
    use prost_types::value::Kind;
    match &value.kind {
        Some(Kind::StructValue(inner)) => 1 + inner.fields.values().map(levels).max().unwrap_or(0),
        Some(Kind::ListValue(list)) => 1 + list.values.iter().map(levels).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_event_inside(attributes: &str) -> bool {
        is_inside(&Item::Event(attributes.as_bytes().to_vec()))
    }

    #[test]
    fn numbers_that_a_double_prints_back_are_inside() {
        for number in
            ["9007199254740992", "24439.750", "5e-324", "1e400", "-0.0", "1e21", "0.30000000000000004"]
        {
            assert!(is_event_inside(&format!("{{\"a\":{number}}}")), "{number}");
        }
        for number in
            ["9007199254740993", "9007199254740994", "0.1000000000000000055", "1e-400", "17976931348623157"]
        {
            assert!(!is_event_inside(&format!("{{\"a\":{number}}}")), "{number}");
        }
    }

    #[test]
    fn a_number_that_languages_print_in_two_ways_is_outside() {
        // The double between them is 1728500768793356.25.
        assert!(!is_event_inside(r#"{"a":-172850076879.335630E4}"#));
        assert!(!is_event_inside(r#"{"a":1728500768793356.2}"#));
        assert!(is_event_inside(r#"{"a":0.5}"#) && is_event_inside(r#"{"a":1728500768793.3562}"#));
    }

    #[test]
    fn two_members_of_one_name_are_outside_however_they_are_written() {
        assert!(!is_event_inside(r#"{"x":[{"a":1,"\u0061":2}]}"#));
        assert!(is_event_inside(r#"{"a":{"a":1},"A":2}"#));
    }

    #[test]
    fn a_date_may_be_any_number() {
        assert!(is_event_inside(r#"{"eventHeader":{"createdDate":18446744073709551616}}"#));
    }
}
