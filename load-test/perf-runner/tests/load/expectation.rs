//! What a stand-in did with each event, and k6's numbers held against it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use perf_runner::model::{EventTemplate, FailureKind, LoadResult, Unacknowledged};

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Treatment {
    /// Success.
    Acknowledge,
    /// The fault `unavailable`, in the form the contract has for it.
    Refuse,
    /// The fault `invalid_event`, with the broken field.
    RefuseField,
    /// An answer that names no fault of the contract.
    RefuseOddly,
    /// No answer at all.
    Hang,
    /// The connection is closed before the answer.
    Close,
    /// The connection is closed in the middle of the answer.
    CloseMidway,
}

/// A service that treats the calls it gets by a list, again and again, and
/// keeps what it did to whom.
#[derive(Debug)]
pub(crate) struct Ledger {
    treatments: Vec<Treatment>,
    seen: Mutex<Vec<(String, Treatment)>>,
}

impl Ledger {
    pub(crate) fn new(treatments: impl Into<Vec<Treatment>>) -> Self {
        Self { treatments: treatments.into(), seen: Mutex::default() }
    }

    /// Decides over the next event.
    pub(crate) fn next(&self, entity_id: &str) -> Treatment {
        let mut seen = self.seen.lock().unwrap();
        let treatment = self.treatments[seen.len() % self.treatments.len()];
        seen.push((entity_id.to_owned(), treatment));
        treatment
    }

    pub(crate) fn seen(&self) -> Vec<(String, Treatment)> {
        self.seen.lock().unwrap().clone()
    }

    /// Every call of k6 is here, under the same kind and the same name.
    pub(crate) fn assert_equals(
        &self,
        load: &LoadResult,
        kind_of: impl Fn(Treatment) -> Option<&'static str>,
    ) {
        let seen = self.seen();
        let ids: BTreeSet<&String> = seen.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), seen.len(), "an id was sent twice");
        let (mut acknowledged, mut failed, mut named) = (0, BTreeMap::new(), Vec::new());
        for (entity_id, treatment) in &seen {
            if *treatment == Treatment::Acknowledge {
                acknowledged += 1;
                continue;
            }
            let kind = kind_of(*treatment).map(|kind| FailureKind(kind.to_owned()));
            if let Some(kind) = &kind {
                *failed.entry(kind.clone()).or_insert(0_u64) += 1;
            }
            named.push(Unacknowledged { entity_id: entity_id.clone(), failed: kind });
        }
        let mut found = load.unacknowledged.clone();
        found.sort_by(|a, b| a.entity_id.cmp(&b.entity_id));
        named.sort_by(|a, b| a.entity_id.cmp(&b.entity_id));
        assert_eq!(found, named);
        assert!(load.unacknowledged_complete);

        let phases = &load.phases;
        assert_eq!(phases.iter().map(|phase| phase.acknowledged).sum::<u64>(), acknowledged);
        let mut failed_by_kind = BTreeMap::new();
        for (kind, count) in phases.iter().flat_map(|phase| &phase.failed) {
            *failed_by_kind.entry(kind.clone()).or_insert(0) += count;
        }
        assert_eq!(failed_by_kind, failed);
        for phase in phases {
            assert_eq!((phase.attempts, phase.unaccounted()), (phase.iterations, 0), "{}", phase.name);
        }
        assert_eq!(phases.iter().map(|phase| phase.iterations).sum::<u64>(), seen.len() as u64);
    }
}

/// The template that an id says it was made from.
pub(crate) fn template_of<'a>(templates: &'a [EventTemplate], entity_id: &str) -> &'a EventTemplate {
    let kind = entity_id.split('-').next().unwrap();
    templates.iter().find(|template| template.kind == kind).expect("a kind that has a template")
}
