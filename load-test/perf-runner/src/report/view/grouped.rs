//! Warnings of a campaign with many test runs: one for each check and what it says,
//! however many APIs, phases and rounds it says it of.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    answer::{self, Warning},
    format::{counted, in_words, plain},
    run,
};
use crate::model::{CheckScope, StoredRun, Verdict};

/// What one check says with one verdict. What it says of a single place is in its
/// sentence; of several places only where they are is told.
#[derive(Default)]
struct Group {
    number: usize,
    text: String,
    is_same_text: bool,
    apis: BTreeSet<String>,
    phases: BTreeSet<String>,
    rounds: BTreeSet<u32>,
    places: usize,
}

/// Every test run that failed, then every check that did not pass, worst first. What
/// could not be measured is one warning for all APIs; the rest is told API by API.
pub(super) fn warnings(runs: &[StoredRun]) -> Vec<Warning> {
    let failures = (1..).zip(runs).filter_map(|(number, stored)| answer::failure(number, stored));
    let mut groups: BTreeMap<(Reverse<Verdict>, String, String), Group> = BTreeMap::new();
    for (number, StoredRun { run, checks }) in (1..).zip(runs) {
        for check in checks.iter().filter(|check| check.verdict != Verdict::Ok) {
            let api = plain(&run.api);
            let of = if check.verdict == Verdict::Unknown { String::new() } else { api.clone() };
            let key = (Reverse(check.verdict), of, plain(&check.id).replace('_', " "));
            let text = plain(&check.text);
            let new = || Group { number, text: text.clone(), is_same_text: true, ..Group::default() };
            let group = groups.entry(key).or_insert_with(new);
            group.is_same_text &= group.text == text;
            group.apis.insert(api);
            group.rounds.insert(run.round);
            group.places += 1;
            if let CheckScope::Phase(name) = &check.scope {
                group.phases.insert(plain(name));
            }
        }
    }
    let grouped = groups.into_iter().map(|((verdict, _, check), group)| warning(verdict.0, &check, group));
    failures.chain(grouped).collect()
}

fn warning(verdict: Verdict, check: &str, group: Group) -> Warning {
    let apis: Vec<String> = group.apis.into_iter().collect();
    let apis =
        if let [only] = apis.as_slice() { only.clone() } else { format!("{} APIs", in_words(apis.len())) };
    let phases: Vec<String> = group.phases.into_iter().collect();
    let phases = match phases.as_slice() {
        [] => String::new(),
        [only] => format!(", phase {only}"),
        several => format!(", phases {}", several.join(", ")),
    };
    let rounds = counted(group.rounds.len() as u64, "round", "rounds");
    let text = match (group.places, group.is_same_text) {
        (1, _) => group.text,
        (places, true) => {
            format!("{} So in {} of {rounds}.", group.text, counted(places as u64, "place", "places"))
        }
        (places, false) => {
            format!(
                "{} Likewise in {} of {rounds}.",
                group.text,
                counted(places as u64 - 1, "other place", "other places")
            )
        }
    };
    Warning {
        mark: verdict.into(),
        place: format!("{apis}{phases}: {check}"),
        anchor: run::anchor(group.number),
        text,
        effect: answer::effect(verdict),
    }
}
