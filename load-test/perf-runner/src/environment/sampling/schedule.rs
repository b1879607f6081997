//! When what is read: pure.

use std::time::Duration;

use crate::model::PlannedPhase;

const SECOND_MS: u64 = 1_000;

/// One moment after the generator's release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at_ms: u64,
    /// A whole second.
    pub(super) second: bool,
    /// A phase or its window begins or ends here.
    pub(super) edge: bool,
}

/// The ticks one after the other. They are moments of one clock, so a late one
/// makes no later one late.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    /// Sorted, the next one last.
    edges_ms: Vec<u64>,
    last_ms: Option<u64>,
}

impl Schedule {
    pub(super) fn new(phases: &[PlannedPhase]) -> Self {
        let mut edges_ms: Vec<u64> = phases.iter().flat_map(edges).collect();
        edges_ms.sort_unstable_by(|a, b| b.cmp(a));
        edges_ms.dedup();
        Self { edges_ms, last_ms: None }
    }

    /// The next tick, `now` after the release. Seconds that have passed are left
    /// out; edges never are.
    pub(super) fn next(&mut self, now: Duration) -> Tick {
        let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let after_last = self.last_ms.map_or(0, |last| last / SECOND_MS + 1);
        let second_ms = after_last.max(now_ms.div_ceil(SECOND_MS)).saturating_mul(SECOND_MS);
        let at_ms = self.edges_ms.last().map_or(second_ms, |edge| second_ms.min(*edge));
        let edge = self.edges_ms.pop_if(|edge| *edge == at_ms).is_some();
        self.last_ms = Some(at_ms);
        Tick { at_ms, second: at_ms == second_ms, edge }
    }
}

/// Where the counters of a phase are read: its beginning, its window's, its end. A
/// phase that is held for no time has only the first.
fn edges(phase: &PlannedPhase) -> Vec<u64> {
    let start = phase.start_ms;
    match phase.load.hold_ms() {
        Some(hold_ms) => vec![start, start + phase.settle_ms.min(hold_ms), start + hold_ms],
        None => vec![start],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PhaseLoad;

    fn held(start_ms: u64, hold_ms: u64, settle_ms: u64) -> PlannedPhase {
        PlannedPhase { name: String::new(), load: PhaseLoad::Vus { vus: 1, hold_ms }, start_ms, settle_ms }
    }

    /// Ticks by somebody who is always in time, until after `until_ms`.
    fn ticks(phases: &[PlannedPhase], until_ms: u64) -> Vec<(u64, bool, bool)> {
        let (mut schedule, mut now, mut all) = (Schedule::new(phases), 0, Vec::new());
        while now < until_ms {
            let tick = schedule.next(Duration::from_millis(now));
            all.push((tick.at_ms, tick.second, tick.edge));
            now = tick.at_ms;
        }
        all
    }

    #[test]
    fn seconds_and_edges_come_in_order_and_coincide_where_they_fall_together() {
        let phases = [held(0, 2_500, 250), held(3_000, 1_000, 100)];
        assert_eq!(
            ticks(&phases, 4_000),
            [
                (0, true, true),
                (250, false, true),
                (1_000, true, false),
                (2_000, true, false),
                (2_500, false, true),
                (3_000, true, true),
                (3_100, false, true),
                (4_000, true, true),
            ]
        );
    }

    #[test]
    fn who_comes_late_misses_seconds_and_no_edge() {
        let mut schedule = Schedule::new(&[held(0, 2_500, 250)]);
        let mut next = |now_ms| {
            let tick = schedule.next(Duration::from_millis(now_ms));
            (tick.at_ms, tick.second, tick.edge)
        };
        assert_eq!(next(0), (0, true, true));
        assert_eq!(next(3_210), (250, false, true));
        assert_eq!(next(3_220), (2_500, false, true));
        assert_eq!(next(3_230), (4_000, true, false));
        assert_eq!(next(4_000), (5_000, true, false));
    }

    #[test]
    fn a_phase_of_so_many_iterations_has_a_beginning_only() {
        let load = PhaseLoad::Iterations { vus: 1, per_vu: 5, max_duration_ms: 60_000 };
        let phase = PlannedPhase { load, ..held(500, 1, 0) };
        assert_eq!(ticks(&[phase], 1_000), [(0, true, false), (500, false, true), (1_000, true, false)]);
    }
}
