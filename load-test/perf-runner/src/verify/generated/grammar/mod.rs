//! Requests from a grammar that loves edges. Whether one keeps the rules is not
//! decided here; the grammar only sees to it that about half of them do.

mod attributes;
mod breach;
mod dates;
mod event;
mod messages;
mod mutation;
mod numbers;
mod texts;

use super::{
    boundary,
    dice::Dice,
    item::Item,
    json::{Json, Text},
    oracle::EVENT_LIMIT_BYTES,
};
use crate::model::Protocol;

/// How often something else is tried when the contract does not say what must come
/// of what was made, or no message can carry it.
const MOST_TRIES: u64 = 200;

/// The request of this number, for a wire. The same seed and number give the same
/// request; on gRPC it is the event of the REST wire wherever a message can carry it.
pub(super) fn item(seed: u64, number: u64, wire: Protocol) -> Item {
    let tries = (0..MOST_TRIES).map(|again| Dice::new(seed, number.wrapping_add(again << 40)));
    let made = tries.filter_map(|mut dice| match wire {
        Protocol::Rest => Some(rest(&mut dice)),
        Protocol::Grpc => grpc(&mut dice),
    });
    let mut inside = made.filter(boundary::is_inside);
    inside.next().unwrap_or_else(|| match wire {
        Protocol::Rest => Item::Event(b"{}".to_vec()),
        Protocol::Grpc => Item::Message(Vec::new()),
    })
}

fn rest(dice: &mut Dice) -> Item {
    let event = event::any(dice);
    match dice.below(100) {
        0..10 => Item::Event(mutation::spoiled(dice, event.written().into_bytes())),
        10..18 => bulk(dice, event),
        18..19 if dice.one_in(3) => Item::Event(sized(dice, event)),
        19..22 => Item::Event(mutation::spaced(dice, &event)),
        _ => Item::Event(event.written().into_bytes()),
    }
}

fn grpc(dice: &mut Dice) -> Option<Item> {
    let event = event::any(dice);
    let mapped = Item::mapped(&event).filter(boundary::is_inside)?;
    match dice.below(100) {
        0..12 => messages::spoiled(dice, &event),
        18..19 if dice.one_in(3) => messages::sized(dice, &event),
        _ => Some(mapped),
    }
}

fn bulk(dice: &mut Dice, first: Json) -> Item {
    let mut events = vec![first];
    if dice.one_in(20) {
        // Around the most that a bulk may have, all of them short.
        let count = 999 + dice.below(3);
        let short = |index: usize| event::short(&format!("bulk-{}", index % 700), index);
        return Item::Bulk(Json::List((0..count).map(short).collect()).written().into_bytes());
    }
    for _ in 0..dice.below(7) {
        events.push(match dice.below(8) {
            0 => attributes::any_value(dice, 3),
            _ => event::any(dice),
        });
    }
    let body = Json::List(if dice.one_in(30) { Vec::new() } else { events }).written().into_bytes();
    Item::Bulk(if dice.one_in(8) { mutation::spoiled(dice, body) } else { body })
}

/// The event in a body that is as large as a body may be, or one byte off.
fn sized(dice: &mut Dice, mut event: Json) -> Vec<u8> {
    let length = EVENT_LIMIT_BYTES + dice.below(3) - 1;
    if let Json::Object(members) = &mut event
        && dice.one_in(2)
    {
        members.retain(|(name, _)| name.source() != "padding");
        members.push((Text::of("padding"), Json::Text(Text::of(""))));
        let missing = length.saturating_sub(Json::Object(members.clone()).written().len());
        members.pop();
        members.push((Text::of("padding"), Json::Text(Text::of(&"x".repeat(missing)))));
    }
    let mut body = event.written().into_bytes();
    body.resize(length.max(body.len()), b' ');
    body
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::verify::generated::oracle::Verdict;

    fn kind(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::TooLarge => "too large",
            Verdict::Malformed => "malformed",
            Verdict::Internal => "internal",
            Verdict::Invalid(_) => "invalid",
            Verdict::Stored(_) => "stored",
            Verdict::Bulk(_) => "bulk",
        }
    }

    #[test]
    fn a_seed_and_a_number_always_give_the_same_request() {
        for wire in [Protocol::Rest, Protocol::Grpc] {
            let items = |seed| (0..50).map(move |number| item(seed, number, wire)).collect::<Vec<_>>();
            assert_eq!(items(1), items(1));
            assert_ne!(items(1), items(2));
            assert_eq!(item(1, 7, wire), items(1)[7], "whatever was made before");
        }
    }

    #[test]
    fn every_request_is_inside_the_contract_and_every_verdict_occurs_often() {
        for (wire, kinds) in [
            (Protocol::Rest, &["stored", "invalid", "malformed", "bulk", "too large"][..]),
            (Protocol::Grpc, &["stored", "invalid", "internal", "too large"][..]),
        ] {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for number in 0..3000 {
                let item = item(7, number, wire);
                assert!(boundary::is_inside(&item), "{number}: {item:?}");
                *counts.entry(kind(&item.verdict())).or_default() += 1;
            }
            assert!(kinds.iter().all(|kind| counts.contains_key(kind)), "{wire}: {counts:?}");
            assert!(counts["stored"] > 1000 && counts["invalid"] > 300, "{wire}: {counts:?}");
        }
    }
}
