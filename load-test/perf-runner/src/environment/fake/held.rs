//! A load that is held for a time, made up second by second: as many calls as no
//! one could make one by one in a moment.

use std::collections::BTreeMap;

use super::{
    FakeFault,
    curve::{Answer, normal},
    generator::{Course, FRAMING_BYTES, REPLY_BYTES, empty},
    stream::{Ended, request_ms},
};
use crate::{
    fault::Fault,
    model::{
        EntityId, FailureKind, FakeBlock, PhaseLoad, PhaseSummary, PlannedPhase, Protocol, StreamCounters,
        TrendSummary, Unacknowledged,
    },
};

/// Different durations in a second; each stands for many calls.
const DRAWS: u64 = 24;
/// How far durations spread around their median, on a logarithmic scale.
const SPREAD: f64 = 0.45;

/// One second of a load as the samples need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldSecond {
    /// Since the generator's release.
    pub(super) second: u32,
    pub(super) vus: u32,
    pub(super) calls: u64,
    pub(super) acknowledged: u64,
}

/// Durations of a phase with how often each was seen.
#[derive(Default)]
struct Seen {
    acknowledged: Vec<(f64, u64)>,
    all: Vec<(f64, u64)>,
}

/// The outcomes of a number of calls.
#[derive(Debug, Clone, Copy, Default)]
struct Split {
    acknowledged: u64,
    failed: u64,
    unknown: u64,
}

impl Course<'_> {
    /// Holds a phase's load. Gives its numbers and when it ended.
    pub(super) fn hold(&mut self, phase: &PlannedPhase, hold_ms: u64) -> Result<(PhaseSummary, f64), Fault> {
        let answer = self.curve.under(&phase.load, float(self.plan.think_time_ms));
        let mut numbers = empty(0);
        let mut seen = Seen::default();
        let (first, seconds) = (number(phase.start_ms / 1000), number(hold_ms / 1000));
        for second in 0..seconds {
            let split = self.split(&answer, second >= seconds / 2);
            let counters =
                self.second((phase, &mut seen), (first + second, second == 0), (&answer, split))?;
            add(&mut numbers, &counters);
        }
        numbers.updates_acknowledged = rounded(float(numbers.acknowledged) * self.plan.update_share);
        self.name(phase, &numbers);
        let ended_ms = float(phase.start_ms + hold_ms) - 1.0;
        if numbers.attempts > 0 {
            numbers.first_call_ms = Some(float(phase.start_ms));
            numbers.last_call_ms = Some(ended_ms);
            numbers.acknowledged_duration = trend(seen.acknowledged);
            numbers.request = trend(seen.all.iter().map(|(ms, count)| (request_ms(*ms), *count)).collect());
        }
        Ok((numbers, ended_ms))
    }

    /// How the calls of a second end.
    fn split(&mut self, answer: &Answer, second_half: bool) -> Split {
        let calls = rounded(answer.calls_per_s * (1.0 + 0.02 * normal(&mut self.random)));
        if self.has(FakeFault::DiesUnderLoad) && second_half {
            return Split { unknown: u64::from(answer.vus), ..Split::default() };
        }
        let unknown = rounded(float(calls) * answer.unknown);
        let failed = if self.has(FakeFault::RefusesEvents) { (calls - unknown) / 2 } else { 0 };
        Split { acknowledged: calls - unknown - failed, failed, unknown }
    }

    fn second(
        &mut self,
        (phase, seen): (&PlannedPhase, &mut Seen),
        (second, is_first): (u32, bool),
        (answer, split): (&Answer, Split),
    ) -> Result<StreamCounters, Fault> {
        let acknowledged = self.draw(answer.mean_ms, split.acknowledged);
        let failed = self.draw(answer.mean_ms, split.failed);
        let unknown = [(float(self.plan.request_timeout_ms), split.unknown)];
        let unknown = if split.unknown > 0 { unknown.as_slice() } else { &[] };
        let all = || acknowledged.iter().chain(&failed).chain(unknown).copied();
        let think_ms = float(self.plan.think_time_ms);
        let counters = StreamCounters {
            iteration_us: rounded(
                all().map(|(ms, count)| (ms + think_ms) * float(count)).sum::<f64>() * 1000.0,
            ),
            connections_opened: if is_first { u64::from(answer.vus) } else { 0 },
            dropped_iterations: rounded(answer.dropped_per_s),
            ..self.counters(split)
        };
        seen.all.extend(all());
        seen.acknowledged.extend(&acknowledged);
        self.stream.add_second(&Ended {
            phase: &phase.name,
            second,
            vus: answer.vus,
            counters: &counters,
            acknowledged: &acknowledged,
            failed: &failed,
            unknown,
        })?;
        self.held.push(HeldSecond {
            second,
            vus: answer.vus,
            calls: counters.events_attempted,
            acknowledged: split.acknowledged,
        });
        Ok(counters)
    }

    fn counters(&self, split: Split) -> StreamCounters {
        let calls = split.acknowledged + split.failed + split.unknown;
        let total: usize = self
            .templates
            .iter()
            .map(|template| match self.plan.protocol {
                Protocol::Rest => template.body_bytes,
                Protocol::Grpc => template.message_bytes,
            })
            .sum();
        let event_bytes = (total / self.templates.len().max(1)) as u64;
        let failed = (split.failed > 0).then(|| (self.refusal(), split.failed));
        StreamCounters {
            iterations: calls,
            events_attempted: calls,
            events_acknowledged: split.acknowledged,
            events_failed: BTreeMap::from_iter(failed),
            events_unknown: split.unknown,
            sent_bytes: calls * (event_bytes + FRAMING_BYTES),
            received_bytes: (calls - split.unknown) * REPLY_BYTES,
            ..StreamCounters::default()
        }
    }

    /// Durations around a mean, with as many in all as `count`.
    fn draw(&mut self, mean_ms: f64, count: u64) -> Vec<(f64, u64)> {
        // The mean of a lognormal distribution lies above its median.
        let median_ms = mean_ms / (SPREAD * SPREAD / 2.0).exp();
        let draws = DRAWS.min(count);
        (0..draws)
            .map(|draw| {
                let duration_ms = median_ms * (SPREAD * normal(&mut self.random)).exp();
                (duration_ms, count / draws + u64::from(draw < count % draws))
            })
            .collect()
    }

    /// Gives every call its VU and id, and stores the acknowledged ones. Each VU's
    /// last calls are those that failed.
    fn name(&mut self, phase: &PlannedPhase, numbers: &PhaseSummary) {
        let vus = match phase.load {
            PhaseLoad::Vus { vus, .. } | PhaseLoad::Iterations { vus, .. } => vus,
            PhaseLoad::Rate { max_vus, .. } => max_vus,
        };
        let share = |total: u64, vu: u32| {
            let (vu, vus) = (u64::from(vu), u64::from(vus.max(1)));
            total / vus + u64::from(vu <= total % vus)
        };
        for vu in 1..=vus {
            let updates = share(numbers.updates_acknowledged, vu);
            let split = Split {
                acknowledged: share(numbers.acknowledged - numbers.updates_acknowledged, vu),
                failed: share(numbers.failed, vu),
                unknown: share(numbers.unknown, vu),
            };
            let first_call = self.calls.get(&vu).copied().unwrap_or(0);
            let calls = split.acknowledged + split.failed + split.unknown;
            *self.calls.entry(vu).or_default() += calls + updates;
            if split.acknowledged > 0 {
                let tag = self.plan.tag.clone();
                self.blocks.push(FakeBlock { tag, vu, first_call, calls: split.acknowledged });
            }
            let named = self.plan.named_per_vu.min(calls - split.acknowledged);
            for nth in 0..named {
                let failed = (nth < split.failed).then(|| self.refusal());
                let entity_id = self.id(vu, first_call + split.acknowledged + nth);
                self.unacknowledged.push(Unacknowledged { entity_id, failed });
            }
        }
    }

    fn id(&self, vu: u32, call: u64) -> String {
        let index = EntityId::template_index(vu, call, self.templates.len());
        EntityId { kind: &self.templates[index].kind, tag: &self.plan.tag, vu, call }.to_string()
    }

    /// The kind of failure that is made up.
    pub(super) fn refusal(&self) -> FailureKind {
        FailureKind(self.plan.failure_kinds.first().unwrap_or(&self.plan.other_failure).clone())
    }
}

fn add(numbers: &mut PhaseSummary, of: &StreamCounters) {
    numbers.iterations += of.iterations;
    numbers.attempts += of.events_attempted;
    numbers.acknowledged += of.events_acknowledged;
    numbers.unknown += of.events_unknown;
    numbers.dropped += of.dropped_iterations;
    numbers.connections_opened += of.connections_opened;
    numbers.sent_bytes += of.sent_bytes;
    numbers.received_bytes += of.received_bytes;
    for (kind, count) in &of.events_failed {
        numbers.failed += count;
        *numbers.failed_by_kind.entry(kind.clone()).or_default() += count;
    }
}

/// A distribution, its quantiles interpolated between the samples around them, as
/// k6 does; none without samples.
fn trend(mut seen: Vec<(f64, u64)>) -> Option<TrendSummary> {
    seen.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let count: u64 = seen.iter().map(|(_, count)| count).sum();
    let at_rank = |rank: u64| {
        let mut before = 0;
        seen.iter().find(|(_, count)| {
            before += count;
            before > rank
        })
    };
    let at = |percent: u64| {
        let place = percent * (count - 1);
        let (low, high) = (at_rank(place / 100)?.0, at_rank((place / 100 + 1).min(count - 1))?.0);
        Some(low + (high - low) * float(place % 100) / 100.0)
    };
    let total_ms: f64 = seen.iter().map(|(ms, count)| ms * float(*count)).sum();
    Some(TrendSummary {
        count,
        min: seen.first()?.0,
        avg: total_ms / float(count),
        med: at(50)?,
        p90: at(90)?,
        p95: at(95)?,
        p99: at(99)?,
        max: seen.last()?.0,
    })
}

fn number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[allow(clippy::cast_precision_loss)] // Made up, and far below 2^52.
pub(super) fn float(value: u64) -> f64 {
    value as f64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Made up, and neither negative nor large.
pub(super) fn rounded(value: f64) -> u64 {
    value.round().max(0.0) as u64
}
