//! What is told of a load while it goes on, from the generator's stream.

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use super::Session;
use crate::{
    load::{self, Tail},
    measure,
    model::{GeneratorJob, LiveSecond, PhaseFigures, PlannedPhase},
    progress::{Event, Loading, PhaseEnd},
};

/// Twice a second, so that no second is told much later than it is over.
const LOOK: Duration = Duration::from_millis(500);
/// By then everything of a phase that is over has been written.
const BEFORE_NEXT_MS: u64 = 500;

/// Tells of one load.
pub(super) struct Watch<'a> {
    session: &'a Session<'a>,
    job: &'a GeneratorJob,
    api: String,
    think_time_ms: u64,
    tail: Tail,
    last: BTreeMap<String, LiveSecond>,
    /// How many phases' ends have been told.
    told: usize,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        session: &'a Session<'a>,
        job: &'a GeneratorJob,
        (api, think_time_ms): (String, u64),
    ) -> Self {
        let tail = Tail::new(&job.folder);
        Self { session, job, api, think_time_ms, tail, last: BTreeMap::new(), told: 0 }
    }

    /// Tells until it is dropped.
    pub(super) async fn watch(&mut self) -> Infallible {
        loop {
            tokio::time::sleep(LOOK).await;
            self.look();
        }
    }

    fn look(&mut self) {
        // A stream that cannot be read is a fault when the load is over.
        let seconds = self.tail.look().unwrap_or_default();
        let is_new = !seconds.is_empty();
        for second in seconds {
            self.last.insert(second.phase.clone(), second);
        }
        let Some(started_at) = self.tail.started_at() else { return };
        let since = ((self.session.now)() - started_at).num_milliseconds();
        let elapsed_ms = u64::try_from(since).unwrap_or(0);
        self.tell_ends(elapsed_ms);
        if let Some(loading) = self.loading(elapsed_ms).filter(|_| is_new) {
            self.session.observer.observe(&Event::Loading(loading));
        }
    }

    /// The phase that is held, or was held last.
    fn loading(&self, elapsed_ms: u64) -> Option<Loading> {
        let phases = &self.job.phases;
        let (index, phase) =
            phases.iter().enumerate().rev().find(|(_, phase)| phase.start_ms <= elapsed_ms)?;
        let since_ms = elapsed_ms - phase.start_ms;
        let end_ms = phases.iter().filter_map(end_ms).max()?;
        Some(Loading {
            api: self.api.clone(),
            phase: phase.name.clone(),
            number: index + 1,
            of: phases.len(),
            load: phase.load.to_string(),
            held_ms: since_ms,
            hold_ms: phase.load.hold_ms()?,
            settling: since_ms < phase.settle_ms,
            left_ms: end_ms.saturating_sub(elapsed_ms),
            second: self.last.get(&phase.name).cloned(),
        })
    }

    /// Phases that are over are told just before the next begins, in the gap between
    /// them, when everything of them is there and nothing is loaded.
    fn tell_ends(&mut self, elapsed_ms: u64) {
        let phases = &self.job.phases;
        let (Some(phase), Some(next)) = (phases.get(self.told), phases.get(self.told + 1)) else { return };
        if elapsed_ms + BEFORE_NEXT_MS < next.start_ms {
            return;
        }
        let seconds = load::so_far(&self.job.folder, phases);
        if let Some(window) = measure::window_of(phase, &seconds, self.think_time_ms) {
            self.session.observer.observe(&Event::PhaseEnded(PhaseEnd::of_window(phase, &window)));
        }
        self.told += 1;
    }

    /// How many phases' ends were told while the load went on.
    pub(super) fn told(self) -> usize {
        self.told
    }
}

impl Session<'_> {
    /// Tells of the phases that nobody was told of while the load went on.
    pub(super) fn tell_phases(&self, planned: &[PlannedPhase], (figures, told): (&[PhaseFigures], usize)) {
        for phase in planned.iter().skip(told) {
            let Some(figures) = figures.iter().find(|figures| figures.name == phase.name) else { continue };
            let end = match &figures.window {
                Some(window) => Some(PhaseEnd::of_window(phase, window)),
                None => PhaseEnd::of_whole(phase, figures),
            };
            if let Some(end) = end {
                self.observer.observe(&Event::PhaseEnded(end));
            }
        }
    }
}

fn end_ms(phase: &PlannedPhase) -> Option<u64> {
    Some(phase.start_ms + phase.load.hold_ms()?)
}
