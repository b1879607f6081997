//! `runs`: look into the metrics database.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use super::{Fault, GivenArgs, Observer, Places, print, stored};
use crate::report;

#[derive(Debug, Subcommand)]
pub(super) enum RunsCommand {
    /// List campaigns, newest first.
    List(ListArgs),
    /// Show everything that is stored of a campaign.
    Show(ShowArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// How many at most.
    #[arg(long, value_name = "N", default_value = "20", env = "PERF_LIMIT")]
    limit: usize,
    /// How to print them.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    given: GivenArgs,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// A campaign's id, or `latest`.
    #[arg(value_name = "ID", default_value = "latest")]
    campaign: String,
    /// How to print it.
    #[arg(long, value_enum, default_value = "table", env = "PERF_FORMAT")]
    format: Format,
    #[command(flatten)]
    given: GivenArgs,
}

/// Prints what was asked for.
///
/// # Errors
/// When the metrics database cannot be read, or there is no such campaign.
pub(super) async fn run(
    command: RunsCommand,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    match command {
        RunsCommand::List(args) => list(args, places, observer).await,
        RunsCommand::Show(args) => show(args, places, observer).await,
    }
}

async fn list(args: ListArgs, places: &Places, observer: &dyn Observer) -> Result<ExitCode, Fault> {
    let mut open = stored::OpenStore::open(args.given, places, observer).await?;
    let listed = open.store.list(args.limit).await;
    open.close().await?;
    let summaries = listed?;
    print::result(&match args.format {
        Format::Table => report::text::campaigns(&summaries),
        Format::Json => print::json(&summaries)?,
    });
    Ok(ExitCode::SUCCESS)
}

async fn show(args: ShowArgs, places: &Places, observer: &dyn Observer) -> Result<ExitCode, Fault> {
    let open = stored::OpenStore::open(args.given, places, observer).await?;
    let campaign = open.load(&stored::which(&args.campaign)).await?;
    print::result(&match args.format {
        Format::Table => report::text::campaign(&campaign),
        Format::Json => print::json(&campaign)?,
    });
    Ok(ExitCode::SUCCESS)
}
