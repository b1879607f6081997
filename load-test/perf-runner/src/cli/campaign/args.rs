//! What `smoke`, `full` and `saturation` are told, and what it means.

use clap::{Args, builder::PossibleValue};
use rand::RngExt as _;

use super::{
    super::{
        Fault, Given, GivenArgs, Places,
        build::BuildArgs,
        engine::{LimitArgs, RuntimeArgs},
        gates::GateArgs,
    },
    Purpose, given,
    resume::Resume,
};
use crate::{
    environment::docker::DockerSettings,
    host,
    model::{Api, Endpoint, HostFacts, Mode, PayloadSize},
    settings::{
        Runtime, Settings,
        duration::{self, BadDuration},
        load::{self, AskedLoad, BadLoad, HeldLoad},
    },
};

const DEFAULT_THINK_TIME_MS: u64 = 100;
/// What a rate is held for when nobody says.
const DEFAULT_HOLD_MS: u64 = 120_000;

/// What every campaign is told.
#[derive(Debug, Args)]
pub(in crate::cli) struct CommonArgs {
    /// API to measure; repeat for several [default: every API of the registry].
    #[arg(long = "api", value_name = "NAME", env = "PERF_API", value_delimiter = ',')]
    apis: Vec<String>,
    /// A service that runs already, http://HOST:PORT or grpc://HOST:PORT, in the place of one that is built
    /// and started. --api says which one it is, --database-url where it stores: EVERY ROW of that
    /// database's table is lost.
    #[arg(long, value_name = "URL", value_parser = given::endpoint, env = "PERF_URL", requires = "database_url")]
    url: Option<Endpoint>,
    /// Size of the events' JSON bodies; repeat for several, or `all`.
    #[arg(
        long = "payload-size",
        value_name = "SIZE",
        value_enum,
        default_value = "default",
        env = "PERF_PAYLOAD_SIZE",
        value_delimiter = ','
    )]
    payloads: Vec<PayloadChoice>,
    /// Seed of the order of the APIs and of the events' content [default: random, and printed].
    #[arg(long, value_name = "N", env = "PERF_SEED")]
    seed: Option<u64>,
    /// Pause of a user after each call, up to a minute [default: 100ms, or none for a rate].
    #[arg(long, value_name = "TIME", value_parser = think_time, env = "PERF_THINK_TIME")]
    think_time: Option<u64>,
    /// How long an answer is waited for, 100ms to 60s.
    #[arg(long, value_name = "TIME", value_parser = request_timeout, default_value = "10s", env = "PERF_REQUEST_TIMEOUT")]
    request_timeout: u64,
    /// Connections of each service's pool.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1000), env = "PERF_MAX_CONNECTIONS")]
    max_connections: u32,
    #[command(flatten)]
    pub(super) build: BuildArgs,
    /// Exit with code 3 when a check finds something invalid.
    #[arg(long, env = "PERF_STRICT")]
    strict: bool,
    #[command(flatten)]
    gates: GateArgs,
    /// Campaign to hold this one against in its report: an id, its beginning, or `latest` for the newest
    /// completed one of this mode that may be compared; without any, the report says so.
    #[arg(long, value_name = "ID", env = "PERF_BASELINE")]
    baseline: Option<String>,
    /// Take up a campaign that was interrupted or crashed, with the same flags as then or none: what is
    /// missing of it is made [default: the newest such campaign of this mode].
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "latest", env = "PERF_RESUME")]
    resume: Option<String>,
    /// Print the plan and do nothing else.
    #[arg(long)]
    plan: bool,
    #[command(flatten)]
    given: GivenArgs,
    #[command(flatten)]
    runtime: RuntimeArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Where a campaign runs.
pub(in crate::cli) struct Placement {
    pub(super) runtime: Runtime,
    pub(super) facts: HostFacts,
    /// What the container environment is told.
    pub(super) docker: DockerSettings,
}

/// What `smoke` is told.
#[derive(Debug, Args)]
pub(in crate::cli) struct SmokeArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Play the contract's cases against each service before the load.
    #[arg(long, env = "PERF_VERIFY")]
    verify: bool,
}

/// What `full` and `saturation` are told.
#[derive(Debug, Args)]
pub(in crate::cli) struct HeldArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Users to hold, one load after another: `USERSxTIME`, or `USERS` for the mode's time or --hold
    /// [default: full 10x2m,50x2m,100x2m,200x5m; saturation 10,50,100,200,500,1000,2000 for 2m each].
    #[arg(long, value_name = "LOADS", value_parser = AskedLoad::users, value_delimiter = ',', env = "PERF_PHASES", conflicts_with = "arrival_rates")]
    phases: Vec<AskedLoad>,
    /// Calls to begin per second, whatever the service does, one load after another: `N/s`, or `N/sxTIME`.
    /// What cannot be begun is dropped and counted.
    #[arg(long = "arrival-rate", value_name = "LOADS", value_parser = AskedLoad::rate, value_delimiter = ',', env = "PERF_ARRIVAL_RATE", conflicts_with = "think_time")]
    arrival_rates: Vec<AskedLoad>,
    /// How long each load is held that names no time of its own, in whole seconds.
    #[arg(long, value_name = "TIME", value_parser = load::hold_ms, env = "PERF_HOLD")]
    hold: Option<u64>,
    /// How much of each load's beginning does not count, in whole seconds [default: 10s, or a tenth
    /// of a shorter load].
    #[arg(long, value_name = "TIME", value_parser = settle, env = "PERF_SETTLE")]
    settle: Option<u64>,
    /// How long the first load is held before anything counts; 0s is not at all.
    #[arg(long, value_name = "TIME", value_parser = warm_up, default_value = "15s", env = "PERF_WARM_UP")]
    warm_up: u64,
    /// Share of the events that merge into entities created before, 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0", env = "PERF_UPDATE_SHARE")]
    update_share: f64,
    /// Rounds; each has every API with every payload once, in a fresh order.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=100), env = "PERF_ROUNDS")]
    rounds: u32,
    /// Measure this API twice, under two names: what differs then is the host's noise.
    #[arg(long = "a-a", value_name = "NAME", env = "PERF_A_A")]
    again: Option<String>,
    /// Drive the database alone first, to know what no service can exceed [default: in saturation].
    #[arg(long, overrides_with = "no_ceiling")]
    ceiling: bool,
    /// Do not drive the database alone first.
    #[arg(long, overrides_with = "ceiling")]
    no_ceiling: bool,
    /// Do not play the contract's cases first; the report says so.
    #[arg(long, env = "PERF_SKIP_VERIFY")]
    skip_verify: bool,
}

/// A size, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PayloadChoice {
    One(PayloadSize),
    All,
}

impl clap::ValueEnum for PayloadChoice {
    fn value_variants<'a>() -> &'a [Self] {
        const CHOICES: [PayloadChoice; PayloadSize::ALL.len() + 1] = {
            let mut choices = [PayloadChoice::All; PayloadSize::ALL.len() + 1];
            let mut index = 0;
            while index < PayloadSize::ALL.len() {
                choices[index] = PayloadChoice::One(PayloadSize::ALL[index]);
                index += 1;
            }
            choices
        };
        &CHOICES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::One(size) => clap::ValueEnum::to_possible_value(size),
            Self::All => Some(PossibleValue::new("all").help("Every size")),
        }
    }
}

impl SmokeArgs {
    /// # Errors
    /// When what was typed cannot be meant.
    pub(super) fn settings(
        self,
        apis: Vec<Api>,
        places: Places,
        runtime: Runtime,
    ) -> Result<Settings, Fault> {
        let Self { common, verify } = self;
        if verify && runtime == Runtime::Fake {
            return Err(
                Fault::usage("--verify needs real services").repair("leave out --runtime fake or --verify")
            );
        }
        Ok(Settings { verify, ..common.settings(Mode::Smoke, (apis, places), runtime) })
    }
}

impl HeldArgs {
    /// # Errors
    /// When what was typed cannot be meant.
    pub(super) fn settings(
        self,
        mode: Mode,
        (apis, places): (Vec<Api>, Places),
        runtime: Runtime,
    ) -> Result<Settings, Fault> {
        let loads = self.loads(mode);
        self.refuse_long_settle(&loads)?;
        let is_open = !self.arrival_rates.is_empty();
        let think_time_ms = self.common.think_time.unwrap_or(if is_open { 0 } else { DEFAULT_THINK_TIME_MS });
        let ceiling = (self.ceiling || mode == Mode::Saturation) && !self.no_ceiling;
        // A fake service keeps no contract.
        let verify = !self.skip_verify && runtime != Runtime::Fake;
        let settings = Settings {
            loads,
            settle_ms: self.settle,
            warm_up_ms: self.warm_up,
            update_share: self.update_share,
            again: self.again,
            ceiling,
            rounds: self.rounds,
            think_time_ms,
            verify,
            ..self.common.settings(mode, (apis, places), runtime)
        };
        refuse_unselected(settings.again.as_deref(), &settings.apis)?;
        Ok(settings)
    }

    fn loads(&self, mode: Mode) -> Vec<HeldLoad> {
        let asked = if self.phases.is_empty() { &self.arrival_rates } else { &self.phases };
        if asked.is_empty() {
            return load::of_mode(mode, self.hold);
        }
        let hold_ms = self.hold.unwrap_or(DEFAULT_HOLD_MS);
        asked.iter().map(|load| load.or_held_for(hold_ms)).collect()
    }

    fn refuse_long_settle(&self, loads: &[HeldLoad]) -> Result<(), Fault> {
        let shortest_ms = loads.iter().map(|load| load.hold_ms).min().unwrap_or(u64::MAX);
        match self.settle {
            Some(settle_ms) if settle_ms >= shortest_ms => Err(Fault::usage(format!(
                "--settle {} s leaves nothing to count of a load that is held for {} s",
                settle_ms / 1000,
                shortest_ms / 1000
            ))
            .repair("shorten --settle, or hold the load for longer")),
            _ => Ok(()),
        }
    }
}

impl CommonArgs {
    /// The APIs to measure, with the build tool that was chosen.
    ///
    /// # Errors
    /// When there is no such API, or the build tool cannot be used.
    pub(super) async fn select(&self, places: &Places) -> Result<Vec<Api>, Fault> {
        match &self.url {
            // A campaign that is taken up again knows which one it is.
            Some(endpoint) if self.resume.is_none() => {
                given::refuse_runtime(self.runtime.runtime)?;
                given::api(places, &self.apis, endpoint)
            }
            _ => self.build.select(places, &self.apis).await,
        }
    }

    /// What is done with the plan.
    ///
    /// # Errors
    /// When a gate is none.
    pub(super) fn purpose(&self, is_plan_typed: bool) -> Result<Purpose, Fault> {
        let resume = |which: &String| Resume {
            which: which.clone(),
            is_plan_typed,
            is_seed_typed: self.seed.is_some(),
        };
        Ok(Purpose {
            only_plan: self.plan,
            strict: self.strict,
            gates: self.gates.read()?,
            baseline: self.baseline.clone().filter(|word| !word.is_empty()),
            resume: self.resume.as_ref().map(resume),
        })
    }

    /// Where these APIs will run.
    ///
    /// # Errors
    /// When it is to be found out and there is no place.
    pub(super) async fn place(&self, apis: &[Api], places: &Places) -> Result<Placement, Fault> {
        let facts = host::read(places).await;
        let docker = DockerSettings {
            max_connections: self.max_connections,
            skip_build: self.build.skip_build,
            limits: self.limits.limits(),
            ..self.runtime.docker(places, Given::from(self.given.clone()))
        };
        let runtime = match self.url {
            // There is nothing to build, and nobody's container to look for.
            Some(_) => Runtime::Process,
            None => self.runtime.resolve((apis, self.build.skip_build), &facts, &docker).await?,
        };
        Ok(Placement { runtime, facts, docker })
    }

    fn settings(self, mode: Mode, (apis, places): (Vec<Api>, Places), runtime: Runtime) -> Settings {
        Settings {
            places,
            given: Given { service: self.url, ..Given::from(self.given) },
            mode,
            apis,
            payloads: sizes(&self.payloads),
            loads: Vec::new(),
            settle_ms: None,
            warm_up_ms: 0,
            update_share: 0.0,
            again: None,
            ceiling: false,
            rounds: 1,
            seed: self.seed.unwrap_or_else(|| u64::from(rand::rng().random::<u32>())),
            think_time_ms: self.think_time.unwrap_or(DEFAULT_THINK_TIME_MS),
            request_timeout_ms: self.request_timeout,
            max_connections: self.max_connections,
            runtime,
            skip_build: self.build.skip_build,
            verify: false,
        }
    }
}

/// Each size once, smallest first.
fn sizes(choices: &[PayloadChoice]) -> Vec<PayloadSize> {
    let wanted = |size: &PayloadSize| {
        choices
            .iter()
            .any(|choice| matches!(choice, PayloadChoice::All) || *choice == PayloadChoice::One(*size))
    };
    PayloadSize::ALL.into_iter().filter(wanted).collect()
}

fn refuse_unselected(again: Option<&str>, apis: &[Api]) -> Result<(), Fault> {
    let Some(name) = again else { return Ok(()) };
    if apis.iter().any(|api| api.id == name) {
        return Ok(());
    }
    let names: Vec<&str> = apis.iter().map(|api| api.id.as_str()).collect();
    Err(Fault::usage(format!("--a-a {name} is not among the APIs to measure: {}", names.join(", ")))
        .repair(format!("add --api {name}, or name one of them")))
}

fn think_time(text: &str) -> Result<u64, String> {
    within(text, 0, 60_000)
}

fn request_timeout(text: &str) -> Result<u64, String> {
    within(text, 100, 60_000)
}

fn warm_up(text: &str) -> Result<u64, String> {
    let ms = within(text, 0, 3_600_000)?;
    if ms == 0 { Ok(0) } else { load::hold_ms(text).map_err(|error: BadLoad| error.to_string()) }
}

fn settle(text: &str) -> Result<u64, String> {
    let ms = within(text, 0, 3_600_000)?;
    if ms.is_multiple_of(1000) { Ok(ms) } else { Err(format!("{text:?} is not a whole number of seconds")) }
}

fn within(text: &str, least_ms: u64, most_ms: u64) -> Result<u64, String> {
    let ms = duration::milliseconds(text).map_err(|error: BadDuration| error.to_string())?;
    if (least_ms..=most_ms).contains(&ms) {
        return Ok(ms);
    }
    let said = |ms: u64| humantime::format_duration(std::time::Duration::from_millis(ms));
    Err(format!("{text:?} is not within {} to {}", said(least_ms), said(most_ms)))
}

fn share(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("{text:?} is no share from 0 to 1, such as 0.2")),
    }
}
