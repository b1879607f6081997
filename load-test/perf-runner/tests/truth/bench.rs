//! A stand-in service, loaded and measured as any service is: real processes, the
//! real generator, a real database. Only its behaviour is made up, and it tells
//! afterwards what it did.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Once,
    time::Duration,
};

use chrono::{DateTime, Utc};
use perf_runner::{
    analyze::checks,
    audit,
    environment::{
        Environment as _,
        process::{ProcessEnvironment, ProcessSettings, launch::Launcher},
    },
    host,
    interrupt::Interrupt,
    load::{self, LoadOf, LoadPaths, Tail},
    measure::{self, Measured},
    model::{
        Api, Campaign, CampaignId, CampaignStatus, Ceiling, CeilingJob, Check, CheckScope, GeneratorJob,
        HostFacts, Language, LoadResult, Mode, PayloadSize, PhaseFigures, PhaseLoad, Plan, PlannedPhase,
        PlannedRun, Protocol, TestRun, TestRunId, Verdict, WindowFigures,
    },
    progress::Silence,
    settings::{Given, Places},
};
use stand_in::{Behaviour, Call, Fate};
use tempfile::TempDir;

use crate::pinned_k6::k6;

const STAND_IN: &str = "./target/debug/stand-in";

/// Tests of this program would disturb each other's clocks.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// What is to be seen.
pub(crate) struct Wanted {
    pub(crate) behaviour: Behaviour,
    pub(crate) phases: Vec<PlannedPhase>,
    pub(crate) think_time_ms: u64,
    pub(crate) request_timeout_ms: u64,
    /// The second of the load after which the service is killed.
    pub(crate) kill_after: Option<u32>,
}

impl Wanted {
    /// This load, without a pause.
    pub(crate) fn of(behaviour: Behaviour, phases: Vec<PlannedPhase>) -> Self {
        Self { behaviour, phases, think_time_ms: 0, request_timeout_ms: 10_000, kill_after: None }
    }
}

/// So many VUs for so long, from the beginning.
pub(crate) fn held(vus: u32, hold_ms: u64) -> PlannedPhase {
    let load = PhaseLoad::Vus { vus, hold_ms };
    PlannedPhase { name: "p1".to_owned(), load, start_ms: 0, settle_ms: 1_000 }
}

/// What is measured, and how it is started.
pub(crate) struct Setup {
    pub(crate) protocol: Protocol,
    pub(crate) generator: PathBuf,
    /// What the stand-in's command line begins with.
    pub(crate) before_service: Vec<String>,
}

impl Setup {
    /// The pinned generator and the stand-in, as they are.
    pub(crate) fn of(protocol: Protocol) -> Self {
        Self { protocol, generator: k6(), before_service: Vec::new() }
    }

    /// With another generator.
    pub(crate) fn by(generator: PathBuf) -> Self {
        Self { generator, ..Self::of(Protocol::Rest) }
    }
}

/// What was seen.
pub(crate) struct Seen {
    pub(crate) run: TestRun,
    pub(crate) campaign: Campaign,
    pub(crate) load: LoadResult,
    /// What the service says that it did.
    pub(crate) calls: Vec<Call>,
}

impl Seen {
    pub(crate) fn phase(&self, name: &str) -> &PhaseFigures {
        self.run.phases.iter().find(|figures| figures.name == name).unwrap()
    }

    pub(crate) fn window(&self, name: &str) -> &WindowFigures {
        self.phase(name).window.as_ref().unwrap()
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.run.protocol
    }

    /// A check on a phase.
    pub(crate) fn check(&self, id: &str, phase: &str) -> Check {
        self.find(id, &CheckScope::Phase(phase.to_owned()))
    }

    /// A check on the whole test run.
    pub(crate) fn of_run(&self, id: &str) -> Check {
        self.find(id, &CheckScope::Run)
    }

    fn find(&self, id: &str, scope: &CheckScope) -> Check {
        let checks = checks::of_run(&self.run, &self.campaign);
        checks.into_iter().find(|check| check.id == id && check.scope == *scope).unwrap()
    }

    pub(crate) fn verdict(&self, id: &str, phase: &str) -> Verdict {
        self.check(id, phase).verdict
    }

    /// How many calls ended in this way.
    pub(crate) fn count(&self, fate: Fate) -> u64 {
        self.calls.iter().filter(|call| call.fate == fate).count() as u64
    }

    /// The moment that the phases' milliseconds count from.
    pub(crate) fn released_at(&self) -> DateTime<Utc> {
        self.run.samples.as_ref().unwrap().released_at.unwrap()
    }
}

/// Where stand-ins are measured, one after the other.
pub(crate) struct Bench {
    folder: TempDir,
    environment: ProcessEnvironment,
    host: HostFacts,
    api: Api,
    _alone: tokio::sync::MutexGuard<'static, ()>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Setup::of(Protocol::Rest)).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let alone = ALONE.lock().await;
        be_nice_to_nobody();
        let folder = tempfile::tempdir().unwrap();
        open_to_all(folder.path());
        let (root, own) = (repository(), folder.path());
        let places = Places { state: own.join("state"), results: own.join("results"), root };
        let host = host::read(&places).await;
        let settings = ProcessSettings {
            places,
            given: Given { k6: Some(setup.generator), ..Given::default() },
            max_connections: 2,
            skip_build: true,
            service_port: None,
            launcher: Launcher::new(PathBuf::from(env!("CARGO_BIN_EXE_perf-runner"))),
        };
        let mut environment = ProcessEnvironment::open(settings, &Silence).unwrap();
        environment.start_application_database(&Silence).await.unwrap();
        let api = api(setup.protocol, setup.before_service, &folder.path().join("behaviour.json"));
        Self { folder, environment, host, api, _alone: alone }
    }

    pub(crate) fn host(&mut self) -> &mut HostFacts {
        &mut self.host
    }

    /// One test run, from an empty table to the audit.
    pub(crate) async fn see(&mut self, wanted: Wanted) -> Seen {
        let log = self.folder.path().join("calls.jsonl");
        let _ = fs::remove_file(&log);
        let behaviour = Behaviour { log: log.clone(), ..wanted.behaviour.clone() };
        let behaviour = serde_json::to_string(&behaviour).unwrap();
        fs::write(self.folder.path().join("behaviour.json"), behaviour).unwrap();
        let planned = planned(&self.api, &wanted.phases);
        let campaign = campaign(&wanted, &planned, self.host.clone());
        let mut run = TestRun::begin(&planned, &campaign.id, Utc::now());

        self.environment.clear().await.unwrap();
        let log_of_service = self.folder.path().join("service.log");
        let service = self.environment.start_service(&self.api, &log_of_service).await.unwrap();
        let templates = load::make_templates(PayloadSize::Default, 1).unwrap();
        let of = LoadOf {
            plan: &campaign.plan,
            run: &planned,
            endpoint: &service.endpoint,
            templates: &templates,
            streams: true,
        };
        let results = tempfile::tempdir_in(self.folder.path()).unwrap();
        let paths = LoadPaths { repository: &repository(), folder: results.path() };
        let job = load::prepare(&of, &paths, self.host.cores).unwrap();
        let (_sender, interrupt) = Interrupt::channel();
        let loading = self.environment.run_generator(&job, &interrupt, &Silence);
        let (ran, ()) = tokio::join!(loading, kill_after(wanted.kill_after, &job, service.pid.unwrap()));
        let ran = ran.unwrap();
        run.service = self.environment.stop_service().await.unwrap();
        run.generator = Some(load::meaning(&ran.end));
        run.samples = Some(ran.samples);
        let load = load::read(&job, &ran.end, &planned).unwrap();
        run.phases = measure::phases(&Measured {
            run: &planned,
            load: &load,
            samples: run.samples.as_ref(),
            think_time_ms: wanted.think_time_ms,
        });
        let sent = audit::Sent { tag: &planned.tag, templates: &templates, load: &load };
        let facts = audit::read(&self.environment.application_database().unwrap(), &sent).await.unwrap();
        run.audit = Some(audit::judge(&load, &facts));
        // One that was killed wrote nothing down.
        let calls = stand_in::read(&log).unwrap_or_default();
        Seen { run, campaign, load, calls }
    }

    /// What the database alone can do with so many connections.
    pub(crate) async fn ceiling(&mut self, concurrency: u32) -> Ceiling {
        let job = CeilingJob {
            payload: PayloadSize::Default,
            templates: load::make_templates(PayloadSize::Default, 1).unwrap(),
            concurrency,
            duration_ms: 2_000,
            folder: self.folder.path().to_path_buf(),
        };
        self.environment.measure_ceiling(&job).await
    }

    pub(crate) async fn close(mut self) {
        self.environment.shut_down().await.unwrap();
    }
}

/// Kills the service once the generator has told of this second.
async fn kill_after(second: Option<u32>, job: &GeneratorJob, pid: u32) {
    let Some(second) = second else { return };
    let mut tail = Tail::new(&job.folder);
    let told = async {
        while !tail.look().unwrap().iter().any(|told| told.second >= second) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(2), told).await.expect("no such second of the load");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}

/// Whatever else is going on, the clocks that are compared here belong together.
/// Only some users may ask for it; a quiet machine needs no asking.
fn be_nice_to_nobody() {
    let pid = std::process::id().to_string();
    let _ = Command::new("renice").args(["-n", "-15", "-p", &pid]).output();
}

/// The database's user must be able to enter it.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Once for all tests of this program.
fn build_stand_in() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let words = ["build", "--quiet", "--locked", "--package", "stand-in"];
        let built = Command::new("cargo").args(words).current_dir(repository()).status().unwrap();
        assert!(built.success(), "the stand-in cannot be built");
    });
}

fn api(protocol: Protocol, before: Vec<String>, behaviour: &Path) -> Api {
    build_stand_in();
    let mut start = before;
    start.extend([STAND_IN.to_owned(), behaviour.display().to_string()]);
    Api {
        id: "stand-in".to_owned(),
        language: Language::Rust,
        protocol,
        port: 0,
        build: Vec::new(),
        start,
        image: String::new(),
    }
}

fn planned(api: &Api, phases: &[PlannedPhase]) -> PlannedRun {
    PlannedRun {
        id: TestRunId("a-run".to_owned()),
        tag: "1a2b3c4d".to_owned(),
        round: 1,
        slot: 1,
        api: api.clone(),
        again: false,
        payload: PayloadSize::Default,
        phases: phases.to_vec(),
        planned_ms: 60_000,
        deadline_ms: 180_000,
    }
}

fn campaign(wanted: &Wanted, planned: &PlannedRun, host: HostFacts) -> Campaign {
    let id = CampaignId("a-campaign".to_owned());
    let plan = Plan {
        campaign: id.clone(),
        mode: Mode::Full,
        seed: 1,
        rounds: 1,
        think_time_ms: wanted.think_time_ms,
        request_timeout_ms: wanted.request_timeout_ms,
        max_connections: 2,
        warm_up_ms: 0,
        update_share: 0.0,
        ceiling: false,
        runs: vec![planned.clone()],
        left_out: Vec::new(),
        estimate: None,
    };
    Campaign {
        id,
        mode: Mode::Full,
        plan,
        git: None,
        fingerprint: host::fingerprint(&host),
        host,
        runtime: "process".to_owned(),
        runner_version: String::new(),
        verified: false,
        ceilings: Vec::new(),
        started_at: Utc::now(),
        finished_at: None,
        status: CampaignStatus::Running,
        resumed_at: Vec::new(),
    }
}
