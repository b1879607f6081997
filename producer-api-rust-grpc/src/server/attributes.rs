//! A `google.protobuf.Struct` into JSON text, without a tree in between.

use std::cell::Cell;
use std::collections::BTreeMap;

use producer_core::event::{AttributeBreach, MOST_ATTRIBUTE_LEVELS};
use prost_types::value::Kind;
use prost_types::{Struct, Value};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// Below this every whole number is a double, and every whole double prints as itself.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// The JSON text of the attributes, or the first rule that they break.
pub(super) fn json(attributes: &Struct) -> Result<String, AttributeBreach> {
    let breach = Cell::new(None);
    let walk = Walk { breach: &breach, level: 1 };
    let text = serde_json::to_string(&Object { fields: &attributes.fields, walk });
    match (breach.get(), text) {
        (None, Ok(text)) => Ok(text),
        // The writer itself has nothing to refuse: keys are strings and the target grows.
        (breach, _) => Err(breach.unwrap_or(AttributeBreach::NumberOutOfRange)),
    }
}

/// Where in the attributes we are, and what was found so far.
#[derive(Clone, Copy)]
struct Walk<'a> {
    breach: &'a Cell<Option<AttributeBreach>>,
    level: usize,
}

impl Walk<'_> {
    fn found(&self, breach: AttributeBreach) {
        self.breach.set(self.breach.get().or(Some(breach)));
    }

    /// One level further in; none when that is too deep, and then nothing more is written.
    fn deeper(self) -> Option<Self> {
        if self.level == MOST_ATTRIBUTE_LEVELS {
            self.found(AttributeBreach::TooDeep);
            return None;
        }
        Some(Self { level: self.level + 1, ..self })
    }

    fn check_text(&self, text: &str) {
        if text.contains('\0') {
            self.found(AttributeBreach::NulCharacter);
        }
    }
}

struct Object<'a> {
    fields: &'a BTreeMap<String, Value>,
    walk: Walk<'a>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (key, value) in self.fields {
            self.walk.check_text(key);
            map.serialize_entry(key, &Member { value, walk: self.walk })?;
        }
        map.end()
    }
}

struct Member<'a> {
    value: &'a Value,
    walk: Walk<'a>,
}

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value.kind {
            Some(Kind::NullValue(_)) => serializer.serialize_unit(),
            None => {
                self.walk.found(AttributeBreach::NoKind);
                serializer.serialize_unit()
            }
            Some(Kind::BoolValue(value)) => serializer.serialize_bool(*value),
            Some(Kind::NumberValue(number)) => serialize_number(*number, self.walk, serializer),
            Some(Kind::StringValue(text)) => {
                self.walk.check_text(text);
                serializer.serialize_str(text)
            }
            Some(Kind::StructValue(object)) => match self.walk.deeper() {
                Some(walk) => Object { fields: &object.fields, walk }.serialize(serializer),
                None => serializer.serialize_unit(),
            },
            Some(Kind::ListValue(list)) => match self.walk.deeper() {
                Some(walk) => {
                    let mut elements = serializer.serialize_seq(Some(list.values.len()))?;
                    for value in &list.values {
                        elements.serialize_element(&Member { value, walk })?;
                    }
                    elements.end()
                }
                None => serializer.serialize_unit(),
            },
        }
    }
}

fn serialize_number<S: Serializer>(number: f64, walk: Walk<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    if !number.is_finite() {
        walk.found(AttributeBreach::NumberOutOfRange);
        return serializer.serialize_unit();
    }
    // A whole number is written as one, as producers on the other wire write it: 5, not 5.0.
    if number.fract() == 0.0 && number.abs() <= LARGEST_WHOLE {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the range of both types")]
        return serializer.serialize_i64(number as i64);
    }
    serializer.serialize_f64(number)
}

#[cfg(test)]
mod tests {
    use prost_types::ListValue;

    use super::*;

    fn value(kind: Kind) -> Value {
        Value { kind: Some(kind) }
    }

    fn object(key: &str, kind: Kind) -> Struct {
        Struct { fields: BTreeMap::from([(key.to_owned(), value(kind))]) }
    }

    fn number(number: f64) -> Result<String, AttributeBreach> {
        json(&object("n", Kind::NumberValue(number)))
    }

    #[test]
    fn every_kind_is_written() {
        let list = vec![
            value(Kind::NullValue(0)),
            value(Kind::BoolValue(true)),
            value(Kind::StringValue("ü\"\\\n\u{1}😀".into())),
            value(Kind::StructValue(object("k", Kind::NumberValue(24_439.75)))),
            value(Kind::ListValue(ListValue::default())),
        ];
        let attributes = object("list", Kind::ListValue(ListValue { values: list }));
        assert_eq!(json(&attributes).unwrap(), r#"{"list":[null,true,"ü\"\\\n\u0001😀",{"k":24439.75},[]]}"#);
        assert_eq!(json(&Struct::default()).unwrap(), "{}");
    }

    #[test]
    fn whole_numbers_stay_whole_and_others_keep_every_digit() {
        for (double, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (5.0, "5"),
            (-17.0, "-17"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (0.1, "0.1"),
            (1e300, "1e+300"),
            (5e-324, "5e-324"),
            (24_439.75, "24439.75"),
        ] {
            assert_eq!(number(double).unwrap(), format!(r#"{{"n":{text}}}"#));
        }
    }

    #[test]
    fn a_number_that_is_none_breaks_a_rule() {
        for double in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(number(double), Err(AttributeBreach::NumberOutOfRange));
        }
    }

    #[test]
    fn a_value_without_a_kind_breaks_a_rule() {
        let attributes = Struct { fields: BTreeMap::from([("a".to_owned(), Value { kind: None })]) };
        assert_eq!(json(&attributes), Err(AttributeBreach::NoKind));
    }

    #[test]
    fn nul_breaks_a_rule_in_strings_and_keys() {
        assert_eq!(json(&object("a", Kind::StringValue("x\0".into()))), Err(AttributeBreach::NulCharacter));
        assert_eq!(json(&object("\0", Kind::BoolValue(true))), Err(AttributeBreach::NulCharacter));
    }

    #[test]
    fn twenty_levels_are_allowed_and_twenty_one_are_not() {
        let objects = |levels: usize| {
            (1..levels).fold(Struct::default(), |inner, _| object("a", Kind::StructValue(inner)))
        };
        assert!(json(&objects(20)).is_ok());
        assert_eq!(json(&objects(21)), Err(AttributeBreach::TooDeep));
        let lists = |levels: usize| {
            let inner = (2..levels).fold(ListValue::default(), |inner, _| ListValue {
                values: vec![value(Kind::ListValue(inner))],
            });
            object("a", Kind::ListValue(inner))
        };
        assert!(json(&lists(20)).is_ok());
        assert_eq!(json(&lists(21)), Err(AttributeBreach::TooDeep));
    }
}
