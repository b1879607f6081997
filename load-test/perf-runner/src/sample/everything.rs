//! A campaign of held loads, with everything that can be measured in one.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{noon, normal};
use crate::model::{
    ActivitySample, CampaignId, CampaignStatus, DatabaseCounters, FailureKind, Histogram, MissingSource,
    Mode, PhaseFigures, PhaseLoad, PlannedPhase, ResourceSample, Samples, SecondFigures, StatementUse,
    StoredCampaign, Target, TestRun, WindowFigures, WindowUse,
};

/// How long each of its phases is held.
const HOLD_MS: u64 = 30_000;
const SETTLE_MS: u64 = 3_000;

/// Two APIs, one round, 10 and 50 VUs; taken up again twice.
pub(crate) fn everything() -> StoredCampaign {
    let mut stored = normal();
    let old = stored.campaign.id.0.clone();
    let id = old.replace("smoke", "full");
    stored.campaign.id = CampaignId(id.clone());
    stored.campaign.plan.campaign = CampaignId(id.clone());
    (stored.campaign.mode, stored.campaign.plan.mode) = (Mode::Full, Mode::Full);
    stored.campaign.status = CampaignStatus::Completed;
    stored.campaign.host.generator = Some("2c26b46b68ffc68ff99b453c1d304134".to_owned());
    stored.campaign.resumed_at = vec![noon() + TimeDelta::seconds(1), noon() + TimeDelta::seconds(2)];
    for planned in &mut stored.campaign.plan.runs {
        planned.id.0 = planned.id.0.replace(&old, &id);
        planned.phases = vec![phase("p1", 10, 0), phase("p2", 50, HOLD_MS + 10_000)];
    }
    for (planned, stored) in stored.campaign.plan.runs.iter().zip(&mut stored.runs) {
        let run = &mut stored.run;
        run.id = planned.id.clone();
        run.raw_files = run.raw_files.replace(&old, &id);
        run.planned.clone_from(&planned.phases);
        measure(run);
    }
    stored
}

fn phase(name: &str, vus: u32, start_ms: u64) -> PlannedPhase {
    let load = PhaseLoad::Vus { vus, hold_ms: HOLD_MS };
    PlannedPhase { name: name.to_owned(), load, start_ms, settle_ms: SETTLE_MS }
}

fn measure(run: &mut TestRun) {
    let before = run.phases[0].clone();
    run.phases = run.planned.iter().map(|planned| figures(&before, planned)).collect();
    let released_at = run.started_at + TimeDelta::seconds(1);
    let last = run.planned.last().unwrap();
    let end_s = (last.start_ms + last.load.hold_ms().unwrap()) / 1000;
    if let Some(audit) = &mut run.audit {
        audit.statements_missing = Some("the runner's role may not read pg_stat_statements".to_owned());
    }
    (run.database_bytes, run.raw_bytes) = (Some(104_857_600), Some(1_234_567));
    run.samples = Some(samples(released_at, i32::try_from(end_s).unwrap()));
}

fn figures(before: &PhaseFigures, planned: &PlannedPhase) -> PhaseFigures {
    let seconds = u32::try_from(planned.load.hold_ms().unwrap() / 1000).unwrap();
    PhaseFigures {
        name: planned.name.clone(),
        window: Some(window(planned)),
        seconds: (0..seconds).map(|second| second_figures(second, planned.load.max_vus())).collect(),
        ..before.clone()
    }
}

fn second_figures(second: u32, vus: u32) -> SecondFigures {
    // The stream may have a hole.
    let told = second != 7;
    let when = |value: f64| told.then_some(value);
    SecondFigures {
        second,
        started: told.then_some(u64::from(vus) * 9),
        ok: told.then_some(u64::from(vus) * 9 - 1),
        failed: told.then_some(1),
        p50_ms: when(1.0 + f64::from(second) / 3.0),
        p95_ms: when(2.0 + f64::from(second) / 3.0),
        p99_ms: when(4.0 + f64::from(second) / 3.0),
        vus: when(f64::from(vus)),
    }
}

fn window(planned: &PlannedPhase) -> WindowFigures {
    let hold_ms = planned.load.hold_ms().unwrap();
    let vus = f64::from(planned.load.max_vus());
    let calls = u64::from(planned.load.max_vus()) * 9 * (hold_ms - SETTLE_MS) / 1000;
    #[allow(clippy::cast_precision_loss)]
    let at = |ms: u64| ms as f64;
    WindowFigures {
        start_ms: at(planned.start_ms + SETTLE_MS) + 0.25,
        end_ms: at(planned.start_ms + hold_ms),
        attempts: Some(calls),
        iterations: Some(calls),
        acknowledged: Some(calls - 3),
        failed: Some(BTreeMap::from([(FailureKind("unavailable".to_owned()), 2)])),
        unknown: Some(1),
        dropped: Some(0),
        connections_opened: Some(u64::from(planned.load.max_vus())),
        sent_bytes: Some(calls * 568),
        received_bytes: Some(calls * 221),
        mean_vus: Some(vus),
        time_weighted_vus: Some(vus - 0.125),
        ok: Some(histogram(calls - 3, 1.0)),
        not_ok: Some(histogram(3, 0.2)),
        request: Some(histogram(calls, 0.9)),
        mean_call_ms: Some(2.0 / 3.0),
        client_overhead_ms: Some(0.1),
        slope: Some(-0.01),
        resources: [Target::Api, Target::K6, Target::Postgres, Target::Runner, Target::Host]
            .map(|target| (target, used(target)))
            .into(),
        statements: Some(vec![statement(calls - 3)]),
        statements_per_event: Some(1.0),
        rows_per_event: Some(1.0),
        transactions_per_event: Some(1.001),
        wal_bytes_per_event: Some(640.5),
    }
}

fn histogram(count: u64, scale: f64) -> Histogram {
    let mut histogram = Histogram::empty().unwrap();
    for number in 0..count {
        histogram.record_ms(scale * (0.5 + f64::from(u32::try_from(number % 997).unwrap()) / 100.0));
    }
    histogram
}

fn used(target: Target) -> WindowUse {
    let is_host = target == Target::Host;
    WindowUse {
        sampled_ms: 27_000.5,
        cpu_seconds: Some(10.0 / 3.0),
        cpu_seconds_per_1000_events: Some(0.137),
        cpu_cores: Some(0.123),
        rss_max_bytes: Some(12_582_912),
        threads_max: (!is_host).then_some(9),
        context_switches: Some(54_321),
        network_bytes: None,
        block_bytes: Some(0),
        throttled_seconds: None,
        sockets_max: Some(BTreeMap::from([("established".to_owned(), 60), ("time_wait".to_owned(), 1)])),
        pressure: is_host.then(|| BTreeMap::from([("cpu_some".to_owned(), 1.0 / 3.0)])),
    }
}

fn statement(calls: u64) -> StatementUse {
    StatementUse {
        text: "insert into car_entities as stored (...)".to_owned(),
        is_upsert: true,
        calls,
        rows: calls,
        total_ms: 123.456_789_012_3,
        mean_ms: 0.1 + 0.2,
        max_ms: 9.0,
        blocks_hit: calls * 12,
        blocks_read: 3,
        wal_bytes: calls * 640,
    }
}

/// Every second from before the release to the end, of every target.
fn samples(released_at: DateTime<Utc>, end_s: i32) -> Samples {
    let targets = [Target::Api, Target::K6, Target::Postgres, Target::Runner, Target::Host];
    let resources =
        (-1..=end_s).flat_map(|second| targets.map(|target| resource(target, second, released_at)));
    let activity = (0..=end_s).map(|second| ActivitySample {
        at_ms: f64::from(second) * 1000.0 + 0.5,
        connections: BTreeMap::from([("active".to_owned(), 3), ("idle".to_owned(), 7)]),
        waits: BTreeMap::from([("IO:WALSync".to_owned(), 2)]),
    });
    let database = (0..2_u32).map(|edge| DatabaseCounters {
        at_ms: f64::from(edge) * 27_000.0,
        statements: (edge > 0).then(|| vec![statement(edge.into())]),
        commits: Some(edge.into()),
        rollbacks: None,
        wal_bytes: Some(640),
        written_bytes: None,
    });
    let missing = MissingSource {
        target: Target::Host,
        source: "pressure".to_owned(),
        reason: "the kernel has none".to_owned(),
    };
    Samples {
        released_at: Some(released_at),
        resources: resources.collect(),
        activity: activity.collect(),
        database: database.collect(),
        missing: vec![missing],
        processors: BTreeMap::from([(Target::K6, vec![1]), (Target::Api, vec![0, 2])]),
    }
}

pub(crate) fn resource(target: Target, second: i32, released_at: DateTime<Utc>) -> ResourceSample {
    let so_far = u64::try_from(second + 1).unwrap();
    let is_host = target == Target::Host;
    ResourceSample {
        target,
        at_ms: f64::from(second) * 1000.0 + 0.1,
        sampled_at: released_at + TimeDelta::milliseconds(i64::from(second) * 1000),
        cpu_seconds: Some(f64::from(second + 1) * 0.37),
        rss_bytes: Some(6_291_456 + 4096 * so_far),
        threads: (!is_host).then_some(9),
        context_switches: Some(100 * so_far),
        network_received_bytes: None,
        network_sent_bytes: None,
        block_read_bytes: Some(0),
        block_written_bytes: Some(8192 * so_far),
        throttled_seconds: None,
        sockets: Some(
            ["established", "time_wait", "close_wait", "listen"].map(|state| (state.to_owned(), 12)).into(),
        ),
        pressure: is_host.then(|| {
            ["cpu_some", "io_some", "io_full", "memory_some", "memory_full", "steal_seconds"]
                .map(|kind| (kind.to_owned(), f64::from(second + 1) / 7.0))
                .into()
        }),
    }
}
