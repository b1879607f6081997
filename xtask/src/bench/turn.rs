//! One measurement: pgbench or a service, in one round.

use serde::Serialize;

use crate::fault::Fault;

use super::{cost::to_f64, database::Contents, generator::Tally, machine::Used, service::RunningService};

/// The name under which the ceiling stands beside the services.
const PGBENCH: &str = "pgbench";

/// What is measured, and what is known before the load.
pub(super) struct Subject {
    round: u32,
    name: String,
    startup_ms: Option<f64>,
    idle_memory_mib: Option<f64>,
}

/// What one load brought.
pub(super) struct Measured {
    /// What the generator says.
    pub(super) tally: Tally,
    /// What it cost.
    pub(super) used: Used,
    /// What the database holds and did.
    pub(super) contents: Contents,
}

/// What was measured. `None` is "does not apply", never zero.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Turn {
    /// From 0.
    pub(super) round: u32,
    /// `pgbench` or the service's name.
    pub(super) subject: String,
    /// Acknowledged calls per second of the warm-up: before a compiler at run time is done.
    pub(super) warm_up_requests_per_second: f64,
    /// CPU seconds of the service's processes per 1,000 events stored in the warm-up.
    pub(super) warm_up_service_cpu_s_per_1000: Option<f64>,
    /// Acknowledged calls per second, as the generator says.
    pub(super) requests_per_second: f64,
    /// Of this round's pgbench rate, 0 to 1.
    pub(super) share_of_pgbench: Option<f64>,
    /// As the generator says.
    pub(super) p50_ms: Option<f64>,
    /// As the generator says.
    pub(super) p99_ms: Option<f64>,
    /// Calls answered with success.
    pub(super) acknowledged: u64,
    /// Calls answered otherwise or not at all.
    pub(super) failed: u64,
    /// Rows afterwards: every event made one.
    pub(super) stored: u64,
    /// Statements that the database executed for each stored event.
    pub(super) statements_per_event: f64,
    /// CPU seconds of the service's processes per 1,000 stored events.
    pub(super) service_cpu_s_per_1000: Option<f64>,
    /// The same of all processes of the database.
    pub(super) database_cpu_s_per_1000: f64,
    /// The same of the generator.
    pub(super) generator_cpu_s_per_1000: f64,
    /// The part of the machine that somebody else used meanwhile, 0 to 1.
    pub(super) elsewhere_share: f64,
    /// From start to open port.
    pub(super) startup_ms: Option<f64>,
    /// Resident memory before the first call.
    pub(super) idle_memory_mib: Option<f64>,
    /// Resident memory right after the load.
    pub(super) loaded_memory_mib: Option<f64>,
}

impl Subject {
    /// The ceiling.
    pub(super) fn pgbench(round: u32) -> Self {
        Self { round, name: PGBENCH.to_owned(), startup_ms: None, idle_memory_mib: None }
    }

    /// A service that has just started.
    pub(super) fn service(round: u32, name: &str, service: &RunningService) -> Self {
        Self {
            round,
            name: name.to_owned(),
            startup_ms: Some(service.startup().as_secs_f64() * 1e3),
            idle_memory_mib: Some(service.idle_memory_mib()),
        }
    }

    /// Puts everything together.
    ///
    /// Errors: fewer rows are stored than calls were acknowledged.
    pub(super) fn end(self, warming: &Measured, measured: &Measured) -> Result<Turn, Fault> {
        warming.check()?;
        measured.check()?;
        let Measured { tally, used, contents } = measured;
        Ok(Turn {
            round: self.round,
            subject: self.name,
            warm_up_requests_per_second: warming.rate(),
            warm_up_service_cpu_s_per_1000: warming.used.service_s.map(|cpu_s| warming.per_1000(cpu_s)),
            requests_per_second: measured.rate(),
            share_of_pgbench: None,
            p50_ms: tally.p50_ms,
            p99_ms: tally.p99_ms,
            acknowledged: tally.acknowledged,
            failed: tally.failed,
            stored: contents.rows,
            statements_per_event: to_f64(contents.statements) / to_f64(contents.rows),
            service_cpu_s_per_1000: used.service_s.map(|cpu_s| measured.per_1000(cpu_s)),
            database_cpu_s_per_1000: measured.per_1000(used.database_s),
            generator_cpu_s_per_1000: measured.per_1000(used.generator_s),
            elsewhere_share: used.elsewhere_share,
            startup_ms: self.startup_ms,
            idle_memory_mib: self.idle_memory_mib,
            loaded_memory_mib: used.service_memory_mib,
        })
    }
}

impl Measured {
    fn check(&self) -> Result<(), Fault> {
        let (acknowledged, rows) = (self.tally.acknowledged, self.contents.rows);
        if rows < acknowledged {
            return Err(Fault::new(format!(
                "{acknowledged} calls were acknowledged and only {rows} rows are stored"
            )));
        }
        Ok(())
    }

    fn rate(&self) -> f64 {
        to_f64(self.tally.acknowledged) / self.tally.seconds
    }

    fn per_1000(&self, cpu_s: f64) -> f64 {
        cpu_s * 1e3 / to_f64(self.contents.rows)
    }
}

impl Turn {
    /// The same beside the ceiling of its round.
    pub(super) fn beside(self, pgbench_rate: f64) -> Self {
        Self { share_of_pgbench: Some(self.requests_per_second / pgbench_rate), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(acknowledged: u64, rows: u64) -> Measured {
        Measured {
            tally: Tally { acknowledged, failed: 0, seconds: 2.0, p50_ms: None, p99_ms: None },
            used: Used {
                database_s: 2.0,
                service_s: Some(1.0),
                generator_s: 0.5,
                elsewhere_share: 0.0,
                service_memory_mib: None,
            },
            contents: Contents { rows, statements: rows },
        }
    }

    #[test]
    fn a_lost_event_is_an_error_and_an_unanswered_one_is_not() {
        let lost = measured(1001, 1000);
        for (warming, measured) in [(&lost, &measured(990, 1000)), (&measured(990, 1000), &lost)] {
            let fault = Subject::pgbench(0).end(warming, measured).unwrap_err();
            assert_eq!(fault.to_string(), "1001 calls were acknowledged and only 1000 rows are stored");
        }
        let turn = Subject::pgbench(0).end(&measured(200, 250), &measured(990, 1000)).unwrap();
        assert!((turn.requests_per_second - 495.0).abs() < 1e-9);
        assert!((turn.database_cpu_s_per_1000 - 2.0).abs() < 1e-9);
        assert!((turn.warm_up_requests_per_second - 100.0).abs() < 1e-9);
        assert_eq!(turn.warm_up_service_cpu_s_per_1000, Some(4.0));
    }
}
