//! Campaigns as tests need them: one that went well, and what can be different.

// Made-up numbers: small counts, and a test that cannot go on says so by panicking.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod everything;
mod held;
pub(crate) mod load;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{
    Analysis, Api, Audit, Campaign, CampaignChanges, CampaignId, CampaignStatus, Ceiling, Check, CheckScope,
    ExitMeaning, FailureKind, GateResult, GitState, HostFacts, Language, Mode, PayloadSize, PhaseFigures,
    PhaseLoad, Plan, PlannedPhase, PlannedRun, Protocol, Quantiles, RunStatus, ServiceEnd, StatementUse,
    Step, StoredCampaign, StoredRun, TestRun, TestRunId, ToolVersion, Verdict,
};

pub(crate) use everything::{everything, resource};
pub(crate) use held::{LOADS, SIX, True, held, held_of, with_invalid};

/// What such a campaign comes to.
pub(crate) fn analyzed(stored: &StoredCampaign) -> Analysis {
    crate::analyze::of(stored)
}

/// What these gates say of a campaign.
pub(crate) fn gated(stored: &StoredCampaign, gates: &[&str]) -> Vec<GateResult> {
    use crate::analyze::gate;
    let gates: Vec<gate::Gate> = gates.iter().map(|text| gate::parse(text).unwrap()).collect();
    gate::judge(&gates, stored, &analyzed(stored))
}

/// What changed from one campaign to another that differ in this.
pub(crate) fn changed(
    before: &StoredCampaign,
    after: &StoredCampaign,
    differences: &[&str],
) -> CampaignChanges {
    let differences = differences.iter().map(|&text| text.to_owned()).collect();
    crate::analyze::change::between(before, after, differences, false)
}

/// 2026-11-21 10:43:51.123456 UTC.
pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_257_831_123_456).unwrap()
}

/// Two APIs, one round, everything well.
pub(crate) fn normal() -> StoredCampaign {
    campaign_of(&[("producer-api-rust-rest", Protocol::Rest), ("producer-api-rust-grpc", Protocol::Grpc)])
}

/// The second test run's service never got ready.
pub(crate) fn one_failed() -> StoredCampaign {
    let mut stored = normal();
    stored.campaign.status = CampaignStatus::Failed;
    let StoredRun { run, checks } = &mut stored.runs[1];
    run.status = RunStatus::Failed;
    run.failure = Some("producer-api-rust-grpc ended before it was ready: exit code 1".to_owned());
    run.steps.truncate(2);
    (run.start_up_ms, run.idle_rss_bytes, run.generator, run.audit) = (None, None, None, None);
    run.service = Some(ServiceEnd {
        code: Some(1),
        signal: None,
        early: true,
        killed: false,
        log_tail: vec!["DATABASE_MAX_CONNECTIONS: \"ten\" is no number".to_owned()],
    });
    run.phases.clear();
    *checks = vec![
        Check {
            value: None,
            verdict: Verdict::Unknown,
            ..check("errors", CheckScope::Phase("p1".to_owned()))
        },
        Check {
            verdict: Verdict::Invalid,
            text: "The service ended before it was asked to.".to_owned(),
            ..check("service_end", CheckScope::Run)
        },
    ];
    stored
}

/// Everything that may be missing is missing, and nothing is in a repository.
pub(crate) fn nothing_measured() -> StoredCampaign {
    let mut stored = normal();
    stored.campaign.git = None;
    stored.campaign.finished_at = None;
    stored.campaign.status = CampaignStatus::Running;
    stored.campaign.host = HostFacts {
        cpu_model: None,
        cores: 1,
        memory_bytes: None,
        memory_available_bytes: None,
        kernel: None,
        distribution: None,
        open_files_limit: None,
        ephemeral_ports: None,
        load_average: None,
        free_disk_bytes: None,
        virtualised: None,
        tools: vec![ToolVersion { name: "go".to_owned(), version: None }],
        database: BTreeMap::new(),
        containers: BTreeMap::new(),
        generator: None,
    };
    for StoredRun { run, .. } in &mut stored.runs {
        (run.payload_bytes, run.build_id, run.start_up_ms, run.idle_rss_bytes) = (None, None, None, None);
        for phase in &mut run.phases {
            (phase.window_ms, phase.dropped, phase.throughput_per_s) = (None, None, None);
            (phase.sent_bytes, phase.received_bytes) = (None, None);
            (phase.request, phase.iteration) = (None, None);
        }
        if let Some(audit) = &mut run.audit {
            (audit.statements_per_event, audit.rows_per_event) = (None, None);
            audit.statements.clear();
        }
    }
    stored
}

/// Names, texts and numbers from someone who means harm.
pub(crate) fn hostile() -> StoredCampaign {
    let name = "<script>alert('x')</script>\"&\u{1b}[31m\u{202e}";
    let mut stored = normal();
    stored.campaign.plan.left_out.push((name.to_owned(), format!("no {name}\nsecond line")));
    stored.campaign.host.cpu_model = Some(name.to_owned());
    stored.campaign.host.database.insert(name.to_owned(), "https://example.org/".to_owned());
    let StoredRun { run, checks } = &mut stored.runs[0];
    run.api = name.to_owned();
    run.status = RunStatus::Failed;
    run.failure = Some(format!("{name}\0{}", "long ".repeat(300)));
    run.raw_files = format!("{}/..%2f\"onload=", stored.campaign.id);
    run.phases[0].failed = BTreeMap::from([(FailureKind(format!("{name}\0")), 3)]);
    if let Some(service) = &mut run.service {
        service.log_tail = vec!["a NUL \0, a bell \u{7} and </pre></html>".to_owned()];
    }
    if let Some(audit) = &mut run.audit {
        audit.examples = vec!["--><img src=http://example.org/x onerror=alert(1)>".to_owned()];
        audit.statements[0].text = "select '</style><script>' || $1".to_owned();
    }
    checks[0].text = name.to_owned();
    checks[0].verdict = Verdict::Warn;
    stored
}

/// Six APIs in five rounds.
pub(crate) fn many() -> StoredCampaign {
    let mut apis = Vec::new();
    for _round in 0..5 {
        for language in ["java", "rust", "go"] {
            apis.push((format!("producer-api-{language}-rest"), Protocol::Rest));
            apis.push((format!("producer-api-{language}-grpc"), Protocol::Grpc));
        }
    }
    let apis: Vec<(&str, Protocol)> = apis.iter().map(|(name, wire)| (name.as_str(), *wire)).collect();
    let mut stored = campaign_of(&apis);
    for (index, StoredRun { run, .. }) in (0..).zip(&mut stored.runs) {
        (run.round, run.slot) = (index / 6 + 1, index % 6 + 1);
        let planned = &mut stored.campaign.plan.runs[index as usize];
        (planned.round, planned.slot) = (run.round, run.slot);
    }
    stored.campaign.plan.rounds = 5;
    stored
}

fn campaign_of(apis: &[(&str, Protocol)]) -> StoredCampaign {
    let id = CampaignId("20261121-104351-smoke-7f3a".to_owned());
    let planned: Vec<PlannedRun> = (1..).zip(apis).map(|(slot, api)| planned_run(&id, slot, *api)).collect();
    let runs = planned.iter().map(|planned| stored_run(&id, planned)).collect();
    let plan = Plan {
        campaign: id.clone(),
        mode: Mode::Smoke,
        seed: u64::MAX - 1,
        rounds: 1,
        think_time_ms: 100,
        request_timeout_ms: 30_000,
        max_connections: 10,
        warm_up_ms: 0,
        update_share: 0.0,
        ceiling: false,
        runs: planned,
        left_out: vec![("producer-api-java-rest".to_owned(), "no JDK 25 was found".to_owned())],
        estimate: None,
    };
    StoredCampaign { campaign: campaign(id, plan), runs }
}

fn campaign(id: CampaignId, plan: Plan) -> Campaign {
    let tool = |name: &str, version: &str| ToolVersion {
        name: name.to_owned(),
        version: (!version.is_empty()).then(|| version.to_owned()),
    };
    let settings = [("fsync", "on"), ("shared_buffers", "128MB"), ("synchronous_commit", "on")];
    let host = HostFacts {
        cpu_model: Some("Example CPU 8 @ 3.10GHz".to_owned()),
        cores: 2,
        memory_bytes: Some(8 << 30),
        memory_available_bytes: Some(5_368_709_121),
        kernel: Some("6.1.0-29-amd64".to_owned()),
        distribution: Some("Debian GNU/Linux 12 (bookworm)".to_owned()),
        open_files_limit: Some(1_048_576),
        ephemeral_ports: Some((32_768, 60_999)),
        load_average: Some(0.1 + 0.2),
        free_disk_bytes: Some(123_456_789_012),
        virtualised: Some(true),
        tools: vec![tool("cargo", "cargo 1.95.0"), tool("go", "go version go1.26.8"), tool("java", "")],
        database: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        containers: BTreeMap::new(),
        generator: None,
    };
    Campaign {
        id,
        mode: Mode::Smoke,
        plan,
        git: Some(GitState { commit: "21d094cfa1b2c3d4e5f60718293a4b5c6d7e8f90".to_owned(), dirty: true }),
        host,
        fingerprint: "9f86d081884c".to_owned(),
        runtime: "process".to_owned(),
        runner_version: "0.1.0".to_owned(),
        verified: false,
        ceilings: vec![Ceiling {
            payload: PayloadSize::Default,
            concurrency: 10,
            duration_ms: 10_000,
            events_per_s: Some(5_123.5),
            reason: None,
        }],
        started_at: noon(),
        finished_at: Some(noon() + TimeDelta::microseconds(9_876_543)),
        status: CampaignStatus::Completed,
        resumed_at: Vec::new(),
    }
}

fn planned_run(campaign: &CampaignId, slot: u32, (api, protocol): (&str, Protocol)) -> PlannedRun {
    let language = match api {
        _ if api.contains("java") => Language::Java,
        _ if api.contains("-go-") => Language::Go,
        _ => Language::Rust,
    };
    PlannedRun {
        id: TestRunId(format!("{campaign}.r1s{slot:02}.{api}.default")),
        tag: format!("{slot:08x}"),
        round: 1,
        slot,
        api: Api {
            id: api.to_owned(),
            language,
            protocol,
            port: 8081,
            build: vec!["cargo".to_owned(), "build".to_owned()],
            start: vec![format!("target/release/{api}")],
            image: format!("{api}:latest"),
        },
        again: false,
        payload: PayloadSize::Default,
        phases: vec![PlannedPhase {
            name: "p1".to_owned(),
            load: PhaseLoad::Iterations { vus: 1, per_vu: 5, max_duration_ms: 30_000 },
            start_ms: 0,
            settle_ms: 0,
        }],
        planned_ms: 30_000,
        deadline_ms: 90_000,
    }
}

fn stored_run(campaign: &CampaignId, planned: &PlannedRun) -> StoredRun {
    let began = noon() + TimeDelta::seconds(i64::from(planned.slot) * 4);
    let steps = [
        ("clear", 3.25),
        ("start", 118.5),
        ("prove", 6.125),
        ("load", 1_402.75),
        ("stop", 12.0),
        ("audit", 8.5),
    ];
    let run = TestRun {
        id: planned.id.clone(),
        round: planned.round,
        slot: planned.slot,
        api: planned.name(),
        language: planned.api.language,
        protocol: planned.api.protocol,
        payload: planned.payload,
        payload_bytes: Some(398.4),
        build_id: Some("5e884898da28".to_owned()),
        started_at: began,
        finished_at: began + TimeDelta::microseconds(3_456_789),
        steps: steps.map(|(name, took_ms)| Step { name: name.to_owned(), took_ms }).to_vec(),
        start_up_ms: Some(118.25 + f64::from(planned.slot)),
        idle_rss_bytes: Some(6_291_456 + 4096 * u64::from(planned.slot)),
        generator: Some(ExitMeaning { code: Some(0), text: "ended by itself".to_owned(), usable: true }),
        service: Some(ServiceEnd {
            code: Some(0),
            signal: None,
            early: false,
            killed: false,
            log_tail: vec![],
        }),
        status: RunStatus::Completed,
        failure: None,
        raw_files: format!("{campaign}/{}", planned.id),
        planned: planned.phases.clone(),
        phases: vec![phase(planned.slot)],
        samples: None,
        database_bytes: None,
        raw_bytes: None,
        audit: Some(audit()),
    };
    let checks = vec![
        check("counts_agree", CheckScope::Phase("p1".to_owned())),
        check("stored_against_acknowledged", CheckScope::Run),
    ];
    StoredRun { run, checks }
}

fn phase(slot: u32) -> PhaseFigures {
    PhaseFigures {
        name: "p1".to_owned(),
        window_ms: Some(1_312.503),
        iterations: 5,
        acknowledged: 5,
        failed: BTreeMap::new(),
        unknown: 0,
        dropped: Some(0),
        throughput_per_s: Some(5.0 / 1.312_503),
        sent_bytes: Some(2_840),
        received_bytes: Some(1_105),
        request: Some(quantiles(1.0 + f64::from(slot) / 3.0)),
        iteration: Some(quantiles(1.5 + f64::from(slot) / 3.0)),
        connections_opened: Some(1),
        window: None,
        seconds: Vec::new(),
        summary_differences: None,
    }
}

fn quantiles(scale: f64) -> Quantiles {
    Quantiles {
        count: 5,
        min_ms: 0.7 * scale,
        mean_ms: 1.1 * scale,
        p50_ms: 0.9 * scale,
        p90_ms: 1.7 * scale,
        p95_ms: 1.9 * scale,
        p99_ms: 2.06 * scale,
        max_ms: 2.1 * scale,
    }
}

fn audit() -> Audit {
    Audit {
        acknowledged: 5,
        unknown: 0,
        merged: 0,
        stored: 5,
        lost: 0,
        unexpected: 0,
        duplicated: 0,
        content_differs: 0,
        statements_per_event: Some(1.0),
        rows_per_event: Some(1.0),
        transactions_per_event: Some(1.0),
        examples: vec![],
        statements: vec![StatementUse {
            text: "insert into car_entities as stored (...)".to_owned(),
            is_upsert: true,
            calls: 5,
            rows: 5,
            total_ms: 1.234_567_890_123,
            mean_ms: 0.246_913_578_024_6,
            max_ms: 0.9,
            blocks_hit: 61,
            blocks_read: 0,
            wal_bytes: 3_204,
        }],
        statements_missing: None,
    }
}

fn check(id: &str, scope: CheckScope) -> Check {
    Check {
        id: id.to_owned(),
        scope,
        value: Some(0.0),
        limit: "any difference is invalid".to_owned(),
        limits_version: 1,
        verdict: Verdict::Ok,
        text: "Nothing is amiss.".to_owned(),
    }
}
