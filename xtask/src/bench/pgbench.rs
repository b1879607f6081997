//! The ceiling: the services' own statement, driven by pgbench without any service.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use postgres_cluster::Binaries;

use crate::{fault::Fault, repository::Repository};

use super::{
    database::{self, Database},
    event,
    generator::{Load, Tally},
    scratch::Scratch,
    session::Amount,
};

const STATEMENT: &str = "postgres/queries/upsert.sql";

/// pgbench and the script that it runs.
pub(super) struct Pgbench {
    program: PathBuf,
    script: PathBuf,
}

impl Pgbench {
    /// Finds it beside the server and writes its script.
    ///
    /// Errors: it is not there; the statement no longer has the parameters that it had.
    pub(super) fn find(repository: &Repository, scratch: &Scratch) -> Result<Self, Fault> {
        let binaries = Binaries::find(None)?;
        let script = scratch.write("upsert.pgbench", &script(&repository.read(Path::new(STATEMENT))?)?)?;
        Ok(Self { program: database::program(&binaries, "pgbench")?, script })
    }

    /// The load of one measurement.
    pub(super) fn load(&self, database: &Database, amount: &Amount) -> Load {
        let mut command = Command::new(&self.program);
        command
            .args(["--protocol=prepared", "--no-vacuum", "--jobs=2", "--define=n=0"])
            .arg(format!("--client={}", amount.connections))
            .arg(format!("--time={}", amount.seconds))
            .arg(format!("--define=types={{{}}}", event::ENTITY_TYPE))
            .arg(format!("--define=attributes={}", array_of(event::ATTRIBUTES)))
            .arg("--file")
            .arg(&self.script);
        database.connect_as_service(&mut command);
        Load { command, seconds: amount.seconds, read }
    }
}

/// The statement with pgbench's variables in place of its parameters. Every client counts
/// its own calls, so every id is new.
fn script(statement: &str) -> Result<String, Fault> {
    let id = format!("array['{}' || :client_id::text || '-' || :n::text]", event::ID_PREFIX);
    let mut sql: String =
        statement.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    let parameters = [
        ("$1::text[]", ":types::text[]"),
        ("$2::text[]", id.as_str()),
        ("$3::text[]", ":attributes::text[]"),
    ];
    for (parameter, variable) in parameters {
        if sql.matches(parameter).count() != 1 {
            return Err(Fault::new(format!("{STATEMENT} does not have {parameter} exactly once"))
                .repair("teach xtask/src/bench/pgbench.rs the new statement"));
        }
        sql = sql.replace(parameter, variable);
    }
    Ok(format!("\\set n :n + 1\n{sql};\n"))
}

/// A text as the literal of an array with one element.
fn array_of(text: &str) -> String {
    format!("{{\"{}\"}}", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn read(output: &str) -> Result<Tally, String> {
    let number = |label: &str| -> Result<&str, String> {
        let line = output.lines().find_map(|line| line.strip_prefix(label)).ok_or(format!("no {label:?}"))?;
        line.split_whitespace().next().ok_or(format!("nothing after {label:?}"))
    };
    let count = |label: &str| number(label)?.parse::<u64>().map_err(|error| format!("{label:?}: {error}"));
    let acknowledged = count("number of transactions actually processed: ")?;
    let rate: f64 = number("tps = ")?.parse().map_err(|error| format!("\"tps = \": {error}"))?;
    let failed = count("number of failed transactions: ")?;
    // The connections that it opens at first are not part of its rate.
    let seconds = super::cost::to_f64(acknowledged) / rate;
    Ok(Tally { acknowledged, failed, seconds, p50_ms: None, p99_ms: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "pgbench (15.18)\ntransaction type: upsert.pgbench\nnumber of clients: 50\n\
        number of transactions actually processed: 192000\nnumber of failed transactions: 3 (0.002%)\n\
        latency average = 2.6 ms\ninitial connection time = 80.1 ms\n\
        tps = 19200.0 (without initial connection time)\n";

    #[test]
    fn the_output_is_read_and_an_incomplete_one_is_refused() {
        let tally = read(OUTPUT).unwrap();
        assert_eq!((tally.acknowledged, tally.failed), (192_000, 3));
        assert!((tally.seconds - 10.0).abs() < 1e-9);
        assert!(read(&OUTPUT.replace("tps", "spt")).unwrap_err().contains("tps"));
    }

    #[test]
    fn the_statement_of_the_services_becomes_the_script() {
        let statement = Repository::find().unwrap().read(STATEMENT).unwrap();
        let script = script(&statement).unwrap();
        assert!(script.starts_with("\\set n :n + 1\ninsert into car_entities"), "{script}");
        assert!(!script.contains('$'), "{script}");
    }

    #[test]
    fn a_statement_with_other_parameters_is_refused() {
        assert!(script("select $1::text").unwrap_err().to_string().contains("$1::text[]"));
    }

    #[test]
    fn a_text_becomes_an_array_literal() {
        assert_eq!(array_of(r#"{"a":"\n"}"#), r#"{"{\"a\":\"\\n\"}"}"#);
    }
}
