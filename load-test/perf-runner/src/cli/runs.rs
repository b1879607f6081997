//! `runs`: look into what is stored, take it elsewhere, clean up.

mod cleanup;
mod compare;
mod export;
mod filter;
mod import;
mod list;
mod show;
mod summary;

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::{Fault, Observer, Places, StoreArgs, print, stored};

#[derive(Debug, Subcommand)]
pub(super) enum RunsCommand {
    /// List campaigns, newest first.
    List(list::ListArgs),
    /// Show every figure of a campaign's test runs, phase by phase, with what the checks say.
    Show(show::ShowArgs),
    /// Count what is stored, and tell what each API sustained last and at best.
    Summary(summary::SummaryArgs),
    /// Hold one campaign against another: what changed, and how sure that is.
    Compare(compare::CompareArgs),
    /// Write campaigns as JSON or CSV: phases, seconds, samples, checks, percentiles.
    Export(export::ExportArgs),
    /// Rebuild the metrics database from the files of the results folder, or of another one.
    Import(import::ImportArgs),
    /// Remove old campaigns with their files; says what, and does it with --execute.
    Cleanup(cleanup::CleanupArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people.
    Table,
    /// JSON for programs.
    Json,
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
        RunsCommand::List(args) => list::run(args, places, observer).await,
        RunsCommand::Show(args) => show::run(args, places, observer).await,
        RunsCommand::Summary(args) => summary::run(args, places, observer).await,
        RunsCommand::Compare(args) => compare::run(args, places, observer).await,
        RunsCommand::Export(args) => export::run(args, places, observer).await,
        RunsCommand::Import(args) => import::run(args, places, observer).await,
        RunsCommand::Cleanup(args) => cleanup::run(args, places, observer).await,
    }
}
