//! `verify`: play the contract's cases, or generated requests, against services of
//! the registry, started for it one after the other, or against something that
//! already runs.

use std::{io::stdout, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use rand::RngExt as _;

use super::{ApplicationArgs, Fault, Observer, Places, build::BuildArgs, print, process_settings, url};
use crate::{
    environment::{Environment, process::ProcessEnvironment},
    fault::ExitClass,
    interrupt::{self, Urgency},
    model::Api,
    progress::Event,
    verify::{
        self, Contract, Matrix, Target,
        generated::{self, Plan, Played},
    },
};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// API to verify; repeat for several [default: every API of the registry].
    #[arg(
        long = "api",
        value_name = "NAME",
        env = "PERF_API",
        value_delimiter = ',',
        conflicts_with = "url"
    )]
    apis: Vec<String>,
    /// Something that already runs: http://HOST:PORT or grpc://HOST:PORT. Rows are checked only with
    /// --database-url. EVERY ROW of that database's table is lost.
    #[arg(long, value_name = "URL", env = "PERF_URL")]
    url: Option<String>,
    /// Play so many generated requests per API instead of the cases, held against the rules.
    #[arg(long, value_name = "N", conflicts_with = "verbose",
          value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    generated: Option<u64>,
    /// What decides the generated requests [default: random, and told].
    #[arg(long, value_name = "S", requires = "generated")]
    seed: Option<u64>,
    /// Where to put the cases of what differs [default: stdout].
    #[arg(long, value_name = "FILE", requires = "generated")]
    output: Option<PathBuf>,
    /// Tell every difference in full.
    #[arg(long, env = "PERF_VERBOSE")]
    verbose: bool,
    /// How to print the verdicts.
    #[arg(long, value_enum, default_value = "text", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    build: BuildArgs,
    #[command(flatten)]
    application: ApplicationArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table of cases and services.
    Text,
    /// JSON, for programs.
    Json,
    /// JUnit XML, for CI.
    Junit,
}

/// Plays the cases, or generated requests, and prints what came of it; exit code 5 when
/// a service breaks the contract.
///
/// # Errors
/// When the cases cannot be read, or a service cannot be built or started.
pub(super) async fn run(
    args: VerifyArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let contract = Contract::load(&places.root.join("contract"))?;
    let (format, verbose, output) = (args.format, args.verbose, args.output.clone());
    let plan = args.generated.map(|count| Plan {
        count,
        seed: args.seed.unwrap_or_else(|| u64::from(rand::rng().random::<u32>())),
    });
    if let Some(Plan { seed, .. }) = plan {
        observer.observe(&Event::Note { text: format!("the generated requests are those of --seed {seed}") });
    }
    let mut examined = Examined { contract, plan, matrix: Matrix::default(), played: Vec::new() };
    match &args.url {
        Some(url) => running(url, &args, &mut examined, observer).await?,
        None => registered(args, places, &mut examined, observer).await?,
    }
    let Examined { matrix, plan, played, .. } = examined;
    if let Some(plan) = plan {
        return tell_generated(plan, &played, format, output);
    }
    print::result(&match format {
        Format::Text => matrix.to_text(terminal_columns(), verbose),
        Format::Json => print::json(&matrix.to_json())?,
        Format::Junit => matrix.to_junit()?,
    });
    Ok(exit_code(matrix.is_kept()))
}

/// How wide the terminal is; none where stdout is none.
fn terminal_columns() -> Option<usize> {
    terminal_size::terminal_size_of(stdout()).map(|(width, _)| usize::from(width.0))
}

fn exit_code(is_kept: bool) -> ExitCode {
    if is_kept { ExitCode::SUCCESS } else { ExitCode::from(ExitClass::Contract.code()) }
}

/// Prints what came of generated requests. For people that is one line per service, or
/// what differs as a case file unless it goes to a file of its own.
fn tell_generated(
    plan: Plan,
    played: &[Played],
    format: Format,
    output: Option<PathBuf>,
) -> Result<ExitCode, Fault> {
    let file = generated::case_file(plan, played);
    let text = match (format, &file, &output) {
        (Format::Json, ..) => print::json(&generated::to_json(plan, played))?,
        (Format::Junit, ..) => generated::to_junit(plan, played)?,
        (Format::Text, Some(file), None) => file.clone(),
        (Format::Text, ..) => generated::to_text(plan, played),
    };
    if let (Some(file), Some(path)) = (&file, output) {
        std::fs::write(&path, file).map_err(|source| {
            Fault::failed(format!("cannot write {}", path.display()))
                .cause(source)
                .repair("its folder must be there and be writable for this user")
        })?;
    }
    print::result(&text);
    Ok(exit_code(file.is_none()))
}

/// What is examined, and what has come of it so far.
struct Examined {
    contract: Contract,
    /// Generated requests instead of the cases.
    plan: Option<Plan>,
    matrix: Matrix,
    played: Vec<Played>,
}

impl Examined {
    async fn examine(&mut self, name: &str, target: &Target, observer: &dyn Observer) -> Result<(), Fault> {
        match self.plan {
            Some(plan) => {
                self.played.push(generated::play(&self.contract, (name, target), plan, observer).await?);
            }
            None => self.matrix.add(name, verify::play(&self.contract, target, observer).await?),
        }
        Ok(())
    }
}

async fn running(
    place: &str,
    args: &VerifyArgs,
    examined: &mut Examined,
    observer: &dyn Observer,
) -> Result<(), Fault> {
    let target = Target {
        endpoint: url::endpoint(place)?,
        database_url: args.application.database_url.clone(),
        pid: None,
    };
    examined.examine(place, &target, observer).await
}

async fn registered(
    args: VerifyArgs,
    places: &Places,
    examined: &mut Examined,
    observer: &dyn Observer,
) -> Result<(), Fault> {
    let apis = args.build.select(places, &args.apis).await?;
    let settings = process_settings(places, args.application, args.build.skip_build)?;
    let mut environment = ProcessEnvironment::open(settings, observer)?;
    let interrupt = interrupt::from_signals();
    let played = tokio::select! {
        played = play(&mut environment, (&apis, places), examined, observer) => played,
        () = interrupt.at_least(Urgency::EndPhase) => {
            Err(Fault::new(ExitClass::Interrupted, "interrupted"))
        }
    };
    let down = environment.shut_down().await;
    played?;
    down
}

async fn play(
    environment: &mut ProcessEnvironment,
    (apis, places): (&[Api], &Places),
    examined: &mut Examined,
    observer: &dyn Observer,
) -> Result<(), Fault> {
    environment.build_services(apis, observer).await?;
    environment.start_application_database(observer).await?;
    for api in apis {
        let log = places.state.join(format!("logs/verify-{}.log", api.id));
        let service = environment.start_service(api, &log).await?;
        let target = Target {
            endpoint: service.endpoint,
            database_url: environment.application_database()?.owner_url().map(str::to_owned),
            pid: service.pid,
        };
        let outcome = examined.examine(&api.id, &target, observer).await;
        environment.stop_service().await?;
        outcome?;
    }
    Ok(())
}
