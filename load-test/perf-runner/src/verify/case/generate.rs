//! Values that are too large or too many to be written out.

use serde::Deserialize;
use serde_json::{Map, Value};

/// An object with one member whose name begins with `$` stands for what it makes.
#[derive(Debug, Deserialize)]
enum Generator {
    /// A text, many times.
    #[serde(rename = "$repeat")]
    Repeat { text: String, times: usize },
    /// Containers in each other; the innermost is empty.
    #[serde(rename = "$nested")]
    Nested { levels: usize, of: Container },
    /// An array; `${i}` in the item counts from 0, or down to it.
    #[serde(rename = "$list")]
    List {
        times: usize,
        item: Value,
        #[serde(default)]
        down: bool,
    },
    /// An object; `${i}` in key and value counts from 0. Other members may stand beside them.
    #[serde(rename = "$keys")]
    Keys {
        times: usize,
        key: String,
        value: Value,
        #[serde(default)]
        and: Map<String, Value>,
    },
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Container {
    Objects,
    Arrays,
    /// Objects and arrays in turn, an object outermost.
    Both,
}

/// Replaces every generator in a value by what it makes.
///
/// # Errors
/// Says which generator is not understood.
pub(super) fn expand(value: &Value) -> Result<Value, String> {
    match value {
        Value::Object(members) => match members.iter().next() {
            Some((name, _)) if members.len() == 1 && name.starts_with('$') => {
                let generator = Generator::deserialize(value)
                    .map_err(|error| format!("`{name}` is no generator that can be used: {error}"))?;
                generated(generator)
            }
            _ => {
                let expanded = members.iter().map(|(name, value)| Ok((name.clone(), expand(value)?)));
                expanded.collect::<Result<_, _>>().map(Value::Object)
            }
        },
        Value::Array(values) => values.iter().map(expand).collect::<Result<_, _>>().map(Value::Array),
        _ => Ok(value.clone()),
    }
}

fn generated(generator: Generator) -> Result<Value, String> {
    match generator {
        Generator::Repeat { text, times } => Ok(Value::String(text.repeat(times))),
        Generator::Nested { levels, of } => Ok(nested(levels, of)),
        Generator::List { times, item, down } => {
            let number = |index| if down { times - 1 - index } else { index };
            let items = (0..times).map(|index| expand(&numbered(&item, "${i}", number(index))));
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        Generator::Keys { times, key, value, and } => {
            let members = (0..times).map(|index| {
                let key = key.replace("${i}", &index.to_string());
                Ok((key, expand(&numbered(&value, "${i}", index))?))
            });
            members.chain(and.into_iter().map(Ok)).collect::<Result<_, _>>().map(Value::Object)
        }
    }
}

fn nested(levels: usize, of: Container) -> Value {
    let is_array = |level: usize| match of {
        Container::Objects => false,
        Container::Arrays => true,
        Container::Both => level.is_multiple_of(2),
    };
    let empty = |level| if is_array(level) { Value::Array(vec![]) } else { Value::Object(Map::new()) };
    let inner = empty(levels.max(1));
    (1..levels).rev().fold(inner, |inner, level| match empty(level) {
        Value::Array(_) => Value::Array(vec![inner]),
        _ => Value::Object(Map::from_iter([("k".to_owned(), inner)])),
    })
}

/// Puts a number in place of a mark, in every string and key.
pub(super) fn numbered(value: &Value, mark: &str, number: usize) -> Value {
    let put = |text: &str| text.replace(mark, &number.to_string());
    match value {
        Value::String(text) => Value::String(put(text)),
        Value::Array(values) => {
            Value::Array(values.iter().map(|value| numbered(value, mark, number)).collect())
        }
        Value::Object(members) => Value::Object(
            members.iter().map(|(key, value)| (put(key), numbered(value, mark, number))).collect(),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn generators_make_what_they_say() {
        let value = json!({
            "text": { "$repeat": { "text": "ab", "times": 3 } },
            "deep": { "$nested": { "levels": 3, "of": "objects" } },
            "mixed": { "$nested": { "levels": 4, "of": "both" } },
            "list": { "$list": { "times": 2, "item": { "id": "c-${i}" } } },
            "down": { "$list": { "times": 2, "item": "${i}", "down": true } },
            "keys": { "$keys": { "times": 2, "key": "k${i}", "value": 1, "and": { "more": null } } },
            "plain": { "$not": 1, "two": 2 },
        });
        let expected = json!({
            "text": "ababab",
            "deep": { "k": { "k": {} } },
            "mixed": { "k": [{ "k": [] }] },
            "list": [{ "id": "c-0" }, { "id": "c-1" }],
            "down": ["1", "0"],
            "keys": { "k0": 1, "k1": 1, "more": null },
            "plain": { "$not": 1, "two": 2 },
        });
        assert_eq!(expand(&value), Ok(expected));
    }

    #[test]
    fn an_unknown_generator_is_refused_by_name() {
        let fault = expand(&json!({ "a": { "$repaet": { "text": "x", "times": 1 } } })).unwrap_err();
        assert!(fault.starts_with("`$repaet` is no generator that can be used"), "{fault}");
    }
}
