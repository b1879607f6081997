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
use crate::model::{Analysis, Check, CheckScope, StoredRun, TestRun, Verdict};

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
pub(super) fn warnings(runs: &[StoredRun], analysis: &Analysis) -> Vec<Warning> {
    let failures = (1..).zip(runs).filter_map(|(number, stored)| answer::failure(number, stored));
    let mut groups: BTreeMap<(Reverse<Verdict>, String), Group> = BTreeMap::new();
    for (check, place) in of_runs(runs).chain(over_rounds(analysis)) {
        if check.verdict != Verdict::Ok {
            let key = (Reverse(check.verdict), plain(&check.id).replace('_', " "));
            groups.entry(key).or_insert_with(|| Group::new(check, &place)).add(check, place);
        }
    }
    let grouped = groups.into_iter().map(|((verdict, check), group)| warning(verdict.0, &check, group));
    failures.chain(grouped).collect()
}

/// What a check is said of.
struct Place {
    /// The number of the test run, or of the first one of several.
    number: usize,
    api: String,
    /// None for a whole test run.
    load: Option<String>,
    /// None for all rounds together.
    round: Option<u32>,
}

fn of_runs(runs: &[StoredRun]) -> impl Iterator<Item = (&Check, Place)> {
    (1..).zip(runs).flat_map(|(number, StoredRun { run, checks })| {
        checks.iter().map(move |check| {
            let (api, load) = (short(&run.api), load(run, check));
            (check, Place { number, api, load, round: Some(run.round) })
        })
    })
}

fn over_rounds(analysis: &Analysis) -> impl Iterator<Item = (&Check, Place)> {
    let apis = analysis.payloads.iter().flat_map(|payload| &payload.apis);
    apis.flat_map(|api| api.phases.iter().map(move |phase| (api, phase))).flat_map(|(api, phase)| {
        let first = phase.cells.iter().filter_map(|cell| cell.run).min();
        phase.checks.iter().map(move |check| {
            let load = Some(load_in_words(&phase.load));
            (check, Place { number: first.unwrap_or(0) + 1, api: short(&api.api), load, round: None })
        })
    })
}

impl Group {
    fn new(check: &Check, place: &Place) -> Self {
        let round = place.round.map(|round| format!("round {round}"));
        let words = [Some(place.api.clone()), place.load.clone(), round];
        Self {
            number: place.number,
            text: plain(&check.text),
            is_same_text: true,
            example: words.into_iter().flatten().collect::<Vec<_>>().join(", "),
            ..Self::default()
        }
    }

    fn add(&mut self, check: &Check, place: Place) {
        self.is_same_text &= self.text == plain(&check.text);
        self.apis.insert(place.api);
        self.rounds.extend(place.round);
        self.places += 1;
        if let Some(load) = place.load.filter(|load| !self.loads.contains(load)) {
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
    let rounds = match group.rounds.len() {
        0 => String::new(),
        rounds => format!(" of {}", counted(rounds as u64, "round", "rounds")),
    };
    let text = match (group.places, group.is_same_text) {
        (1, _) => group.text,
        (places, true) => {
            format!("{} So in {}{rounds}.", group.text, counted(places as u64, "place", "places"))
        }
        (places, false) => format!(
            "{} ({}) Likewise in {}{rounds}.",
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
