//! What the audit of so many events costs: the runner's own, on a private database.

use clap::Args;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

#[derive(Debug, Clone, Args)]
pub(crate) struct AuditArguments {
    /// Events that are stored and audited
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=20_000_000))]
    events: u32,
    /// How large they are: default, 400b, 4k, 8k, 32k, 64k
    #[arg(long, value_name = "SIZE", default_value = "default")]
    payload_size: String,
}

/// Prints what it took.
///
/// Errors: the runner cannot be built, or the server's programs are missing.
pub(super) fn run(repository: &Repository, arguments: &AuditArguments) -> Result<(), Fault> {
    let events = arguments.events.to_string();
    let words = ["run", "--quiet", "--package", "perf-runner", "--example", "audit", "--", &events];
    Invocation::cargo(repository.root(), words.into_iter().chain([arguments.payload_size.as_str()])).run()
}
