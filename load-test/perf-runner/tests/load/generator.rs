//! The real k6, built once for all tests, and a plan for it.

use std::{
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use perf_runner::{
    fault::Fault,
    load::{LoadOf, LoadPaths},
    model::{
        Api, CampaignId, Endpoint, EventTemplate, GeneratorEnd, GeneratorJob, Language, LoadResult, Mode,
        PayloadSize, PhaseLoad, Plan, PlannedPhase, PlannedRun, Protocol, TestRunId,
    },
};
use tokio::{net::TcpSocket, process::Command};

use crate::{expectation::Ledger, pinned_k6::k6};

pub(crate) const TAG: &str = "1a2b3c4d";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// One run that a test wants to see.
pub(crate) struct Wanted {
    pub(crate) endpoint: Endpoint,
    pub(crate) phases: Vec<PlannedPhase>,
    pub(crate) payload: PayloadSize,
    pub(crate) request_timeout_ms: u64,
    pub(crate) update_share: f64,
}

impl Wanted {
    /// Two VUs with this many calls each, of small events.
    pub(crate) fn small(endpoint: Endpoint, per_vu: u32) -> Self {
        let phases = vec![phase("p1", 2, per_vu)];
        // So long that no call of a busy machine is given up.
        let request_timeout_ms = 10_000;
        Self { endpoint, phases, payload: PayloadSize::Default, request_timeout_ms, update_share: 0.0 }
    }

    /// The same with calls that get no answer, which are given up sooner.
    pub(crate) fn unanswered(endpoint: Endpoint, per_vu: u32) -> Self {
        Self { request_timeout_ms: 5_000, ..Self::small(endpoint, per_vu) }
    }
}

pub(crate) fn phase(name: &str, vus: u32, per_vu: u32) -> PlannedPhase {
    let load = PhaseLoad::Iterations { vus, per_vu, max_duration_ms: 60_000 };
    PlannedPhase { name: name.to_owned(), load, start_ms: 0, settle_ms: 0 }
}

/// What k6 did, and what it was given.
pub(crate) struct Played {
    pub(crate) load: LoadResult,
    pub(crate) templates: Vec<EventTemplate>,
}

/// Runs k6 to its end and reads its numbers.
pub(crate) async fn play(wanted: Wanted) -> Played {
    let prepared = prepare(&wanted);
    let output = command(&prepared.job).output().await.unwrap();
    let end = end_of(&output, false);
    assert_eq!((end.code, end.log_tail.as_slice()), (Some(0), [].as_slice()));
    let load = perf_runner::load::read(&prepared.job, &end, &prepared.run).unwrap();
    assert_eq!(load.summary_differences.as_deref(), Some([].as_slice()));
    Played { load, templates: prepared.templates }
}

/// Runs k6 and sends it a signal once the stand-in has seen this many events.
pub(crate) async fn play_until(
    wanted: Wanted,
    signal: Signal,
    events: usize,
    ledger: &Ledger,
) -> Result<LoadResult, Fault> {
    let prepared = prepare(&wanted);
    let child = command(&prepared.job).spawn().unwrap();
    let pid = i32::try_from(child.id().unwrap()).unwrap();
    sent(events, ledger).await;
    kill(Pid::from_raw(pid), signal).unwrap();
    let output = child.wait_with_output().await.unwrap();
    perf_runner::load::read(&prepared.job, &end_of(&output, signal == Signal::SIGINT), &prepared.run)
}

/// Waits until the stand-in has seen this many events.
pub(crate) async fn sent(events: usize, ledger: &Ledger) {
    let seen = async {
        while ledger.seen().len() < events {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect("k6 sends too little");
}

fn end_of(output: &Output, interrupted: bool) -> GeneratorEnd {
    GeneratorEnd {
        code: output.status.code(),
        signal: output.status.signal(),
        overdue: false,
        interrupted,
        log_tail: String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect(),
    }
}

pub(crate) struct Prepared {
    pub(crate) templates: Vec<EventTemplate>,
    pub(crate) job: GeneratorJob,
    pub(crate) run: PlannedRun,
    _folder: tempfile::TempDir,
}

pub(crate) fn prepare(wanted: &Wanted) -> Prepared {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let run = run(wanted);
    let plan = Plan {
        campaign: CampaignId("a-campaign".to_owned()),
        mode: Mode::Smoke,
        seed: 1,
        rounds: 1,
        think_time_ms: 0,
        request_timeout_ms: wanted.request_timeout_ms,
        max_connections: 10,
        warm_up_ms: 0,
        update_share: wanted.update_share,
        ceiling: false,
        runs: Vec::new(),
        left_out: Vec::new(),
        estimate: None,
    };
    let templates = perf_runner::load::make_templates(wanted.payload, 1).unwrap();
    let load =
        LoadOf { plan: &plan, run: &run, endpoint: &wanted.endpoint, templates: &templates, streams: true };
    let paths = LoadPaths { repository: &repository(), folder: folder.path() };
    let job = perf_runner::load::prepare(&load, &paths, 2).unwrap();
    Prepared { templates, job, run, _folder: folder }
}

/// k6 with the job's environment and nothing else of this process's.
pub(crate) fn command(job: &GeneratorJob) -> Command {
    let mut command = Command::new(k6());
    command
        .args(&job.arguments)
        // Its REST API would listen where another test's does.
        .arg("--address=")
        .env_clear()
        .envs(job.variables.iter().cloned())
        .current_dir(&job.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn run(wanted: &Wanted) -> PlannedRun {
    let protocol = wanted.endpoint.protocol;
    PlannedRun {
        id: TestRunId("a-run".to_owned()),
        tag: TAG.to_owned(),
        round: 1,
        slot: 1,
        api: Api {
            id: format!("stand-in-{protocol}"),
            language: Language::Rust,
            protocol,
            port: 0,
            build: Vec::new(),
            start: Vec::new(),
            image: String::new(),
        },
        again: false,
        payload: wanted.payload,
        phases: wanted.phases.clone(),
        planned_ms: 60_000,
        deadline_ms: 120_000,
    }
}

/// A port that nobody listens on, nor can as long as the socket is kept.
pub(crate) fn nobody(protocol: Protocol) -> (TcpSocket, Endpoint) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let authority = socket.local_addr().unwrap().to_string();
    (socket, Endpoint { protocol, authority })
}

/// Long enough for k6 to begin, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
