//! Rows of the tables: every field one column, in this order. What has no column of
//! its own everywhere (failures by kind, sockets by state) is a column of JSON. An
//! empty cell means "not measured".

// A column is called what it is, even where the table is called the same.
#![allow(clippy::struct_field_names)]

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{
    CheckScope, PhaseFigures, PhaseLoad, PlannedPhase, StatementUse, StoredRun, TestRun, WindowFigures,
};

/// What was planned and measured of a phase. Counts are those of its window, or of
/// the whole phase where none is cut out of it (`window_start_ms` is empty then).
#[derive(Default, Serialize)]
pub(super) struct Phase<'a> {
    test_run: &'a str,
    api: &'a str,
    payload: String,
    round: u32,
    slot: u32,
    status: String,
    phase: &'a str,
    load: &'static str,
    vus: Option<u32>,
    rate_per_s: Option<u32>,
    hold_ms: Option<u64>,
    settle_ms: Option<u64>,
    window_start_ms: Option<f64>,
    window_ms: Option<f64>,
    throughput_per_s: Option<f64>,
    attempts: Option<u64>,
    iterations: Option<u64>,
    acknowledged: Option<u64>,
    failed: Option<u64>,
    failed_by_kind: String,
    unknown: Option<u64>,
    dropped: Option<u64>,
    connections_opened: Option<u64>,
    sent_bytes: Option<u64>,
    received_bytes: Option<u64>,
    mean_vus: Option<f64>,
    time_weighted_vus: Option<f64>,
    mean_call_ms: Option<f64>,
    client_overhead_ms: Option<f64>,
    slope: Option<f64>,
    statements_per_event: Option<f64>,
    rows_per_event: Option<f64>,
    transactions_per_event: Option<f64>,
    wal_bytes_per_event: Option<f64>,
}

impl<'a> Phase<'a> {
    pub(super) fn of(StoredRun { run, .. }: &'a StoredRun) -> Vec<Self> {
        run.phases
            .iter()
            .map(|figures| match &figures.window {
                Some(window) => Self::counted(window, Self::planned(run, figures)),
                None => Self::whole(figures, Self::planned(run, figures)),
            })
            .collect()
    }

    fn planned(run: &'a TestRun, figures: &'a PhaseFigures) -> Self {
        let planned = run.planned.iter().find(|planned| planned.name == figures.name);
        let load = planned.map(|planned| &planned.load);
        Self {
            test_run: &run.id.0,
            api: &run.api,
            payload: run.payload.to_string(),
            round: run.round,
            slot: run.slot,
            status: run.status.to_string(),
            phase: &figures.name,
            load: load.map_or("", word),
            vus: load.map(PhaseLoad::max_vus),
            rate_per_s: load.and_then(|load| match load {
                PhaseLoad::Rate { per_s, .. } => Some(*per_s),
                _ => None,
            }),
            hold_ms: load.and_then(PhaseLoad::hold_ms),
            settle_ms: planned.map(|planned: &PlannedPhase| planned.settle_ms),
            window_ms: figures.window_ms,
            throughput_per_s: figures.throughput_per_s,
            ..Self::default()
        }
    }

    fn counted(window: &WindowFigures, planned: Self) -> Self {
        Self {
            window_start_ms: Some(window.start_ms),
            attempts: window.attempts,
            iterations: window.iterations,
            acknowledged: window.acknowledged,
            failed: window.failed.as_ref().map(|failed| failed.values().sum()),
            failed_by_kind: json(window.failed.as_ref()),
            unknown: window.unknown,
            dropped: window.dropped,
            connections_opened: window.connections_opened,
            sent_bytes: window.sent_bytes,
            received_bytes: window.received_bytes,
            mean_vus: window.mean_vus,
            time_weighted_vus: window.time_weighted_vus,
            mean_call_ms: window.mean_call_ms,
            client_overhead_ms: window.client_overhead_ms,
            slope: window.slope,
            statements_per_event: window.statements_per_event,
            rows_per_event: window.rows_per_event,
            transactions_per_event: window.transactions_per_event,
            wal_bytes_per_event: window.wal_bytes_per_event,
            ..planned
        }
    }

    fn whole(figures: &PhaseFigures, planned: Self) -> Self {
        Self {
            iterations: Some(figures.iterations),
            acknowledged: Some(figures.acknowledged),
            failed: Some(figures.failed_total()),
            failed_by_kind: json(Some(&figures.failed)),
            unknown: Some(figures.unknown),
            dropped: figures.dropped,
            connections_opened: figures.connections_opened,
            sent_bytes: figures.sent_bytes,
            received_bytes: figures.received_bytes,
            mean_call_ms: figures.iteration.as_ref().map(|known| known.mean_ms),
            ..planned
        }
    }
}

fn word(load: &PhaseLoad) -> &'static str {
    match load {
        PhaseLoad::Iterations { .. } => "iterations",
        PhaseLoad::Vus { .. } => "vus",
        PhaseLoad::Rate { .. } => "rate",
    }
}

/// A map as one cell.
fn json<T: Serialize>(map: Option<&BTreeMap<T, impl Serialize>>) -> String {
    map.and_then(|map| serde_json::to_string(map).ok()).unwrap_or_default()
}

/// What a process used in a window.
#[derive(Default, Serialize)]
pub(super) struct Used<'a> {
    test_run: &'a str,
    phase: &'a str,
    target: String,
    sampled_ms: f64,
    cpu_seconds: Option<f64>,
    cpu_seconds_per_1000_events: Option<f64>,
    cpu_cores: Option<f64>,
    rss_max_bytes: Option<u64>,
    threads_max: Option<u64>,
    context_switches: Option<u64>,
    network_bytes: Option<u64>,
    block_bytes: Option<u64>,
    throttled_seconds: Option<f64>,
    sockets_max: String,
    pressure: String,
}

impl<'a> Used<'a> {
    pub(super) fn of(StoredRun { run, .. }: &'a StoredRun) -> impl Iterator<Item = Self> {
        run.phases.iter().flat_map(move |phase| {
            phase.window.iter().flat_map(|window| &window.resources).map(move |(target, used)| Self {
                test_run: &run.id.0,
                phase: &phase.name,
                target: target.to_string(),
                sampled_ms: used.sampled_ms,
                cpu_seconds: used.cpu_seconds,
                cpu_seconds_per_1000_events: used.cpu_seconds_per_1000_events,
                cpu_cores: used.cpu_cores,
                rss_max_bytes: used.rss_max_bytes,
                threads_max: used.threads_max,
                context_switches: used.context_switches,
                network_bytes: used.network_bytes,
                block_bytes: used.block_bytes,
                throttled_seconds: used.throttled_seconds,
                sockets_max: json(used.sockets_max.as_ref()),
                pressure: json(used.pressure.as_ref()),
            })
        })
    }
}

/// A percentile of a clock. `ok` and `not_ok` are calls on the clock that both wires
/// share, `request` is the wire's own.
#[derive(Default, Serialize)]
pub(super) struct Percentile<'a> {
    test_run: &'a str,
    phase: &'a str,
    clock: &'static str,
    samples: u64,
    percentile: f64,
    ms: f64,
}

impl<'a> Percentile<'a> {
    pub(super) fn of(StoredRun { run, .. }: &'a StoredRun) -> Vec<Self> {
        let mut rows = Vec::new();
        for phase in &run.phases {
            let Some(window) = &phase.window else { continue };
            let clocks = [("ok", &window.ok), ("not_ok", &window.not_ok), ("request", &window.request)];
            for (clock, histogram) in clocks {
                let Some(histogram) = histogram else { continue };
                let (test_run, phase, samples) = (&*run.id.0, &*phase.name, histogram.count());
                let row = |(percentile, ms)| Self { test_run, phase, clock, samples, percentile, ms };
                rows.extend(histogram.curve().map(row));
            }
        }
        rows
    }
}

/// A second of a phase.
#[derive(Default, Serialize)]
pub(super) struct Second<'a> {
    test_run: &'a str,
    phase: &'a str,
    second: u32,
    started: Option<u64>,
    ok: Option<u64>,
    failed: Option<u64>,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    p99_ms: Option<f64>,
    vus: Option<f64>,
}

impl<'a> Second<'a> {
    pub(super) fn of(StoredRun { run, .. }: &'a StoredRun) -> impl Iterator<Item = Self> {
        run.phases.iter().flat_map(move |phase| {
            phase.seconds.iter().map(move |figures| Self {
                test_run: &run.id.0,
                phase: &phase.name,
                second: figures.second,
                started: figures.started,
                ok: figures.ok,
                failed: figures.failed,
                p50_ms: figures.p50_ms,
                p95_ms: figures.p95_ms,
                p99_ms: figures.p99_ms,
                vus: figures.vus,
            })
        })
    }
}

/// What a process had used at one moment.
#[derive(Default, Serialize)]
pub(super) struct Sample<'a> {
    test_run: &'a str,
    target: String,
    at_ms: f64,
    sampled_at: String,
    cpu_seconds: Option<f64>,
    rss_bytes: Option<u64>,
    threads: Option<u64>,
    context_switches: Option<u64>,
    network_received_bytes: Option<u64>,
    network_sent_bytes: Option<u64>,
    block_read_bytes: Option<u64>,
    block_written_bytes: Option<u64>,
    throttled_seconds: Option<f64>,
    sockets: String,
    pressure: String,
}

impl<'a> Sample<'a> {
    pub(super) fn of(StoredRun { run, .. }: &'a StoredRun) -> impl Iterator<Item = Self> {
        run.samples.iter().flat_map(|samples| &samples.resources).map(|sample| Self {
            test_run: &run.id.0,
            target: sample.target.to_string(),
            at_ms: sample.at_ms,
            sampled_at: sample.sampled_at.to_rfc3339(),
            cpu_seconds: sample.cpu_seconds,
            rss_bytes: sample.rss_bytes,
            threads: sample.threads,
            context_switches: sample.context_switches,
            network_received_bytes: sample.network_received_bytes,
            network_sent_bytes: sample.network_sent_bytes,
            block_read_bytes: sample.block_read_bytes,
            block_written_bytes: sample.block_written_bytes,
            throttled_seconds: sample.throttled_seconds,
            sockets: json(sample.sockets.as_ref()),
            pressure: json(sample.pressure.as_ref()),
        })
    }
}

/// What the database's connections were doing at one moment.
#[derive(Default, Serialize)]
pub(super) struct Activity<'a> {
    test_run: &'a str,
    at_ms: f64,
    connections: String,
    waits: String,
}

impl<'a> Activity<'a> {
    pub(super) fn of(StoredRun { run, .. }: &'a StoredRun) -> impl Iterator<Item = Self> {
        run.samples.iter().flat_map(|samples| &samples.activity).map(|sample| Self {
            test_run: &run.id.0,
            at_ms: sample.at_ms,
            connections: json(Some(&sample.connections)),
            waits: json(Some(&sample.waits)),
        })
    }
}

/// What a statement used; `phase` is empty over the whole test run.
#[derive(Default, Serialize)]
pub(super) struct Statement<'a> {
    test_run: &'a str,
    phase: Option<&'a str>,
    statement: &'a str,
    is_upsert: bool,
    calls: u64,
    rows: u64,
    total_ms: f64,
    mean_ms: f64,
    max_ms: f64,
    blocks_hit: u64,
    blocks_read: u64,
    wal_bytes: u64,
}

impl<'a> Statement<'a> {
    pub(super) fn of(StoredRun { run, .. }: &'a StoredRun) -> impl Iterator<Item = Self> {
        let of_run = run.audit.iter().flat_map(|audit| &audit.statements).map(|used| (None, used));
        let of_phases = run.phases.iter().flat_map(|phase| {
            let used = phase.window.iter().filter_map(|window| window.statements.as_ref()).flatten();
            used.map(|used| (Some(phase.name.as_str()), used))
        });
        of_run.chain(of_phases).map(|(phase, used): (_, &StatementUse)| Self {
            test_run: &run.id.0,
            phase,
            statement: &used.text,
            is_upsert: used.is_upsert,
            calls: used.calls,
            rows: used.rows,
            total_ms: used.total_ms,
            mean_ms: used.mean_ms,
            max_ms: used.max_ms,
            blocks_hit: used.blocks_hit,
            blocks_read: used.blocks_read,
            wal_bytes: used.wal_bytes,
        })
    }
}

/// A verdict; `phase` is empty for one on the whole test run.
#[derive(Default, Serialize)]
pub(super) struct Checked<'a> {
    test_run: &'a str,
    phase: Option<&'a str>,
    check: &'a str,
    verdict: String,
    value: Option<f64>,
    limit: &'a str,
    limits_version: u32,
    text: &'a str,
}

impl<'a> Checked<'a> {
    pub(super) fn of(StoredRun { run, checks }: &'a StoredRun) -> impl Iterator<Item = Self> {
        checks.iter().map(|check| Self {
            test_run: &run.id.0,
            phase: match &check.scope {
                CheckScope::Run => None,
                CheckScope::Phase(name) => Some(name),
            },
            check: &check.id,
            verdict: check.verdict.to_string(),
            value: check.value,
            limit: &check.limit,
            limits_version: check.limits_version,
            text: &check.text,
        })
    }
}
