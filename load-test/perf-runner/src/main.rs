//! `perf-runner`: parse, call, print the fault with its hint, map it to an exit code.

use std::process::ExitCode;

use perf_runner::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::typed();
    cli::start_log();
    // One thread: a child's parent-death signal is tied to the thread that starts it.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(cli::run(cli)).unwrap_or_else(|fault| {
        cli::print_fault(&fault);
        ExitCode::from(fault.class.code())
    })
}
