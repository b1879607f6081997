//! What a report costs: its time and its size, of a campaign whose numbers are made up.

use clap::Args;

use super::scratch::Scratch;
use crate::{fault::Fault, invocation::Invocation, repository::Repository};

#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArguments {
    /// Rounds of the campaign: each is every API once, over seven loads
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    rounds: u32,
    /// Take the build that the tests use: it is there already, and several times as slow
    #[arg(long)]
    unoptimized: bool,
}

/// Prints what it took, and with which build.
///
/// Errors: the runner cannot be built, or another bench is under way.
pub(super) fn run(repository: &Repository, arguments: &ReportArguments) -> Result<(), Fault> {
    let scratch = Scratch::open(repository.root())?;
    let results = scratch.path("results");
    let rounds = arguments.rounds.to_string();
    let profile = if arguments.unoptimized { "dev" } else { "release" };
    let build = ["run", "--quiet", "--profile", profile, "--package", "perf-runner"];
    let campaign = ["--", "saturation", "--runtime", "fake", "--rounds", &rounds, "--progress", "none"];
    Invocation::cargo(repository.root(), build.iter().chain(&campaign))
        .variable("PERF_RESULTS", &results)
        .variable("PERF_STATE", scratch.path("state"))
        .output()?;
    let folder = results.to_string_lossy().into_owned();
    let example = ["--example", "report", "--", &folder];
    Invocation::cargo(repository.root(), build.iter().chain(&example)).run()
}
