//! What a generator is asked for and what it says of it: as little as there can be, so
//! that a test says what it is about.

use std::collections::BTreeMap;

use super::planned_run;
use crate::model::{
    CampaignId, ExitMeaning, LoadResult, PhaseNumbers, PlannedPhase, PlannedRun, Protocol, TestRunId, Updates,
};

/// A test run `a-run` of these phases.
pub(crate) fn planned(phases: Vec<PlannedPhase>) -> PlannedRun {
    let run =
        planned_run(&CampaignId("a-campaign".to_owned()), 1, ("producer-api-rust-rest", Protocol::Rest));
    PlannedRun { id: TestRunId("a-run".to_owned()), phases, ..run }
}

/// A phase in which nothing happened.
pub(crate) fn numbers(name: &str) -> PhaseNumbers {
    PhaseNumbers {
        name: name.to_owned(),
        iterations: 0,
        attempts: 0,
        acknowledged: 0,
        failed: BTreeMap::new(),
        unknown: 0,
        updates: Updates::default(),
        dropped: 0,
        connections_opened: None,
        sent_bytes: 0,
        received_bytes: 0,
        request: None,
        iteration: None,
    }
}

/// A generator that ended by itself, without a stream.
pub(crate) fn load(phases: Vec<PhaseNumbers>) -> LoadResult {
    LoadResult {
        exit: ExitMeaning { code: Some(0), text: String::new(), usable: true },
        phases,
        phase_ms: BTreeMap::new(),
        unacknowledged: Vec::new(),
        unacknowledged_complete: true,
        seconds: None,
        started_at: None,
        summary_differences: None,
    }
}
