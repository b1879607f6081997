//! How often the analysis claims what is not so: the runner's simulation of campaigns.

use clap::Args;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

#[derive(Args)]
pub(crate) struct SimulateArguments {
    /// Simulated campaigns for each row of the table
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    campaigns: u32,
}

/// Prints the table.
///
/// Errors: the runner cannot be built.
pub(crate) fn run(repository: &Repository, arguments: &SimulateArguments) -> Result<(), Fault> {
    let campaigns = arguments.campaigns.to_string();
    Invocation::cargo(
        repository.root(),
        ["run", "--quiet", "--package", "perf-runner", "--example", "simulate", "--", &campaigns],
    )
    .run()
}
