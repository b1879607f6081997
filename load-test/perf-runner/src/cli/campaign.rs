//! `smoke`: what was typed, made into settings, and the campaign run in the
//! environment that was asked for.

use std::process::ExitCode;

use chrono::Utc;
use clap::Args;
use rand::RngExt as _;

use super::{Fault, Given, GivenArgs, Observer, Places, build::BuildArgs, print};
use crate::{
    environment::{
        fake::FakeEnvironment,
        process::{ProcessEnvironment, ProcessSettings},
    },
    fault::ExitClass,
    host,
    interrupt::{self, Interrupt},
    model::{Api, CampaignId, Mode, PayloadSize},
    plan, report,
    session::{Outcome, Session},
    settings::{Runtime, Settings},
};

#[derive(Debug, Args)]
pub(super) struct CampaignArgs {
    /// API to measure; repeat for several [default: every API of the registry].
    #[arg(long = "api", value_name = "NAME", env = "PERF_API", value_delimiter = ',')]
    apis: Vec<String>,
    /// Size of the events' JSON bodies; repeat for several.
    #[arg(
        long = "payload-size",
        value_name = "SIZE",
        value_enum,
        default_value = "default",
        env = "PERF_PAYLOAD_SIZE",
        value_delimiter = ','
    )]
    payloads: Vec<PayloadSize>,
    /// Seed of the order of the APIs and of the events' content [default: random, and printed].
    #[arg(long, value_name = "N", env = "PERF_SEED")]
    seed: Option<u64>,
    /// Pause of a user after each call, in milliseconds.
    #[arg(long, value_name = "MS", default_value = "100", value_parser = clap::value_parser!(u64).range(0..=60_000), env = "PERF_THINK_TIME_MS")]
    think_time_ms: u64,
    /// Connections of each service's pool.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1000), env = "PERF_MAX_CONNECTIONS")]
    max_connections: u32,
    /// Where services, databases and k6 run.
    #[arg(long, value_enum, default_value = "process", env = "PERF_RUNTIME")]
    runtime: Runtime,
    #[command(flatten)]
    build: BuildArgs,
    /// Play the contract's cases against each service before the load.
    #[arg(long, env = "PERF_VERIFY")]
    verify: bool,
    /// Print the plan and do nothing else.
    #[arg(long)]
    plan: bool,
    #[command(flatten)]
    given: GivenArgs,
}

/// How long the generator waits for an answer.
const REQUEST_TIMEOUT_MS: u64 = 10_000;

/// Plans and runs the campaign; prints the result table.
///
/// # Errors
/// A fault when the campaign could not be made; failed test runs are told in the
/// table and by the exit code.
pub(super) async fn run(
    args: CampaignArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let only_plan = args.plan;
    let apis = args.build.select(places, &args.apis).await?;
    let settings = settings(args, apis, places.clone())?;
    let facts = host::read(&settings.places).await;
    let id = CampaignId::new(Utc::now(), settings.mode, rand::rng().random());
    let plan = plan::make(&id, &settings, &facts)?;
    if only_plan {
        print::result(&plan::describe(&plan));
        return Ok(ExitCode::SUCCESS);
    }
    let interrupt = interrupt::from_signals();
    let outcome = match settings.runtime {
        Runtime::Process => {
            let environment = ProcessEnvironment::open(ProcessSettings::for_campaign(&settings)?, observer)?;
            Box::pin(session(&settings, observer, interrupt).run(environment, plan, facts)).await?
        }
        Runtime::Fake => {
            let environment = FakeEnvironment::new(settings.seed);
            Box::pin(session(&settings, observer, interrupt).run(environment, plan, facts)).await?
        }
    };
    Ok(conclude(&outcome))
}

fn session<'a>(settings: &'a Settings, observer: &'a dyn Observer, interrupt: Interrupt) -> Session<'a> {
    Session { settings, observer, interrupt, now: Utc::now }
}

fn settings(args: CampaignArgs, apis: Vec<Api>, places: Places) -> Result<Settings, Fault> {
    if args.verify && args.runtime == Runtime::Fake {
        return Err(
            Fault::usage("--verify needs real services").repair("leave out --runtime fake or --verify")
        );
    }
    let mut payloads = args.payloads;
    payloads.sort_unstable();
    payloads.dedup();
    Ok(Settings {
        places,
        given: Given::from(args.given),
        mode: Mode::Smoke,
        apis,
        payloads,
        rounds: 1,
        seed: args.seed.unwrap_or_else(|| u64::from(rand::rng().random::<u32>())),
        think_time_ms: args.think_time_ms,
        request_timeout_ms: REQUEST_TIMEOUT_MS,
        max_connections: args.max_connections,
        runtime: args.runtime,
        skip_build: args.build.skip_build,
        verify: args.verify,
    })
}

fn conclude(outcome: &Outcome) -> ExitCode {
    print::result(&report::text::table(&outcome.stored));
    print::result(&print::report_files(&outcome.files));
    outcome.class.map_or(ExitCode::SUCCESS, |class: ExitClass| ExitCode::from(class.code()))
}
