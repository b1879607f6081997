//! Differential testing: random requests from a grammar go to a service, and what
//! comes back and what is stored is held against the rules once more, as the
//! [`oracle`] has them. Services that agree with it agree with each other.
//!
//! Requests are played in batches, each a case on an emptied table, so that later
//! events meet the rows of earlier ones. Where something differs, the batch is
//! shrunk to a small [`Example`] that is a ready case.

mod boundary;
mod dice;
mod grammar;
mod item;
mod json;
mod oracle;
mod shrink;
mod told;
mod written;

use std::{collections::BTreeSet, time::Instant};

use self::item::Item;
pub use self::{
    told::{case_file, to_json, to_junit, to_text},
    written::Example,
};
use super::{Contract, Target, play::Player, verdict::Difference};
use crate::{
    fault::Fault,
    model::Protocol,
    progress::{Event, Observer, watched},
};

/// How many requests are played on one emptied table.
const BATCH: u64 = 100;
/// After so many examples of one service nobody needs another.
const MOST_EXAMPLES: usize = 3;

/// What is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many requests each service gets.
    pub count: u64,
    /// Decides all of them.
    pub seed: u64,
}

/// What playing them on one service gave.
#[derive(Debug, Clone)]
pub struct Played {
    /// Name of the service.
    pub service: String,
    /// How many were sent before enough differences were found.
    pub count: u64,
    /// Whether the rows were looked at, which needs the database.
    pub rows_checked: bool,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// What differs, each as small as it could be made.
    pub examples: Vec<Example>,
}

/// Plays the generated requests on one running service.
///
/// # Errors
/// When the service does not answer or the database cannot be used.
pub async fn play(
    contract: &Contract,
    (service, target): (&str, &Target),
    plan: Plan,
    observer: &dyn Observer,
) -> Result<Played, Fault> {
    let what = format!("verify {service} with {} generated requests", plan.count);
    watched(observer, &what, async {
        let began = Instant::now();
        let player = Player::open(contract, target).await?;
        let wire = target.endpoint.protocol;
        let mut search = Search { service, wire, plan, player, examples: Vec::new() };
        let mut from = 0;
        while from < plan.count && search.examples.len() < MOST_EXAMPLES {
            let to = (from + BATCH).min(plan.count);
            search.batch(from, to).await?;
            from = to;
            let detail = format!("{from}/{}, {} differences", plan.count, search.examples.len());
            observer.observe(&Event::WorkProgress { what: what.clone(), detail });
        }
        let (service, rows_checked) = (service.to_owned(), target.database_url.is_some());
        let took_ms = began.elapsed().as_secs_f64() * 1000.0;
        Ok(Played { service, count: from, rows_checked, took_ms, examples: search.examples })
    })
    .await
}

struct Search<'a> {
    service: &'a str,
    wire: Protocol,
    plan: Plan,
    player: Player<'a>,
    examples: Vec<Example>,
}

impl Search<'_> {
    /// Plays the requests of these numbers; what differs becomes an example.
    async fn batch(&mut self, from: u64, to: u64) -> Result<(), Fault> {
        let (seed, wire) = (self.plan.seed, self.wire);
        let items: Vec<Item> = (from..to).map(|number| grammar::item(seed, number, wire)).collect();
        let differences = self.differences(&items).await?;
        if differences.is_empty() {
            return Ok(());
        }
        let failed: BTreeSet<usize> = differences.iter().filter_map(step_of).collect();
        for index in &failed {
            if self.examples.len() == MOST_EXAMPLES {
                return Ok(());
            }
            // Mostly a reply is wrong on its own; else because of what went before.
            let alone = items[*index..=*index].to_vec();
            let is_wrong_alone = !self.differences(&alone).await?.is_empty();
            self.explain(if is_wrong_alone { alone } else { items[..=*index].to_vec() }).await?;
        }
        let others = items.into_iter().enumerate().filter(|(index, _)| !failed.contains(index));
        self.explain(others.map(|(_, item)| item).collect()).await
    }

    /// Shrinks what differs and keeps it, unless it no longer differs.
    async fn explain(&mut self, items: Vec<Item>) -> Result<(), Fault> {
        if self.differences(&items).await?.is_empty() {
            return Ok(());
        }
        let (wire, player) = (self.wire, &mut self.player);
        let small = shrink::shrink(items, async |items: &[Item]| {
            Ok(!player.differences(&item::case("smaller", wire, items)).await?.is_empty())
        });
        let small = small.await?;
        let differences = self.differences(&small).await?;
        let name =
            format!("difference {} of seed {} on {}", self.examples.len() + 1, self.plan.seed, self.service);
        let case = item::case(&name, self.wire, &small);
        let (service, wire) = (self.service.to_owned(), self.wire);
        self.examples.push(Example { service, wire, case, differences });
        Ok(())
    }

    async fn differences(&mut self, items: &[Item]) -> Result<Vec<Difference>, Fault> {
        self.player.differences(&item::case("generated", self.wire, items)).await
    }
}

/// The index of the request that a difference is about; none for rows.
fn step_of(difference: &Difference) -> Option<usize> {
    difference.place.strip_prefix("step ")?.parse::<usize>().ok()?.checked_sub(1)
}
