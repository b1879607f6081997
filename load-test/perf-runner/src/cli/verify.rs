//! `verify`: play the contract's cases against services of the registry, started
//! for it one after the other, or against something that already runs.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Fault, GivenArgs, Observer, Places, print, process_settings};
use crate::{
    environment::{Environment, process::ProcessEnvironment},
    fault::ExitClass,
    interrupt::{self, Urgency},
    model::{Api, Endpoint, Protocol},
    registry,
    verify::{self, Contract, Matrix, Target},
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
    /// Tell every difference in full.
    #[arg(long, env = "PERF_VERBOSE")]
    verbose: bool,
    /// How to print the verdicts.
    #[arg(long, value_enum, default_value = "text", env = "PERF_FORMAT")]
    format: Format,
    /// Use what an earlier call has built.
    #[arg(long, env = "PERF_SKIP_BUILD")]
    skip_build: bool,
    #[command(flatten)]
    given: GivenArgs,
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

/// How wide a table may be where nobody says.
const WIDTH: usize = 100;

/// Plays the cases and prints the verdicts; exit code 5 when a service breaks one.
///
/// # Errors
/// When the cases cannot be read, or a service cannot be built or started.
pub(super) async fn run(
    args: VerifyArgs,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let contract = Contract::load(&places.root.join("contract"))?;
    let (format, verbose) = (args.format, args.verbose);
    let matrix = match &args.url {
        Some(url) => running(url, &args, &contract, observer).await?,
        None => registered(args, places, &contract, observer).await?,
    };
    print::result(&match format {
        Format::Text => matrix.to_text(WIDTH, verbose),
        Format::Json => print::json(&matrix.to_json())?,
        Format::Junit => matrix.to_junit()?,
    });
    Ok(if matrix.is_kept() { ExitCode::SUCCESS } else { ExitCode::from(ExitClass::Contract.code()) })
}

async fn running(
    url: &str,
    args: &VerifyArgs,
    contract: &Contract,
    observer: &dyn Observer,
) -> Result<Matrix, Fault> {
    let target =
        Target { endpoint: endpoint(url)?, database_url: args.given.database_url.clone(), pid: None };
    let mut matrix = Matrix::default();
    matrix.add(url, verify::play(contract, &target, observer).await?);
    Ok(matrix)
}

fn endpoint(url: &str) -> Result<Endpoint, Fault> {
    let (protocol, authority) = match url.split_once("://") {
        Some(("http", authority)) => (Protocol::Rest, authority),
        Some(("grpc", authority)) => (Protocol::Grpc, authority),
        _ => {
            return Err(Fault::usage(format!("--url {url:?} names no wire"))
                .repair("write http://HOST:PORT or grpc://HOST:PORT"));
        }
    };
    let authority = authority.trim_end_matches('/').to_owned();
    if authority.parse::<http::uri::Authority>().is_err() || !authority.contains(':') {
        return Err(Fault::usage(format!("--url {url:?} names no host and port"))
            .repair("write http://HOST:PORT or grpc://HOST:PORT"));
    }
    Ok(Endpoint { protocol, authority })
}

async fn registered(
    args: VerifyArgs,
    places: &Places,
    contract: &Contract,
    observer: &dyn Observer,
) -> Result<Matrix, Fault> {
    let apis = registry::select(&registry::read(&places.root)?, &args.apis)?;
    let settings = process_settings(places, args.given, args.skip_build)?;
    let mut environment = ProcessEnvironment::open(settings, observer)?;
    let interrupt = interrupt::from_signals();
    let played = tokio::select! {
        played = play(&mut environment, (&apis, places), contract, observer) => played,
        () = interrupt.at_least(Urgency::EndPhase) => {
            Err(Fault::new(ExitClass::Interrupted, "interrupted"))
        }
    };
    let down = environment.shut_down().await;
    let matrix = played?;
    down?;
    Ok(matrix)
}

async fn play(
    environment: &mut ProcessEnvironment,
    (apis, places): (&[Api], &Places),
    contract: &Contract,
    observer: &dyn Observer,
) -> Result<Matrix, Fault> {
    for api in apis {
        environment.build_service(api, observer).await?;
    }
    environment.start_application_database(observer).await?;
    let mut matrix = Matrix::default();
    for api in apis {
        let log = places.state.join(format!("logs/verify-{}.log", api.id));
        let service = environment.start_service(api, &log).await?;
        let target = Target {
            endpoint: service.endpoint,
            database_url: environment.application_database()?.owner_url().map(str::to_owned),
            pid: service.pid,
        };
        let verdicts = verify::play(contract, &target, observer).await;
        environment.stop_service().await?;
        matrix.add(&api.id, verdicts?);
    }
    Ok(matrix)
}
