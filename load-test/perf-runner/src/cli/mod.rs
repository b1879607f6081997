//! What was typed: one file per subcommand. Nothing here touches the system
//! before the arguments have become [`crate::settings`].

mod build;
mod campaign;
mod cleanup;
mod engine;
mod gates;
mod print;
mod report;
mod runs;
mod standing;
mod stored;
mod url;
mod verify;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

pub use print::fault as print_fault;
use stored::StoreArgs;

use crate::{
    environment::process::{ProcessSettings, launch},
    fault::Fault,
    model::Mode,
    progress::{Observer, Style, observer},
    registry,
    settings::{Given, Places},
};

/// Measures the producer APIs of this repository, one at a time, and says what may be concluded.
///
/// Results go to stdout, progress to stderr. Exit codes: 0 done, 1 failed to run, 2 usage,
/// 3 done with something invalid (--strict), 4 a gate is broken (--fail-if), 5 a service breaks the contract, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "perf-runner", version = env!("PERF_RUNNER_VERSION"), max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
    /// Whether it was said what to measure.
    #[arg(skip)]
    is_plan_typed: bool,
}

impl Cli {
    /// What was typed; a mistake ends the process with what is wrong.
    pub fn typed() -> Self {
        let matches = Self::command().get_matches();
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        cli.is_plan_typed = campaign::says_what_to_measure(&matches);
        cli
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "For every command")]
struct GlobalArgs {
    /// How progress is shown on stderr.
    #[arg(long, global = true, value_enum, default_value = "auto", env = "PERF_PROGRESS")]
    progress: Style,
    /// The repository [default: the nearest folder upwards that has load-test/services.toml, then that of
    /// the program where it was unpacked from an archive].
    #[arg(long, global = true, value_name = "DIR", env = "PERF_ROOT")]
    root: Option<PathBuf>,
    /// Clusters, k6 and logs of the runner [default: .perf in the repository].
    #[arg(long, global = true, value_name = "DIR", env = "PERF_STATE")]
    state: Option<PathBuf>,
    /// Raw files and reports [default: load-test/results in the repository].
    #[arg(long, global = true, value_name = "DIR", env = "PERF_RESULTS")]
    results: Option<PathBuf>,
}

/// Tools and databases that are already there.
#[derive(Debug, Clone, Args)]
struct GivenArgs {
    #[command(flatten)]
    application: ApplicationArgs,
    #[command(flatten)]
    metrics: MetricsArgs,
    /// A k6 to use [default: the pinned one, packed with the runner or built from load-test/k6].
    #[arg(long, value_name = "FILE", env = "PERF_K6")]
    k6: Option<PathBuf>,
}

/// What services store into.
#[derive(Debug, Clone, Args)]
struct ApplicationArgs {
    /// Application database to use [default: a cluster of the runner's own].
    #[arg(long, value_name = "URL", env = "PERF_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
}

/// What results are kept in.
#[derive(Debug, Clone, Args)]
struct MetricsArgs {
    /// Metrics database to use; never the measured one [default: a cluster of the runner's own].
    #[arg(long, value_name = "URL", env = "PERF_METRICS_URL", hide_env_values = true)]
    metrics_url: Option<String>,
}

/// What the runner's own clusters are run with.
#[derive(Debug, Clone, Args)]
struct ServerArgs {
    /// Folder of PostgreSQL's server binaries [default: PATH, then the usual folders].
    #[arg(long, value_name = "DIR", env = "PERF_POSTGRES_BIN")]
    postgres_bin: Option<PathBuf>,
}

impl From<GivenArgs> for Given {
    fn from(args: GivenArgs) -> Self {
        let GivenArgs { application, metrics, k6 } = args;
        let k6 = k6.or_else(|| unpacked_folder().map(|folder| folder.join("k6")));
        Self { metrics_url: metrics.metrics_url, k6: k6.map(usable_elsewhere), ..Self::from(application) }
    }
}

impl From<ApplicationArgs> for Given {
    fn from(args: ApplicationArgs) -> Self {
        let ApplicationArgs { database_url, server } = args;
        Self { database_url, postgres_bin: server.postgres_bin.map(usable_elsewhere), ..Self::default() }
    }
}

/// Paths are used from other folders than the one they were typed in; only an empty one has no
/// absolute form, and it is refused where it is used.
fn usable_elsewhere(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prove the whole path: one user, five events, every selected API; ranks nothing.
    Smoke(campaign::SmokeArgs),
    /// Hold four loads up to 200 users, everything sampled: how do the APIs compare?
    Full(campaign::HeldArgs),
    /// Hold seven loads up to 2,000 users: at what load does it break?
    Saturation(campaign::HeldArgs),
    /// Play the contract's cases against services, or against a URL.
    Verify(verify::VerifyArgs),
    /// Rebuild the report of a stored campaign.
    Report(report::ReportArgs),
    /// List, show, compare, export, import and remove stored campaigns.
    #[command(subcommand)]
    Runs(runs::RunsCommand),
    /// Start one service with its database, for use by hand.
    Up(standing::UpArgs),
    /// Stop what `up` started.
    Down,
    /// Remove what the runner has left with a container engine.
    #[command(subcommand)]
    Cleanup(cleanup::CleanupCommand),
    /// Start a program that ends when this one does.
    #[command(hide = true)]
    Launch(launch::LaunchArguments),
}

/// Does what was typed.
///
/// # Errors
/// The fault to be printed; its class is the exit code.
pub async fn run(cli: Cli) -> Result<ExitCode, Fault> {
    let Cli { global, command, is_plan_typed } = cli;
    if let Command::Launch(args) = command {
        // Becomes the program: neither a repository nor an observer is needed.
        return Err(launch::exec(&args));
    }
    let places = places(&global)?;
    let observer = observer(global.progress);
    match command {
        Command::Smoke(args) => campaign::smoke((args, is_plan_typed), &places, observer.as_ref()).await,
        Command::Full(args) => {
            campaign::held((Mode::Full, args, is_plan_typed), &places, observer.as_ref()).await
        }
        Command::Saturation(args) => {
            campaign::held((Mode::Saturation, args, is_plan_typed), &places, observer.as_ref()).await
        }
        Command::Verify(args) => verify::run(args, &places, observer.as_ref()).await,
        Command::Report(args) => report::run(args, &places, observer.as_ref()).await,
        Command::Runs(command) => runs::run(command, &places, observer.as_ref()).await,
        Command::Up(args) => standing::up(args, &places, observer.as_ref()).await,
        Command::Down => standing::down(&places, observer.as_ref()),
        Command::Cleanup(command) => cleanup::run(command, &places, observer.as_ref()).await,
        Command::Launch(_) => Ok(ExitCode::SUCCESS),
    }
}

fn places(global: &GlobalArgs) -> Result<Places, Fault> {
    let root = match &global.root {
        Some(root) => absolute(root)?,
        None => nearest_root()?,
    };
    let given = |path: &Option<PathBuf>, default: &str| match path {
        Some(path) => absolute(path),
        None => Ok(root.join(default)),
    };
    Ok(Places {
        state: given(&global.state, ".perf")?,
        results: given(&global.results, "load-test/results")?,
        root,
    })
}

/// What the process environment is told by a command that measures nothing.
fn process_settings(
    places: &Places,
    application: ApplicationArgs,
    skip_build: bool,
) -> Result<ProcessSettings, Fault> {
    Ok(ProcessSettings { skip_build, ..ProcessSettings::new(places.clone(), Given::from(application))? })
}

fn absolute(path: &Path) -> Result<PathBuf, Fault> {
    std::path::absolute(path)
        .map_err(|error| Fault::usage(format!("{} is no usable path", path.display())).cause(error))
}

fn nearest_root() -> Result<PathBuf, Fault> {
    let here = std::env::current_dir()
        .map_err(|error| Fault::failed("cannot tell the current folder").cause(error))?;
    let above = here.ancestors().find(|folder| is_root(folder)).map(PathBuf::from);
    above.or_else(unpacked_folder).ok_or_else(|| {
        Fault::usage(format!("no {} here or in any folder above", registry::PATH))
            .repair("run inside the repository, or name it with --root DIR")
    })
}

fn is_root(folder: &Path) -> bool {
    folder.join(registry::PATH).is_file()
}

/// The folder of this program where it was unpacked from an archive, with all it needs beside it.
fn unpacked_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program.parent().filter(|folder| is_root(folder)).map(PathBuf::from)
}

/// Starts the log of causes: nothing unless `PERF_LOG` names a level or a filter.
pub fn start_log() {
    let filter = EnvFilter::try_from_env("PERF_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
