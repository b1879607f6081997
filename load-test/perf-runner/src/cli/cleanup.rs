//! `cleanup`: remove what the runner has made and no campaign needs.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Fault, Given, Observer, Places, engine::DockerHostArgs, print};
use crate::{
    environment::docker::{self, Found},
    registry,
    settings::BuildTool,
};

#[derive(Debug, Subcommand)]
pub(super) enum CleanupCommand {
    /// Containers, networks and volumes of this state folder, stored results among them.
    Docker(DockerArgs),
}

#[derive(Debug, Args)]
pub(super) struct DockerArgs {
    /// The images of the services and of k6, too, whoever has built them.
    #[arg(long)]
    images: bool,
    /// Remove; without this it is only said what would be removed.
    #[arg(long)]
    execute: bool,
    #[command(flatten)]
    engine: DockerHostArgs,
}

/// Prints what was, or would be, removed.
///
/// # Errors
/// When another runner is at work, or the engine does not answer or refuses.
pub(super) async fn run(
    command: CleanupCommand,
    places: &Places,
    observer: &dyn Observer,
) -> Result<ExitCode, Fault> {
    let CleanupCommand::Docker(args) = command;
    let settings = args.engine.docker(places, Given::default());
    let apis = if args.images { registry::read(&places.root, BuildTool::Maven)? } else { Vec::new() };
    let found = docker::cleanup(&settings, &apis, args.execute, observer).await?;
    print::result(&told(&found, args.execute));
    Ok(ExitCode::SUCCESS)
}

fn told(found: &[Found], execute: bool) -> String {
    if found.is_empty() {
        return "nothing of ours is there\n".to_owned();
    }
    let lines = found.iter().map(|Found { kind, name, role }| match role.as_str() {
        "metrics" => format!("  {kind} {name} (stored results)\n"),
        _ => format!("  {kind} {name}\n"),
    });
    let lines: String = lines.collect();
    if execute { format!("removed\n{lines}") } else { format!("would remove\n{lines}do it with --execute\n") }
}
