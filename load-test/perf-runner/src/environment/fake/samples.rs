//! What the processes would have used, made up from what the load did.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    curve::Curve,
    held::{HeldSecond, float, rounded},
    stream::STARTED_UNIX_US,
};
use crate::model::{
    ActivitySample, DatabaseCounters, PlannedPhase, Protocol, ResourceSample, Samples, StatementUse, Target,
};

const UPSERT: &str = include_str!("../../../../../postgres/queries/upsert.sql");

const MIB: u64 = 1 << 20;
/// Of an event.
const DATABASE_CPU_MS: f64 = 0.12;
const LOG_BYTES: u64 = 760;
const STATEMENT_MS: f64 = 0.15;
const POOL: u64 = 10;

/// What a load was, and who had to bear it.
pub(super) struct Borne<'a> {
    pub(super) curve: &'a Curve,
    pub(super) protocol: Protocol,
    pub(super) seconds: &'a [HeldSecond],
    pub(super) phases: &'a [PlannedPhase],
}

/// Events so far, at some moment.
#[derive(Debug, Clone, Copy, Default)]
struct SoFar {
    calls: u64,
    acknowledged: u64,
    vus: u32,
}

impl Borne<'_> {
    /// A sample a second, and the database's counters at the edges.
    pub(super) fn samples(&self) -> Samples {
        let last = self.seconds.iter().map(|held| held.second + 1).max().unwrap_or(0);
        let mut samples = Samples { released_at: Some(at(0.0)), ..Samples::default() };
        for second in 0..=last {
            let at_ms = f64::from(second) * 1000.0;
            samples.resources.extend(self.resources(at_ms));
            samples.activity.push(self.activity(at_ms));
        }
        samples.database = self.edges_ms().into_iter().map(|at_ms| self.counters(at_ms)).collect();
        samples
    }

    /// What the statement statistics say at the end.
    pub(super) fn statements(&self) -> Vec<StatementUse> {
        vec![upserts(self.so_far(f64::MAX).acknowledged)]
    }

    fn so_far(&self, at_ms: f64) -> SoFar {
        let ended = self.seconds.iter().take_while(|held| f64::from(held.second + 1) * 1000.0 <= at_ms);
        ended.fold(SoFar::default(), |sum, held| SoFar {
            calls: sum.calls + held.calls,
            acknowledged: sum.acknowledged + held.acknowledged,
            vus: held.vus,
        })
    }

    fn resources(&self, at_ms: f64) -> [ResourceSample; 5] {
        let so_far = self.so_far(at_ms);
        let (calls, vus) = (float(so_far.calls), u64::from(so_far.vus));
        let k6_cpu_ms = match self.protocol {
            Protocol::Rest => 0.2,
            Protocol::Grpc => 0.3,
        };
        let idle = at_ms / 1000.0;
        let api = calls * self.curve.cpu_ms / 1000.0;
        let k6 = calls * k6_cpu_ms / 1000.0;
        let postgres = calls * DATABASE_CPU_MS / 1000.0;
        let runner = idle * 0.004;
        [
            of(Target::Api, at_ms, (api, 24 * MIB + vus * 20_000, so_far)),
            of(Target::K6, at_ms, (k6, 40 * MIB + vus * 300_000 + so_far.calls * 72, so_far)),
            of(Target::Postgres, at_ms, (postgres, 180 * MIB, so_far)),
            of(Target::Runner, at_ms, (runner, 30 * MIB, SoFar::default())),
            of(Target::Host, at_ms, (api + k6 + postgres + runner + idle * 0.02, 2_000 * MIB, so_far)),
        ]
    }

    fn activity(&self, at_ms: f64) -> ActivitySample {
        let calls = self.so_far(at_ms).calls - self.so_far(at_ms - 1000.0).calls;
        let active = rounded(float(calls) * STATEMENT_MS / 1000.0).clamp(1, POOL);
        ActivitySample {
            at_ms,
            connections: BTreeMap::from([("active".to_owned(), active), ("idle".to_owned(), POOL - active)]),
            waits: BTreeMap::from([("IO:WALSync".to_owned(), active.div_ceil(2))]),
        }
    }

    fn edges_ms(&self) -> Vec<f64> {
        let edges = |phase: &PlannedPhase| {
            let end_ms = phase.start_ms + phase.load.hold_ms().unwrap_or(0);
            [phase.start_ms, phase.start_ms + phase.settle_ms, end_ms].map(float)
        };
        let mut edges: Vec<f64> = self.phases.iter().flat_map(edges).collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        edges
    }

    fn counters(&self, at_ms: f64) -> DatabaseCounters {
        let acknowledged = self.so_far(at_ms).acknowledged;
        DatabaseCounters {
            at_ms,
            statements: Some(vec![upserts(acknowledged)]),
            commits: Some(acknowledged),
            rollbacks: Some(0),
            wal_bytes: Some(acknowledged * LOG_BYTES),
            written_bytes: Some(acknowledged * LOG_BYTES * 2),
        }
    }
}

fn upserts(calls: u64) -> StatementUse {
    StatementUse {
        text: UPSERT.to_owned(),
        is_upsert: true,
        calls,
        rows: calls,
        total_ms: float(calls) * STATEMENT_MS,
        mean_ms: STATEMENT_MS,
        max_ms: STATEMENT_MS * 40.0,
        blocks_hit: calls * 12,
        blocks_read: 0,
        wal_bytes: calls * LOG_BYTES,
    }
}

fn at(at_ms: f64) -> DateTime<Utc> {
    let started = DateTime::from_timestamp_micros(STARTED_UNIX_US).unwrap_or_default();
    started + TimeDelta::milliseconds(i64::try_from(rounded(at_ms)).unwrap_or(0))
}

fn of(target: Target, at_ms: f64, (cpu_seconds, rss_bytes, so_far): (f64, u64, SoFar)) -> ResourceSample {
    let sockets = BTreeMap::from([("established".to_owned(), u64::from(so_far.vus))]);
    ResourceSample {
        target,
        at_ms,
        sampled_at: at(at_ms),
        cpu_seconds: Some(cpu_seconds),
        rss_bytes: Some(rss_bytes),
        threads: Some(8),
        context_switches: Some(so_far.calls * 4),
        network_received_bytes: Some(so_far.calls * 600),
        network_sent_bytes: Some(so_far.calls * 300),
        block_read_bytes: Some(0),
        block_written_bytes: Some(if target == Target::Postgres {
            so_far.acknowledged * LOG_BYTES * 2
        } else {
            0
        }),
        throttled_seconds: Some(0.0),
        sockets: Some(sockets),
        pressure: (target == Target::Host).then(BTreeMap::new),
    }
}
