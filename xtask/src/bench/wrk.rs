//! wrk: the light generator for REST.

use std::{path::PathBuf, process::Command};

use serde::Deserialize;

use crate::{fault::Fault, tools};

use super::{
    event,
    generator::{Load, Tally},
    scratch::Scratch,
    session::Amount,
};

/// Where the id goes when the body is split.
const ID: &str = "@ID@";

/// wrk with its script.
pub(super) struct Wrk {
    script: PathBuf,
}

/// The line that the script prints at the end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    requests: u64,
    not_ok: u64,
    broken: u64,
    duration_us: f64,
    p50_us: f64,
    p99_us: f64,
}

impl Wrk {
    /// Finds it and writes its script.
    ///
    /// Errors: it is not there.
    pub(super) fn find(scratch: &Scratch) -> Result<Self, Fault> {
        if Command::new("wrk").arg("--version").output().is_err() {
            return Err(Fault::new("wrk is not on PATH").repair(tools::repair("wrk").unwrap_or_default()));
        }
        Ok(Self { script: scratch.write("events.lua", &script())? })
    }

    /// The load of one measurement.
    pub(super) fn load(&self, port: u16, amount: &Amount) -> Load {
        let mut command = Command::new("wrk");
        command
            .args(["--threads=2", "--timeout=10s"])
            .arg(format!("--connections={}", amount.connections))
            .arg(format!("--duration={}s", amount.seconds))
            .arg("--script")
            .arg(&self.script)
            .arg(format!("http://127.0.0.1:{port}/api/v1/events"));
        Load { command, seconds: amount.seconds, read }
    }
}

/// Every thread has a state of its own: it counts its calls behind its number, so every id is new.
fn script() -> String {
    let body = event::rest_body(ID);
    let (before, after) = body.split_once(ID).unwrap_or((&body, ""));
    format!(
        r#"local threads = {{}}
function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end
function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  before = [==[{before}{prefix}]==] .. number .. "-"
  after = [==[{after}]==]
  calls, not_ok = 0, 0
end
function request()
  calls = calls + 1
  return wrk.format(nil, nil, nil, before .. calls .. after)
end
function response(status)
  if status ~= 200 then not_ok = not_ok + 1 end
end
function done(summary, latency)
  local not_ok = 0
  for _, thread in ipairs(threads) do not_ok = not_ok + thread:get("not_ok") end
  local e = summary.errors
  print(string.format(
    'result {{"requests":%d,"not_ok":%d,"broken":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d}}',
    summary.requests, not_ok, e.connect + e.read + e.write + e.timeout, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
"#,
        prefix = event::ID_PREFIX
    )
}

fn read(output: &str) -> Result<Tally, String> {
    let json = output.lines().find_map(|line| line.strip_prefix("result ")).ok_or("no line \"result\"")?;
    let line: Line = serde_json::from_str(json).map_err(|error| error.to_string())?;
    Ok(Tally {
        acknowledged: line.requests.saturating_sub(line.not_ok),
        failed: line.not_ok + line.broken,
        seconds: line.duration_us / 1e6,
        p50_ms: Some(line.p50_us / 1e3),
        p99_ms: Some(line.p99_us / 1e3),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read_and_replies_other_than_200_are_failures() {
        let json =
            r#"{"requests":1000,"not_ok":7,"broken":2,"duration_us":500000,"p50_us":4100,"p99_us":9000}"#;
        let tally = read(&format!("Running 1s test\nresult {json}\n")).unwrap();
        assert_eq!((tally.acknowledged, tally.failed), (993, 9));
        assert_eq!((tally.p50_ms, tally.p99_ms), (Some(4.1), Some(9.0)));
        assert!(read("Running 1s test\n").unwrap_err().contains("result"));
    }
}
