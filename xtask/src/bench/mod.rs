//! `cargo xtask bench services`: what each service does under a light generator, beside
//! what `pgbench` gets from the same database with the same statement;
//! `cargo xtask bench generator`: what the generator of the campaigns costs itself;
//! `cargo xtask bench audit`: what it costs to look at every row afterwards; and
//! `cargo xtask bench report`: how long a report takes, and how large it is.

mod audit;
mod cost;
mod database;
mod event;
mod generator;
mod ghz;
mod interrupt;
mod k6;
mod machine;
mod owned_process;
mod page;
mod pgbench;
mod report;
mod scratch;
mod service;
mod session;
mod turn;
mod wrk;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::{fault::Fault, repository::Repository};

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Rate, latency, CPU per event and memory of the services, beside pgbench with the same statement
    Services(ServicesArguments),
    /// CPU of k6 per iteration, with and without the output that the runner reads
    Generator(k6::GeneratorArguments),
    /// Time of the audit of so many events
    Audit(audit::AuditArguments),
    /// Time to make a report, and its size
    Report(page::ReportArguments),
}

/// What `cargo xtask bench services` takes.
#[derive(Debug, Clone, Args, Serialize)]
pub(crate) struct ServicesArguments {
    /// Service to measure; repeat for several [default: every one of the registry]
    #[arg(long = "api", value_name = "NAME")]
    api: Vec<String>,
    /// Times that everything is measured, one after the other
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Seconds of each measurement
    #[arg(long, value_name = "S", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=300))]
    seconds: u32,
    /// Seconds of the same load before each measurement, not counted
    #[arg(long, value_name = "S", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=300))]
    warm_up_seconds: u32,
    /// Connections of the generator
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(2..=1000))]
    connections: u32,
    /// Write JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// Measures what was asked for.
///
/// Errors: something is missing (with its repair), does not start, or loses an event.
pub(crate) fn run(repository: &Repository, bench: &Bench) -> Result<(), Fault> {
    let arguments = match bench {
        Bench::Services(arguments) => arguments,
        Bench::Generator(arguments) => return k6::run(repository, arguments),
        Bench::Audit(arguments) => return audit::run(repository, arguments),
        Bench::Report(arguments) => return page::run(repository, arguments),
    };
    let results = session::run(repository, arguments)?;
    let text = if arguments.json { report::json(&results)? } else { report::tables(&results) };
    println!("{text}");
    Ok(())
}
