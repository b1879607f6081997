//! What contributors and CI call: test, lint, generate, dist, simulate, sample-report, bench.

mod bench;
mod dist;
mod fault;
mod generate;
mod invocation;
mod lint;
mod repository;
mod sample_report;
mod simulate;
mod stage;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{fault::Fault, repository::Repository};

/// Tests, lints, generates, packs and benches the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything: linters, tests, the contract, a smoke campaign, what the documents show
    Test(test::TestArguments),
    /// Run the linters and the house rules
    Lint,
    /// Regenerate everything that is derived from the contract and the registry
    Generate,
    /// Simulate campaigns whose truth is known, and count what the analysis claims of them
    Simulate(simulate::SimulateArguments),
    /// Pack the runner, k6, its scripts and the contract as one archive, in target/dist
    Dist,
    /// Make the sample report in docs/ and the README's picture of it
    SampleReport(sample_report::SampleReportArguments),
    /// Measure on this machine
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Fault> {
    let repository = Repository::find()?;
    match &arguments.task {
        Task::Test(test) => test::run(&repository, test),
        Task::Lint => lint::run(&repository),
        Task::Generate => generate::run(&repository, repository.root()),
        Task::Simulate(arguments) => simulate::run(&repository, arguments),
        Task::Dist => dist::run(&repository),
        Task::SampleReport(arguments) => sample_report::run(&repository, arguments),
        Task::Bench(bench) => bench::run(&repository, bench),
    }
}
