//! Makes a sequence of requests that shows a difference as small as it can be while
//! it still shows one. What is tried is decided here, whether it still differs by
//! whoever plays it.

use super::{
    boundary,
    item::Item,
    json::{self, Json, Text},
};
use crate::fault::Fault;

/// How often at most something smaller is tried.
const MOST_TRIALS: usize = 1500;

/// Parts of a body of so many bytes are left out wherever they may begin.
const MOST_BYTES_ANYWHERE: usize = 8;

/// Asks whether a smaller sequence still differs, until nobody wants to know any more.
struct Trials<F> {
    left: usize,
    differs: F,
}

impl<F: AsyncFnMut(&[Item]) -> Result<bool, Fault>> Trials<F> {
    async fn differs(&mut self, items: &[Item]) -> Result<bool, Fault> {
        if self.left == 0 || items.is_empty() {
            return Ok(false);
        }
        self.left -= 1;
        (self.differs)(items).await
    }
}

/// The smallest sequence found. `differs` plays a sequence; the first one does differ.
///
/// # Errors
/// Those of `differs`.
pub(super) async fn shrink(
    mut items: Vec<Item>,
    differs: impl AsyncFnMut(&[Item]) -> Result<bool, Fault>,
) -> Result<Vec<Item>, Fault> {
    let mut trials = Trials { left: MOST_TRIALS, differs };
    fewer(&mut items, &mut trials).await?;
    loop {
        let before = items.clone();
        for index in 0..items.len() {
            smaller(&mut items, index, &mut trials).await?;
        }
        if items == before || trials.left == 0 {
            return Ok(items);
        }
    }
}

/// Leaves out whole requests: half of them, then a quarter, then one by one.
async fn fewer<F: AsyncFnMut(&[Item]) -> Result<bool, Fault>>(
    items: &mut Vec<Item>,
    trials: &mut Trials<F>,
) -> Result<(), Fault> {
    let mut length = items.len() / 2;
    while length > 0 {
        let mut from = 0;
        while from < items.len() {
            let mut left = items.clone();
            left.drain(from..(from + length).min(items.len()));
            if trials.differs(&left).await? {
                *items = left;
            } else {
                from += length;
            }
        }
        length /= 2;
    }
    Ok(())
}

/// Makes one request smaller.
async fn smaller<F: AsyncFnMut(&[Item]) -> Result<bool, Fault>>(
    items: &mut [Item],
    index: usize,
    trials: &mut Trials<F>,
) -> Result<(), Fault> {
    let mut number = 0;
    while trials.left > 0 {
        let Some(candidate) = candidate(&items[index], number) else { return Ok(()) };
        let is_worth_it = candidate != items[index] && boundary::is_inside(&candidate);
        let mut changed = items.to_vec();
        changed[index] = candidate;
        if is_worth_it && trials.differs(&changed).await? {
            items.clone_from_slice(&changed);
        } else {
            number += 1;
        }
    }
    Ok(())
}

/// The smaller request of this number; none when there are no more.
fn candidate(item: &Item, number: usize) -> Option<Item> {
    match item {
        Item::Event(body) => smaller_body(body, number).map(Item::Event),
        Item::Bulk(body) => smaller_body(body, number).map(Item::Bulk),
        Item::Mapped(event) => {
            let event = smaller_json(&json::parse(event.as_bytes(), 64)?, number)?;
            // What no message can carry is a candidate that nobody needs to try.
            Some(Item::mapped(&event).unwrap_or_else(|| item.clone()))
        }
        // A message that is cut somewhere else may be one that libraries disagree on.
        Item::Message(_) => None,
    }
}

fn smaller_body(body: &[u8], number: usize) -> Option<Vec<u8>> {
    match json::parse(body, 64) {
        Some(value) => smaller_json(&value, number).map(|value| value.written().into_bytes()),
        None => smaller_bytes(body, number),
    }
}

/// The bytes without a part of them: each half, each quarter, and so on; small parts
/// wherever they may begin, so that what belongs together can go together.
fn smaller_bytes(bytes: &[u8], mut number: usize) -> Option<Vec<u8>> {
    let mut length = bytes.len() / 2;
    while length > 0 {
        let step = if length <= MOST_BYTES_ANYWHERE { 1 } else { length };
        let parts = (bytes.len() - length) / step + 1;
        if number < parts {
            let from = number * step;
            return Some([&bytes[..from], &bytes[from + length..]].concat());
        }
        number -= parts;
        length =
            if length <= MOST_BYTES_ANYWHERE { length - 1 } else { (length / 2).max(MOST_BYTES_ANYWHERE) };
    }
    None
}

/// The value with the one change of this number; none when there are no more.
fn smaller_json(value: &Json, number: usize) -> Option<Json> {
    let mut changed = value.clone();
    let mut left = number;
    change(&mut changed, &mut left).then_some(changed)
}

/// Makes the change that is `left` changes away, outer ones first; false when there
/// are not so many.
fn change(value: &mut Json, left: &mut usize) -> bool {
    match value {
        Json::List(items) => {
            if drop_part(items, left) {
                return true;
            }
            items.iter_mut().any(|item| change(item, left))
        }
        Json::Object(members) => {
            if drop_part(members, left) {
                return true;
            }
            members.iter_mut().any(|(key, value)| {
                // The names of the contract's own members mean something.
                (!is_name(key) && simplify(key, left)) || change(value, left)
            })
        }
        Json::Text(text) => simplify(text, left),
        Json::Number(number) if number != "1" => {
            chosen(left) && {
                "1".clone_into(number);
                true
            }
        }
        _ => false,
    }
}

fn chosen(left: &mut usize) -> bool {
    let is_chosen = *left == 0;
    *left = left.saturating_sub(1);
    is_chosen
}

/// Drops each half, then each single one.
fn drop_part<T>(parts: &mut Vec<T>, left: &mut usize) -> bool {
    let half = parts.len() / 2;
    if half > 1 {
        for range in [0..half, half..parts.len()] {
            if chosen(left) {
                parts.drain(range);
                return true;
            }
        }
    }
    if *left < parts.len() {
        parts.remove(*left);
        return true;
    }
    *left -= parts.len();
    false
}

/// Keeps a half of the text, or all but one character, or writes `a` for all of it.
fn simplify(text: &mut Text, left: &mut usize) -> bool {
    let pieces = text.pieces();
    let half = pieces.len() / 2;
    let shorter = [
        (pieces.len() > 1).then(|| pieces[..half].concat()),
        (pieces.len() > 1).then(|| pieces[half..].concat()),
        (pieces.len() > 2).then(|| pieces[..pieces.len() - 1].concat()),
        (pieces.len() > 2).then(|| pieces[1..].concat()),
        (!pieces.is_empty() && pieces.iter().any(|piece| *piece != "a")).then(|| "a".repeat(pieces.len())),
    ];
    for source in shorter.into_iter().flatten() {
        if chosen(left) {
            *text = Text::from_source(source);
            return true;
        }
    }
    false
}

fn is_name(key: &Text) -> bool {
    const NAMES: [&str; 11] = [
        "eventHeader",
        "eventBody",
        "uuid",
        "eventName",
        "createdDate",
        "savedDate",
        "eventType",
        "entities",
        "entityType",
        "entityId",
        "updatedAttributes",
    ];
    NAMES.contains(&key.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Item {
        Item::Event(text.as_bytes().to_vec())
    }

    async fn shrunk(items: &[&str], differs: impl Fn(&str) -> bool) -> Vec<String> {
        let items = items.iter().map(|text| event(text)).collect();
        let found = shrink(items, async |items: &[Item]| {
            Ok(items
                .iter()
                .any(|item| matches!(item, Item::Event(body) if differs(&String::from_utf8_lossy(body)))))
        });
        let text = |item: Item| match item {
            Item::Event(body) => String::from_utf8(body).unwrap(),
            other => panic!("{other:?}"),
        };
        found.await.unwrap().into_iter().map(text).collect()
    }

    #[tokio::test]
    async fn only_what_makes_the_difference_is_left() {
        let items = [
            r#"{"a":1}"#,
            r#"{"long":["xxxxxxxxxxxxxxxxxxxxxx",{"b":[1,2,3]}],"other":{"deep":"some needle in it"},"n":-12.5}"#,
            r#"{"b":2}"#,
        ];
        assert_eq!(shrunk(&items, |text| text.contains("needle")).await, [r#"{"a":{"a":"needle"}}"#]);
    }

    #[tokio::test]
    async fn what_is_no_json_is_cut_by_bytes() {
        assert_eq!(shrunk(&["{{{{{{{{{x,,,,,,,,"], |text| text.contains('x')).await, ["x"]);
    }

    #[tokio::test]
    async fn the_length_of_a_text_that_is_too_long_is_found() {
        let text = format!("{{\"k\":\"{}\"}}", "🚗".repeat(300));
        let is_long = |text: &str| text.chars().filter(|char| ['a', '🚗'].contains(char)).count() >= 257;
        // One of them is the key.
        assert_eq!(shrunk(&[&text], is_long).await, [format!("{{\"a\":\"{}\"}}", "a".repeat(256))]);
    }
}
