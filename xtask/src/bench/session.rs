//! The conductor: round by round, pgbench and then each service, one at a time.

use crate::{
    fault::Fault,
    repository::{Repository, Service},
};

use super::{
    ServicesArguments,
    database::Database,
    generator::Load,
    ghz::Ghz,
    interrupt::Interrupt,
    machine::Machine,
    pgbench::Pgbench,
    report::Results,
    scratch::Scratch,
    service::{self, RunningService},
    turn::{Measured, Subject, Turn},
    wrk::Wrk,
};

/// What all turns share.
pub(super) struct Session<'a> {
    repository: &'a Repository,
    arguments: &'a ServicesArguments,
    scratch: &'a Scratch,
    interrupt: &'a Interrupt,
    database: Database,
    machine: Machine,
    pgbench: Pgbench,
    wrk: Option<Wrk>,
    ghz: Option<Ghz>,
}

/// Measures all rounds.
///
/// Errors: as of the parts; nothing is left running.
pub(super) fn run(repository: &Repository, arguments: &ServicesArguments) -> Result<Results, Fault> {
    let services = select(repository.services()?, &arguments.api)?;
    let interrupt = Interrupt::listen()?;
    let scratch = Scratch::open(repository.root())?;
    let speaks = |protocol: &str| services.iter().any(|service| service.protocol == protocol);
    // What may be missing comes first, what takes minutes afterwards.
    let wrk = speaks("rest").then(|| Wrk::find(&scratch)).transpose()?;
    let pgbench = Pgbench::find(repository, &scratch)?;
    let ghz = speaks("grpc").then(|| Ghz::build(repository, &scratch)).transpose()?;
    for service in &services {
        service::build(repository, service)?;
    }
    let database = Database::start(repository, &scratch)?;
    let machine = Machine::read(database.version())?;
    let session = Session {
        repository,
        arguments,
        scratch: &scratch,
        interrupt: &interrupt,
        database,
        machine,
        pgbench,
        wrk,
        ghz,
    };
    session.measure(&services)
}

/// The services of these names; all when none is named.
///
/// Errors: a name that is none, with those that are.
pub(super) fn select(services: Vec<Service>, names: &[String]) -> Result<Vec<Service>, Fault> {
    if let Some(unknown) = names.iter().find(|name| !services.iter().any(|service| service.id == **name)) {
        let known: Vec<&str> = services.iter().map(|service| service.id.as_str()).collect();
        return Err(Fault::new(format!("there is no service {unknown:?}"))
            .repair(format!("name one of {}", known.join(", "))));
    }
    Ok(services.into_iter().filter(|service| names.is_empty() || names.contains(&service.id)).collect())
}

impl Session<'_> {
    fn measure(self, services: &[Service]) -> Result<Results, Fault> {
        let mut turns: Vec<Turn> = Vec::new();
        for round in 0..self.arguments.rounds {
            let ceiling = self.pgbench_turn(round)?;
            let rate = ceiling.requests_per_second;
            turns.push(self.told(ceiling));
            for place in 0..services.len() {
                // Each round begins with another service, so that none is always first after pgbench.
                let Some(service) = services.iter().cycle().nth(place + round as usize) else { break };
                let turn = self.service_turn(round, service)?.beside(rate);
                turns.push(self.told(turn));
            }
        }
        Ok(Results::new(self.machine, self.arguments.clone(), turns))
    }

    fn told(&self, turn: Turn) -> Turn {
        let Turn { round, subject, requests_per_second, .. } = &turn;
        eprintln!(
            "round {} of {}: {subject}: {requests_per_second:.0} requests/s",
            round + 1,
            self.arguments.rounds
        );
        turn
    }

    fn pgbench_turn(&self, round: u32) -> Result<Turn, Fault> {
        let load = |seconds| Ok(self.pgbench.load(&self.database, &self.amount(seconds)));
        self.turn(Subject::pgbench(round), None, &load)
    }

    fn service_turn(&self, round: u32, service: &Service) -> Result<Turn, Fault> {
        let mut running = RunningService::start(self.repository, service, &self.database, self.scratch)?;
        running.wait_open(self.interrupt)?;
        let subject = Subject::service(round, &service.id, &running);
        let load = |seconds| match (service.protocol.as_str(), &self.wrk, &self.ghz) {
            ("rest", Some(wrk), _) => Ok(wrk.load(running.port(), &self.amount(seconds))),
            ("grpc", _, Some(ghz)) => Ok(ghz.load(running.port(), &self.amount(seconds))),
            (other, _, _) => Err(Fault::new(format!("{}: no generator speaks {other:?}", service.id))
                .repair("give it the `protocol` rest or grpc in load-test/services.toml")),
        };
        let turn = self.turn(subject, Some(&running), &load);
        match turn {
            Ok(turn) => running.stop().map(|()| turn),
            // Its log says more than the generator does.
            Err(fault) => Err(Fault::new(format!("{}: {fault}\n{}", service.id, running.log_tail()))),
        }
    }

    /// Warms up, empties the table, measures, and holds what was stored against what was acknowledged, both times.
    fn turn(
        &self,
        subject: Subject,
        service: Option<&RunningService>,
        load: &dyn Fn(u32) -> Result<Load, Fault>,
    ) -> Result<Turn, Fault> {
        self.database.clear()?;
        let warming = self.metered(service, &load(self.arguments.warm_up_seconds)?)?;
        self.database.clear()?;
        let measured = self.metered(service, &load(self.arguments.seconds)?)?;
        subject.end(&warming, &measured)
    }

    fn metered(&self, service: Option<&RunningService>, load: &Load) -> Result<Measured, Fault> {
        let meter = self.machine.meter(self.database.pid(), service.map(RunningService::pid))?;
        let tally = load.run(self.scratch, self.interrupt)?;
        let used = meter.read()?;
        Ok(Measured { tally, used, contents: self.database.contents()? })
    }

    fn amount(&self, seconds: u32) -> Amount {
        Amount { seconds, connections: self.arguments.connections }
    }
}

/// How much load for how long.
pub(super) struct Amount {
    /// How long.
    pub(super) seconds: u32,
    /// Calls at a time, each on a connection of its own.
    pub(super) connections: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_service_gets_the_list() {
        let service = |id: &str| Service {
            id: id.into(),
            language: "rust".to_owned(),
            protocol: "rest".into(),
            build: vec!["true".into()],
            start: vec!["true".into()],
        };
        let fault = select(vec![service("a"), service("b")], &["c".into()]).unwrap_err();
        assert_eq!(fault.to_string(), "there is no service \"c\"\nrepair: name one of a, b");
        let kept = select(vec![service("a"), service("b")], &["b".into()]).unwrap();
        assert_eq!(kept.len(), 1);
    }
}
