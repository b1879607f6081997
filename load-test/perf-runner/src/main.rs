//! Placeholder of the command line.
use clap::Parser;
use perf_runner::environment::process::launch;

#[derive(Parser)]
enum Command {
    #[command(hide = true)]
    Launch(launch::LaunchArguments),
}

fn main() {
    let Command::Launch(arguments) = Command::parse();
    let fault = launch::exec(&arguments);
    eprintln!("{fault}");
    std::process::exit(1);
}
