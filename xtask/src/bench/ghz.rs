//! ghz: the light generator for gRPC, pinned in a Go module of its own.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use serde::Deserialize;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

use super::{
    event,
    generator::{Load, Tally},
    scratch::Scratch,
    session::Amount,
};

const MODULE: &str = "load-test/bench";
const PACKAGE: &str = "github.com/bojand/ghz/cmd/ghz";
const CALL: &str = "com.example.grpc.EventService.ProcessEvent";
/// What ghz puts the number of the call in place of.
const CALL_NUMBER: &str = "{{.RequestNumber}}";

/// ghz with its message.
pub(super) struct Ghz {
    program: PathBuf,
    proto: PathBuf,
    message: PathBuf,
}

/// What ghz says, as far as it is of use; latencies and times in nanoseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    count: u64,
    total: f64,
    status_code_distribution: BTreeMap<String, u64>,
    latency_distribution: Option<Vec<Latency>>,
}

#[derive(Deserialize)]
struct Latency {
    percentage: u32,
    latency: f64,
}

impl Ghz {
    /// Builds it (once; Go keeps it) and writes its message.
    ///
    /// Errors: Go is not there or cannot build it.
    pub(super) fn build(repository: &Repository, scratch: &Scratch) -> Result<Self, Fault> {
        let program = repository.root().join(".perf/ghz");
        eprintln!("building ghz");
        let arguments = ["build".as_ref(), "-o".as_ref(), program.as_os_str(), PACKAGE.as_ref()];
        Invocation::go(&repository.root().join(MODULE), arguments).output()?;
        let id = format!("{}{CALL_NUMBER}", event::ID_PREFIX);
        let message = scratch.write("event.json", &event::grpc_message(&id))?;
        Ok(Self { program, proto: repository.root().join("contract/event_service.proto"), message })
    }

    /// The load of one measurement.
    pub(super) fn load(&self, port: u16, amount: &Amount) -> Load {
        let mut command = Command::new(&self.program);
        command
            .args(["--insecure", "--format=json", "--timeout=10s", "--duration-stop=wait"])
            .arg("--call")
            .arg(CALL)
            .arg("--proto")
            .arg(&self.proto)
            .arg("--data-file")
            .arg(&self.message)
            .arg(format!("--concurrency={}", amount.connections))
            .arg(format!("--connections={}", amount.connections))
            .arg(format!("--duration={}s", amount.seconds))
            .arg(format!("127.0.0.1:{port}"));
        Load { command, seconds: amount.seconds, read }
    }
}

fn read(output: &str) -> Result<Tally, String> {
    let summary: Summary = serde_json::from_str(output).map_err(|error| error.to_string())?;
    let acknowledged = summary.status_code_distribution.get("OK").copied().unwrap_or(0);
    let latencies = summary.latency_distribution.unwrap_or_default();
    let quantile_ms = |wanted: u32| {
        latencies.iter().find(|entry| entry.percentage == wanted).map(|entry| entry.latency / 1e6)
    };
    Ok(Tally {
        acknowledged,
        failed: summary.count.saturating_sub(acknowledged),
        seconds: summary.total / 1e9,
        p50_ms: quantile_ms(50),
        p99_ms: quantile_ms(99),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_read_and_every_code_but_ok_is_a_failure() {
        let tally = read(
            r#"{"count":1000,"total":2000000000,"average":1,"rps":500,
                "statusCodeDistribution":{"OK":990,"Unavailable":10},
                "latencyDistribution":[{"percentage":50,"latency":4000000},{"percentage":99,"latency":9500000}]}"#,
        )
        .unwrap();
        assert_eq!((tally.acknowledged, tally.failed), (990, 10));
        assert_eq!((tally.seconds, tally.p50_ms, tally.p99_ms), (2.0, Some(4.0), Some(9.5)));
        assert!(read("{}").is_err());
    }
}
