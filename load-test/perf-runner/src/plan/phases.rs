//! The phases of a test run: one held load after another, with a gap between
//! them in which the calls under way come to their end.

use crate::{
    model::{Mode, PhaseLoad, PlannedPhase},
    settings::{
        Settings,
        load::{Amount, HeldLoad},
    },
};

/// VUs and iterations of a smoke run: one user, five events.
const SMOKE: PhaseLoad = PhaseLoad::Iterations { vus: 1, per_vu: 5, max_duration_ms: 60_000 };

/// The settle time of a long phase; a short one's is a tenth of it.
const LONG_SETTLE_MS: u64 = 10_000;
/// VUs for a rate: as many as are busy when answers take a second, within what a
/// small rate needs to ride out a stall and what a host has memory for.
const FEWEST_RATE_VUS: u32 = 10;
const MOST_RATE_VUS: u32 = 2_000;

pub(super) fn of(settings: &Settings) -> Vec<PlannedPhase> {
    if settings.mode == Mode::Smoke {
        return vec![smoke()];
    }
    let gap_ms = gap_ms(settings);
    let mut start_ms = 0;
    let mut phases = Vec::new();
    for (number, held) in (1..).zip(&settings.loads) {
        phases.push(PlannedPhase {
            name: format!("p{number}"),
            load: load(held),
            start_ms,
            settle_ms: settings.settle_ms.unwrap_or_else(|| settle_ms(held.hold_ms)),
        });
        start_ms += held.hold_ms + gap_ms;
    }
    phases
}

/// What proves the path.
pub(super) fn smoke() -> PlannedPhase {
    PlannedPhase { name: "p1".to_owned(), load: SMOKE, start_ms: 0, settle_ms: 0 }
}

/// A call that begins as a phase ends may take its whole timeout. The next phase
/// starts on a full second, so that seconds of the stream belong to one phase.
fn gap_ms(settings: &Settings) -> u64 {
    let grace_ms = PlannedPhase::grace_ms(settings.request_timeout_ms, settings.think_time_ms);
    grace_ms / 1000 * 1000 + 1000
}

/// Whole seconds, as the generator counts them.
fn settle_ms(hold_ms: u64) -> u64 {
    (hold_ms / 10).next_multiple_of(1000).min(LONG_SETTLE_MS)
}

fn load(held: &HeldLoad) -> PhaseLoad {
    let hold_ms = held.hold_ms;
    match held.amount {
        Amount::Users(vus) => PhaseLoad::Vus { vus, hold_ms },
        Amount::PerSecond(per_s) => {
            PhaseLoad::Rate { per_s, hold_ms, max_vus: per_s.clamp(FEWEST_RATE_VUS, MOST_RATE_VUS) }
        }
    }
}
