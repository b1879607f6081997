//! What k6's scripts are given: the files that the runner writes for a test run, for one
//! phase of constant load.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Map, Value, json};

use crate::{
    fault::Fault,
    repository::{Repository, Service},
};

use super::super::{event, scratch::Scratch};

/// Stands where the id goes while a body is taken apart.
const HOLE: &str = "@ID@";
/// What one VU may take for a call.
const TIMEOUT_MS: u32 = 10_000;
/// Beyond this, ids of a VU would no longer be of one length; none comes so far.
const CALL_DIGITS: u32 = 9;

/// What the runner asks k6 to keep for each phase, so that it costs here what it costs there.
const COUNTERS: [&str; 9] = [
    "iterations",
    "events_attempted",
    "events_acknowledged",
    "events_failed",
    "events_unknown",
    "dropped_iterations",
    "connections_opened",
    "data_sent",
    "data_received",
];

/// One load by k6.
pub(super) struct Inputs<'a> {
    pub(super) repository: &'a Repository,
    pub(super) service: &'a Service,
    pub(super) port: u16,
    pub(super) vus: u32,
    pub(super) seconds: u32,
    /// Eight characters that no other load against the same table has.
    pub(super) tag: String,
}

/// Where k6 writes what it counted.
pub(super) fn summary(scratch: &Scratch) -> PathBuf {
    scratch.path("summary.json")
}

impl Inputs<'_> {
    fn rest(&self) -> bool {
        self.service.protocol == "rest"
    }

    /// Writes the files and gives the command; `output` is what `--out` gets.
    ///
    /// Errors: a file cannot be written.
    pub(super) fn command(
        &self,
        program: &Path,
        scratch: &Scratch,
        output: Option<&str>,
    ) -> Result<Command, Fault> {
        let root = self.repository.root();
        let script = if self.rest() { "rest.js" } else { "grpc.js" };
        let mut command = Command::new(program);
        command
            .args(["run", "--quiet", "--no-color", "--address=", "--log-format=raw"])
            .arg("--config")
            .arg(scratch.write("k6.json", "{}")?)
            .arg(root.join("load-test/k6").join(script))
            .args(output.map(|output| format!("--out={output}")))
            .env("PERF_PLAN", scratch.write("plan.json", &self.plan().to_string())?)
            .env("PERF_EVENTS", scratch.write("events.json", &json!([self.event()]).to_string())?)
            .env("PERF_SUMMARY", summary(scratch))
            .env("PERF_PROTO", root.join("contract/event_service.proto"))
            .env("K6_NO_USAGE_REPORT", "true")
            .env("K6_AUTO_EXTENSION_RESOLUTION", "false");
        Ok(command)
    }

    fn event(&self) -> Value {
        if self.rest() {
            let body = event::rest_body(HOLE);
            let (before, after) = body.split_once(HOLE).unwrap_or((&body, ""));
            json!({ "kind": "loan", "before": before, "after": after })
        } else {
            let message: Value = serde_json::from_str(&event::grpc_message("")).unwrap_or_default();
            json!({ "kind": "loan", "message": message })
        }
    }

    fn plan(&self) -> Value {
        let authority = format!("127.0.0.1:{}", self.port);
        let target =
            if self.rest() { format!("http://{authority}/api/v1/events") } else { authority.clone() };
        json!({
            "format": 2,
            "run": "bench",
            "tag": self.tag,
            "target": target,
            "method": "com.example.grpc.EventService/ProcessEvent",
            "request_timeout_ms": TIMEOUT_MS,
            "think_time_ms": 0,
            "phases": [{ "name": "p1" }],
            "failure_kinds": [],
            "other_failure": "other",
            "fault_by_status": {},
            "fault_with_details": {},
            "named_per_vu": 1,
            "vu_digits": 5,
            "iteration_digits": CALL_DIGITS,
            "options": self.options(),
        })
    }

    fn options(&self) -> Value {
        let request = if self.rest() { "http_req_duration" } else { "grpc_req_duration" };
        let kept = COUNTERS.into_iter().chain([request, "acknowledged_duration", "call_clock"]);
        let thresholds: Map<String, Value> =
            kept.map(|metric| (format!("{metric}{{scenario:p1}}"), json!([]))).collect();
        json!({
            "scenarios": { "p1": {
                "executor": "constant-vus",
                "vus": self.vus,
                "duration": format!("{}s", self.seconds),
                "gracefulStop": format!("{TIMEOUT_MS}ms"),
            } },
            "thresholds": thresholds,
            "summaryTrendStats": ["count", "min", "avg", "med", "p(90)", "p(95)", "p(99)", "max"],
            "systemTags": ["scenario"],
            "throw": true,
            "maxRedirects": 0,
        })
    }
}
