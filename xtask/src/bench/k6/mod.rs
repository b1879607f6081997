//! `cargo xtask bench generator`: what k6 costs per iteration, with and without the output that
//! the runner reads, in pairs against a real service on a real database.

mod inputs;
mod report;

use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use clap::Args;
use procfs::process::Process;
use serde::{Deserialize, Serialize};

use crate::{
    fault::Fault,
    invocation::Invocation,
    repository::{Repository, Service},
};

use self::inputs::Inputs;
use super::{
    cost::{self, to_f64},
    database::Database,
    interrupt::Interrupt,
    machine::Machine,
    owned_process::{OwnedProcess, POLL},
    scratch::Scratch,
    service::{self, RunningService},
};

const MODULE: &str = "load-test/k6";
/// What k6 may take beyond its time to make its VUs and to write its summary.
const GRACE: Duration = Duration::from_mins(1);

/// What `cargo xtask bench generator` takes.
#[derive(Debug, Clone, Args, Serialize)]
pub(crate) struct GeneratorArguments {
    /// Service to load; repeat for several [default: the registry's first of each protocol]
    #[arg(long = "api", value_name = "NAME")]
    api: Vec<String>,
    /// Pairs of runs for each service
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Seconds of each run
    #[arg(long, value_name = "S", default_value = "15", value_parser = clap::value_parser!(u32).range(1..=300))]
    seconds: u32,
    /// VUs, without any pause between their calls
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=2000))]
    vus: u32,
    /// Write JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// One run of k6.
#[derive(Debug, Clone, Serialize)]
struct Run {
    /// From 0.
    round: u32,
    service: String,
    protocol: String,
    /// Whether the output was on.
    output: bool,
    iterations: u64,
    /// Calls that were not acknowledged.
    not_acknowledged: u64,
    /// Calls per second.
    rate: f64,
    /// CPU of k6 per iteration, in microseconds.
    cpu_us: f64,
    /// Most resident memory that k6 had.
    memory_mib: f64,
    /// Bytes that the output wrote.
    written_bytes: Option<u64>,
}

/// What the script's summary says, as far as it is of use.
#[derive(Deserialize)]
struct Summary {
    phases: Phases,
}

#[derive(Deserialize)]
struct Phases {
    p1: Phase,
}

#[derive(Deserialize)]
struct Phase {
    iterations: u64,
    acknowledged: u64,
}

struct Session<'a> {
    repository: &'a Repository,
    arguments: &'a GeneratorArguments,
    scratch: Scratch,
    interrupt: Interrupt,
    database: Database,
    program: PathBuf,
}

/// Measures and prints.
///
/// Errors: something is missing (with its repair), does not start, or no call succeeds.
pub(super) fn run(repository: &Repository, arguments: &GeneratorArguments) -> Result<(), Fault> {
    let services = select(repository.services()?, &arguments.api)?;
    let interrupt = Interrupt::listen()?;
    let scratch = Scratch::open(repository.root())?;
    let program = build(repository)?;
    for service in &services {
        service::build(repository, service)?;
    }
    let database = Database::start(repository, &scratch)?;
    let machine = Machine::read(database.version())?;
    let session = Session { repository, arguments, scratch, interrupt, database, program };
    let mut runs = Vec::new();
    for round in 0..arguments.rounds {
        for service in &services {
            runs.extend(session.pair(round, service)?);
        }
    }
    println!("{}", report::text(&machine, arguments, &runs)?);
    Ok(())
}

/// Those that were named, or the first of each protocol.
fn select(services: Vec<Service>, names: &[String]) -> Result<Vec<Service>, Fault> {
    if !names.is_empty() {
        return super::session::select(services, names);
    }
    let mut firsts: Vec<Service> = Vec::new();
    for service in services {
        if firsts.iter().all(|first| first.protocol != service.protocol) {
            firsts.push(service);
        }
    }
    Ok(firsts)
}

fn build(repository: &Repository) -> Result<PathBuf, Fault> {
    let program = repository.root().join(".perf/bench-k6");
    eprintln!("building k6");
    let arguments = ["build".as_ref(), "-o".as_ref(), program.as_os_str(), ".".as_ref()];
    Invocation::go(&repository.root().join(MODULE), arguments).output()?;
    Ok(program)
}

impl Session<'_> {
    /// Both runs against one service, which is warm; each is first in every other round.
    fn pair(&self, round: u32, service: &Service) -> Result<Vec<Run>, Fault> {
        let mut running = RunningService::start(self.repository, service, &self.database, &self.scratch)?;
        running.wait_open(&self.interrupt)?;
        let mut runs = Vec::new();
        let first = round.is_multiple_of(2);
        // The first load is not counted.
        for (place, output) in [None, Some(first), Some(!first)].into_iter().enumerate() {
            self.database.clear()?;
            let inputs = Inputs {
                repository: self.repository,
                service,
                port: running.port(),
                vus: self.arguments.vus,
                seconds: if output.is_some() { self.arguments.seconds } else { 3 },
                tag: format!("{round:04x}{place:04x}"),
            };
            let run = self.run(round, &inputs, output == Some(true))?;
            if output.is_some() {
                eprintln!("round {} of {}: {run}", round + 1, self.arguments.rounds);
                runs.push(run);
            }
        }
        running.stop()?;
        Ok(runs)
    }

    fn run(&self, round: u32, inputs: &Inputs<'_>, output: bool) -> Result<Run, Fault> {
        let lines = self.scratch.path("windows.jsonl");
        let out = output.then(|| format!("windows={}", lines.display()));
        let command = inputs.command(&self.program, &self.scratch, out.as_deref())?;
        let before_s = cost::ended_children_cpu_s()?;
        let memory_mib =
            self.wait(OwnedProcess::start(&command, &self.scratch.path(""), &self.scratch.path("k6.log"))?)?;
        let cpu_s = cost::ended_children_cpu_s()? - before_s;
        let summary = inputs::summary(&self.scratch);
        let place = summary.display();
        let text = fs::read_to_string(&summary)
            .map_err(Fault::because(format!("k6 wrote no summary to {place}")))?;
        let Summary { phases: Phases { p1 } } =
            serde_json::from_str(&text).map_err(Fault::because(format!("cannot understand {place}")))?;
        if p1.acknowledged == 0 {
            return Err(Fault::new(format!("{} acknowledged nothing:\n{}", inputs.service.id, self.log())));
        }
        let calls = to_f64(p1.iterations);
        Ok(Run {
            round,
            service: inputs.service.id.clone(),
            protocol: inputs.service.protocol.clone(),
            output,
            iterations: p1.iterations,
            not_acknowledged: p1.iterations.saturating_sub(p1.acknowledged),
            rate: calls / f64::from(inputs.seconds),
            cpu_us: cpu_s * 1e6 / calls,
            memory_mib,
            written_bytes: output.then(|| fs::metadata(&lines).map(|file| file.len()).ok()).flatten(),
        })
    }

    /// Gives the most memory that it had.
    fn wait(&self, mut k6: OwnedProcess) -> Result<f64, Fault> {
        let begin = Instant::now();
        let deadline = Duration::from_secs(self.arguments.seconds.into()) + GRACE;
        let mut most_kib = 0;
        loop {
            self.interrupt.check()?;
            let status = Process::new(k6.pid()).and_then(|process| process.status());
            most_kib = most_kib.max(status.ok().and_then(|status| status.vmhwm).unwrap_or(0));
            match k6.ended()? {
                Some(status) if status.success() => return Ok(to_f64(most_kib) / 1024.0),
                Some(status) => return Err(Fault::new(format!("k6 ended with {status}:\n{}", self.log()))),
                None if begin.elapsed() > deadline => {
                    return Err(Fault::new(format!("k6 did not end within {} s", deadline.as_secs())));
                }
                None => thread::sleep(POLL),
            }
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.scratch.path("k6.log")).unwrap_or_default()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let with = if self.output { "with" } else { "without" };
        write!(f, "{} {with} the output: {:.0} us of CPU an iteration", self.service, self.cpu_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_one_service_of_each_protocol_is_loaded() {
        let services = Repository::find().unwrap().services().unwrap();
        let chosen = select(services, &[]).unwrap();
        let protocols: Vec<&str> = chosen.iter().map(|service| service.protocol.as_str()).collect();
        assert_eq!(protocols.len(), 2);
        assert!(protocols.contains(&"rest") && protocols.contains(&"grpc"));
    }
}
