//! What k6 would have written, made up.

use std::{collections::BTreeMap, fs, path::Path};

use rand::{RngExt as _, rngs::StdRng};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    FakeFault,
    curve::Curve,
    held::HeldSecond,
    samples::Borne,
    stream::{Call, FakeStream, request_ms},
};
use crate::{
    fault::Fault,
    interrupt::{Interrupt, Urgency},
    model::{
        Api, EntityId, EventTemplate, FakeBlock, FakeDatabase, FakeRow, GeneratorEnd, GeneratorJob,
        GeneratorSummary, LoadPlan, PhaseLoad, PhaseSummary, PlannedPhase, Protocol, Samples, StreamCounters,
        StreamLine, TrendSummary, Unacknowledged,
    },
};

/// Bytes of a request or reply that are not the event.
pub(super) const FRAMING_BYTES: u64 = 180;
/// What a reply carries.
pub(super) const REPLY_BYTES: u64 = 230;

/// What came of a load.
pub(super) struct FakeLoad {
    pub(super) database: FakeDatabase,
    pub(super) samples: Samples,
    pub(super) end: GeneratorEnd,
}

/// What no event holds.
const CHANGED: &str = r#"{"changed":true}"#;

/// How one event fared.
enum Outcome {
    Acknowledged,
    Refused,
    Unanswered,
}

/// One load on its way.
pub(super) struct Course<'a> {
    pub(super) plan: LoadPlan,
    pub(super) templates: Vec<EventTemplate>,
    faults: &'a [FakeFault],
    pub(super) random: StdRng,
    pub(super) curve: Curve,
    /// Calls made by each VU, from phase to phase.
    pub(super) calls: BTreeMap<u32, u64>,
    sent: u64,
    rows: Vec<FakeRow>,
    pub(super) blocks: Vec<FakeBlock>,
    /// What was held, second by second.
    pub(super) held: Vec<HeldSecond>,
    pub(super) unacknowledged: Vec<Unacknowledged>,
    pub(super) stream: FakeStream,
}

/// Reads the job's inputs and writes its outputs, as a generator would.
///
/// # Errors
/// When an input is missing or broken, or an output cannot be written.
pub(super) fn run(
    job: &GeneratorJob,
    (api, faults): (&Api, &[FakeFault]),
    interrupt: &Interrupt,
    mut random: StdRng,
) -> Result<FakeLoad, Fault> {
    let plan: LoadPlan = read(&job.file(LoadPlan::FILE))?;
    let templates: Vec<EventTemplate> = read(&job.file(LoadPlan::TEMPLATES_FILE))?;
    if templates.is_empty() {
        return Err(Fault::failed(format!("{} is empty", job.file(LoadPlan::TEMPLATES_FILE).display())));
    }
    let phases = plan.phases.clone();
    let body_bytes = EventTemplate::mean_bytes(&templates, Protocol::Rest).unwrap_or(0.0);
    let curve = Curve::of(api, body_bytes, &mut random);
    let mut course = Course {
        plan,
        templates,
        faults,
        random,
        curve,
        calls: BTreeMap::new(),
        sent: 0,
        rows: Vec::new(),
        blocks: Vec::new(),
        held: Vec::new(),
        unacknowledged: Vec::new(),
        stream: FakeStream::default(),
    };
    let interrupted = interrupt.urgency() > Urgency::None;
    let mut summary = GeneratorSummary {
        format: course.plan.format,
        run: course.plan.run.clone(),
        elapsed_ms: 0.0,
        phases: BTreeMap::new(),
    };
    for phase in &phases {
        let (numbers, ended_ms) = match phase.load.hold_ms() {
            Some(hold_ms) if !interrupted => course.hold(phase, hold_ms)?,
            _ => course.phase(phase, summary.elapsed_ms, interrupted)?,
        };
        summary.elapsed_ms = ended_ms;
        summary.phases.insert(phase.name.clone(), numbers);
    }
    course.spoil();
    course.write(job, &summary)?;
    let borne = Borne {
        curve: &course.curve,
        protocol: api.protocol,
        seconds: &course.held,
        phases: &course.plan.phases,
    };
    let (samples, statements) = if course.held.is_empty() {
        (Samples::default(), None)
    } else {
        (borne.samples(), Some(borne.statements()))
    };
    let database = FakeDatabase { rows: course.rows, blocks: course.blocks, statements };
    Ok(FakeLoad { database, samples, end: end(faults, interrupted) })
}

impl Course<'_> {
    pub(super) fn has(&self, fault: FakeFault) -> bool {
        self.faults.contains(&fault)
    }

    /// Sends a phase's events; an interrupted one sends none. Gives its numbers
    /// and when it ended.
    fn phase(
        &mut self,
        phase: &PlannedPhase,
        after_ms: f64,
        interrupted: bool,
    ) -> Result<(PhaseSummary, f64), Fault> {
        let (vus, per_vu) = calls_of(&phase.load);
        let per_vu = if interrupted { 0 } else { per_vu };
        let begin_ms = after_ms.max(f64::from(u32::try_from(phase.start_ms).unwrap_or(u32::MAX)));
        let mut numbers = empty(u64::from(if interrupted { 0 } else { vus }));
        let (mut acknowledged, mut request, mut ended_ms) = (Vec::new(), Vec::new(), begin_ms);
        let think_ms = f64::from(u32::try_from(self.plan.think_time_ms).unwrap_or(u32::MAX));
        for vu in 1..=vus {
            let mut clock_ms = begin_ms;
            for iteration in 0..per_vu {
                let took_ms = self.random.random_range(1.0..4.0);
                let middle = iteration >= per_vu / 2;
                let mut counters = self.call(vu, middle, &mut numbers);
                counters.connections_opened = u64::from(iteration == 0);
                counters.iteration_us = microseconds(took_ms + think_ms);
                if counters.events_acknowledged > 0 {
                    acknowledged.push(took_ms);
                }
                clock_ms += took_ms;
                let (ended, request_ms) = (clock_ms, request_ms(took_ms));
                request.push(request_ms);
                let call =
                    Call { phase: &phase.name, ended_ms: ended, took_ms, request_ms, counters: &counters };
                self.stream.add(&call, vus)?;
                ended_ms = f64::max(ended_ms, clock_ms);
                clock_ms += think_ms;
            }
        }
        if !request.is_empty() {
            numbers.first_call_ms = Some(begin_ms);
            numbers.last_call_ms = Some(ended_ms);
            numbers.acknowledged_duration = trend(acknowledged);
            numbers.request = trend(request);
        }
        Ok((numbers, ended_ms))
    }

    /// Sends one event and counts it, in the phase's numbers and for itself.
    fn call(&mut self, vu: u32, middle: bool, numbers: &mut PhaseSummary) -> StreamCounters {
        let calls = self.calls.entry(vu).or_default();
        let call = *calls;
        *calls += 1;
        let template = self.templates[EntityId::template_index(vu, call, self.templates.len())].clone();
        let id = EntityId { kind: &template.kind, tag: &self.plan.tag, vu, call }.to_string();
        let event_bytes = match self.plan.protocol {
            Protocol::Rest => template.body_bytes,
            Protocol::Grpc => template.message_bytes,
        };
        let mut counters = StreamCounters {
            iterations: 1,
            events_attempted: 1,
            sent_bytes: event_bytes as u64 + FRAMING_BYTES,
            ..StreamCounters::default()
        };
        numbers.iterations += 1;
        numbers.attempts += 1;
        numbers.sent_bytes += counters.sent_bytes;
        self.sent += 1;
        match self.outcome(middle) {
            Outcome::Acknowledged => {
                counters.events_acknowledged = 1;
                counters.received_bytes = REPLY_BYTES;
                numbers.acknowledged += 1;
                let (entity_type, data) = (template.entity_type, template.attributes);
                self.rows.push(FakeRow { entity_type, id, data });
            }
            Outcome::Refused => {
                let kind = self.refusal();
                counters.events_failed.insert(kind.clone(), 1);
                counters.received_bytes = REPLY_BYTES;
                numbers.failed += 1;
                *numbers.failed_by_kind.entry(kind.clone()).or_default() += 1;
                self.unacknowledged.push(Unacknowledged { entity_id: id, failed: Some(kind) });
            }
            Outcome::Unanswered => {
                counters.events_unknown = 1;
                numbers.unknown += 1;
                self.unacknowledged.push(Unacknowledged { entity_id: id, failed: None });
            }
        }
        numbers.received_bytes += counters.received_bytes;
        counters
    }

    fn outcome(&self, middle: bool) -> Outcome {
        if self.has(FakeFault::DiesUnderLoad) && middle {
            Outcome::Unanswered
        } else if self.has(FakeFault::RefusesEvents) && self.sent.is_multiple_of(2) {
            Outcome::Refused
        } else {
            Outcome::Acknowledged
        }
    }

    /// What a service would have done wrong with what it stored.
    fn spoil(&mut self) {
        if self.has(FakeFault::LosesAnEvent)
            && self.rows.pop().is_none()
            && let Some(block) = self.blocks.last_mut()
        {
            block.calls -= 1;
        }
        if self.has(FakeFault::ChangesAnEvent) {
            let first = self.rows.first_mut();
            if let Some(row) = first {
                CHANGED.clone_into(&mut row.data);
            } else if let Some(row) = self.first_of_a_block() {
                self.rows.push(FakeRow { data: CHANGED.to_owned(), ..row });
            }
        }
    }

    /// Takes a row out of a block.
    fn first_of_a_block(&mut self) -> Option<FakeRow> {
        let templates = self.templates.len();
        let block = self.blocks.first_mut()?;
        let (vu, call) = (block.vu, block.first_call);
        (block.first_call, block.calls) = (call + 1, block.calls - 1);
        let template = self.templates.get(EntityId::template_index(vu, call, templates))?;
        let id = EntityId { kind: &template.kind, tag: &block.tag, vu, call }.to_string();
        Some(FakeRow { entity_type: template.entity_type.clone(), id, data: template.attributes.clone() })
    }

    fn write(&self, job: &GeneratorJob, summary: &GeneratorSummary) -> Result<(), Fault> {
        let mut lines = String::new();
        for event in self.unacknowledged.iter().take(Unacknowledged::LIMIT) {
            lines += &json(event)?;
            lines.push('\n');
        }
        write(&job.file(Unacknowledged::FILE), &lines)?;
        if job.streams {
            let stream = self.stream.text()?;
            let whole = if self.has(FakeFault::StreamTruncated) { stream.len() / 2 } else { stream.len() };
            write(&job.file(StreamLine::FILE), &stream[..whole])?;
        }
        let path = job.file(GeneratorSummary::FILE);
        let text = json(summary)?;
        if self.has(FakeFault::SummaryTruncated) {
            write(&path, &text[..text.len() / 2])
        } else if self.has(FakeFault::SummaryEmpty) {
            write(&path, "")
        } else if self.has(FakeFault::GeneratorKilled) {
            Ok(())
        } else {
            write(&path, &text)
        }
    }
}

fn end(faults: &[FakeFault], interrupted: bool) -> GeneratorEnd {
    let killed = faults.contains(&FakeFault::GeneratorKilled);
    let overdue = faults.contains(&FakeFault::GeneratorOverdue);
    GeneratorEnd {
        code: (!killed).then_some(if interrupted || overdue { 105 } else { 0 }),
        signal: killed.then_some(9),
        overdue,
        interrupted,
        log_tail: Vec::new(),
    }
}

/// VUs of a phase and the calls each makes; none where a load is held, which is
/// made up otherwise.
fn calls_of(load: &PhaseLoad) -> (u32, u32) {
    match load {
        PhaseLoad::Iterations { vus, per_vu, .. } => (*vus, *per_vu),
        PhaseLoad::Vus { .. } | PhaseLoad::Rate { .. } => (0, 0),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Milliseconds of one iteration.
fn microseconds(ms: f64) -> u64 {
    (ms * 1000.0).round() as u64
}

pub(super) fn empty(connections_opened: u64) -> PhaseSummary {
    PhaseSummary {
        iterations: 0,
        attempts: 0,
        acknowledged: 0,
        failed: 0,
        failed_by_kind: BTreeMap::new(),
        unknown: 0,
        updates_acknowledged: 0,
        updates_failed: 0,
        updates_unknown: 0,
        dropped: 0,
        connections_opened,
        sent_bytes: 0,
        received_bytes: 0,
        first_call_ms: None,
        last_call_ms: None,
        request: None,
        acknowledged_duration: None,
    }
}

/// A distribution, its quantiles interpolated between the samples around them, as
/// k6 does; none without samples.
fn trend(mut samples: Vec<f64>) -> Option<TrendSummary> {
    samples.sort_by(f64::total_cmp);
    let count = u32::try_from(samples.len()).ok()?;
    let at = |percent: u32| {
        let place = u64::from(percent) * u64::from(count.saturating_sub(1));
        let (low, part) = (usize::try_from(place / 100).ok()?, u32::try_from(place % 100).ok()?);
        let (low, high) = (samples.get(low)?, samples.get(low + 1).or_else(|| samples.last())?);
        Some(low + (high - low) * f64::from(part) / 100.0)
    };
    Some(TrendSummary {
        count: u64::from(count),
        min: *samples.first()?,
        avg: samples.iter().sum::<f64>() / f64::from(count),
        med: at(50)?,
        p90: at(90)?,
        p95: at(95)?,
        p99: at(99)?,
        max: *samples.last()?,
    })
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Fault> {
    let cannot = || Fault::failed(format!("cannot read {}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| cannot().cause(error))?;
    serde_json::from_str(&text).map_err(|error| cannot().cause(error))
}

pub(super) fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::failed("cannot write JSON").cause(error))
}

fn write(path: &Path, text: &str) -> Result<(), Fault> {
    fs::write(path, text)
        .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))
}
