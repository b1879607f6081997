//! Warnings of a campaign with many test runs: one for each check and its verdict,
//! however many APIs, loads and rounds it says it of.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    answer::{self, Warning},
    comparison::load_in_words,
    format::{counted, in_words, plain},
    run,
};
use crate::model::{Check, CheckScope, StoredRun, TestRun, Verdict};

/// What no producer API is called by where there are only such.
const PREFIX: &str = "producer-api-";

/// More names than this are counted.
const NAMED: usize = 3;

/// What one check says with one verdict, and where.
#[derive(Default)]
struct Group {
    /// The first test run that it is said of.
    number: usize,
    text: String,
    is_same_text: bool,
    /// Where the text is from, in words.
    example: String,
    apis: BTreeSet<String>,
    loads: Vec<String>,
    rounds: BTreeSet<u32>,
    places: usize,
}

/// Every test run that failed, then every check that did not pass, worst first.
pub(super) fn warnings(runs: &[StoredRun]) -> Vec<Warning> {
    let failures = (1..).zip(runs).filter_map(|(number, stored)| answer::failure(number, stored));
    let mut groups: BTreeMap<(Reverse<Verdict>, String), Group> = BTreeMap::new();
    for (number, StoredRun { run, checks }) in (1..).zip(runs) {
        for check in checks.iter().filter(|check| check.verdict != Verdict::Ok) {
            let key = (Reverse(check.verdict), plain(&check.id).replace('_', " "));
            groups.entry(key).or_insert_with(|| Group::new(number, run, check)).add(run, check);
        }
    }
    let grouped = groups.into_iter().map(|((verdict, check), group)| warning(verdict.0, &check, group));
    failures.chain(grouped).collect()
}

impl Group {
    fn new(number: usize, run: &TestRun, check: &Check) -> Self {
        let round = format!("round {}", run.round);
        let place = [Some(short(&run.api)), load(run, check), Some(round)];
        Self {
            number,
            text: plain(&check.text),
            is_same_text: true,
            example: place.into_iter().flatten().collect::<Vec<_>>().join(", "),
            ..Self::default()
        }
    }

    fn add(&mut self, run: &TestRun, check: &Check) {
        self.is_same_text &= self.text == plain(&check.text);
        self.apis.insert(short(&run.api));
        self.rounds.insert(run.round);
        self.places += 1;
        if let Some(load) = load(run, check).filter(|load| !self.loads.contains(load)) {
            self.loads.push(load);
        }
    }
}

fn short(api: &str) -> String {
    plain(api.strip_prefix(PREFIX).unwrap_or(api))
}

/// The load that a check is about; none when it is about the whole test run.
fn load(run: &TestRun, check: &Check) -> Option<String> {
    let CheckScope::Phase(name) = &check.scope else { return None };
    let planned = run.planned.iter().find(|planned| planned.name == *name);
    Some(planned.map_or_else(|| format!("phase {}", plain(name)), |planned| load_in_words(&planned.load)))
}

fn warning(verdict: Verdict, check: &str, group: Group) -> Warning {
    let apis: Vec<String> = group.apis.into_iter().collect();
    let apis = match apis.len() {
        0..=NAMED => listed(&apis),
        several => format!("{} APIs", in_words(several)),
    };
    let loads = match group.loads.len() {
        0 => String::new(),
        1..=NAMED => format!(" at {}", listed(&group.loads)),
        several => format!(" at {} loads", in_words(several)),
    };
    let rounds = counted(group.rounds.len() as u64, "round", "rounds");
    let text = match (group.places, group.is_same_text) {
        (1, _) => group.text,
        (places, true) => {
            format!("{} So in {} of {rounds}.", group.text, counted(places as u64, "place", "places"))
        }
        (places, false) => format!(
            "{} ({}) Likewise in {} of {rounds}.",
            group.text,
            group.example,
            counted(places as u64 - 1, "other place", "other places")
        ),
    };
    Warning {
        mark: verdict.into(),
        place: format!("{check}: {apis}{loads}"),
        anchor: run::anchor(group.number),
        text,
        effect: answer::effect(verdict),
    }
}

/// `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
