//! Warnings of a campaign with many test runs: one for each API and check, however
//! many phases and rounds it is about.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    answer::{self, Warning},
    format::{in_words, plain},
    run,
};
use crate::model::{CheckScope, StoredRun, Verdict};

/// What one check says of one API with one verdict.
struct Group {
    number: usize,
    text: String,
    phases: BTreeSet<String>,
    rounds: BTreeSet<u32>,
    places: usize,
}

/// Every test run that failed, then every check that did not pass, worst first.
pub(super) fn warnings(runs: &[StoredRun]) -> Vec<Warning> {
    let failures = (1..).zip(runs).filter_map(|(number, stored)| answer::failure(number, stored));
    let mut groups: BTreeMap<(std::cmp::Reverse<Verdict>, String, String), Group> = BTreeMap::new();
    for (number, StoredRun { run, checks }) in (1..).zip(runs) {
        for check in checks.iter().filter(|check| check.verdict != Verdict::Ok) {
            let key = (std::cmp::Reverse(check.verdict), plain(&run.api), plain(&check.id).replace('_', " "));
            let group = groups.entry(key).or_insert_with(|| Group {
                number,
                text: plain(&check.text),
                phases: BTreeSet::new(),
                rounds: BTreeSet::new(),
                places: 0,
            });
            group.rounds.insert(run.round);
            group.places += 1;
            if let CheckScope::Phase(name) = &check.scope {
                group.phases.insert(plain(name));
            }
        }
    }
    failures
        .chain(
            groups.into_iter().map(|((verdict, api, check), group)| warning(verdict.0, &api, &check, group)),
        )
        .collect()
}

fn warning(verdict: Verdict, api: &str, check: &str, group: Group) -> Warning {
    let phases: Vec<String> = group.phases.into_iter().collect();
    let phases = match phases.as_slice() {
        [] => String::new(),
        [only] => format!(", phase {only}"),
        several => format!(", phases {}", several.join(", ")),
    };
    let rounds = group.rounds.len();
    let text = if group.places == 1 {
        group.text
    } else {
        format!(
            "{} And {} more times, in {} {}.",
            group.text,
            in_words(group.places - 1),
            in_words(rounds),
            if rounds == 1 { "round" } else { "rounds" }
        )
    };
    Warning {
        mark: verdict.into(),
        place: format!("{api}{phases}: {check}"),
        anchor: run::anchor(group.number),
        text,
        effect: answer::effect(verdict),
    }
}
