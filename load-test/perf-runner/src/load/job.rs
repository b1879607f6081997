//! The inputs of one test run's load, as files and as a command line.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    faults,
    options::{self, OptionsOf},
};
use crate::{
    fault::Fault,
    model::{
        Endpoint, EntityId, EventTemplate, GeneratorJob, GeneratorSummary, LoadPlan, Plan, PlannedPhase,
        PlannedRun, Protocol, StreamLine, Unacknowledged,
    },
    whole_file,
    wire::EVENTS_PATH,
};

/// The method that takes events.
const GRPC_METHOD: &str = "com.example.grpc.EventService/ProcessEvent";

/// An empty configuration of k6.
const CONFIGURATION_FILE: &str = "k6.json";

/// Go's default. Its heap is the samples kept so far, so a larger figure would
/// double the memory of a long test for a few per cent of processor time.
const GARBAGE_COLLECTION_PERCENT: u32 = 100;

/// Where things are.
#[derive(Debug, Clone, Copy)]
pub struct LoadPaths<'a> {
    /// The root of the repository.
    pub repository: &'a Path,
    /// The folder of the test run's raw files; it exists.
    pub folder: &'a Path,
}

/// What is to be loaded, and with what.
#[derive(Debug, Clone, Copy)]
pub struct LoadOf<'a> {
    /// The campaign's plan.
    pub plan: &'a Plan,
    /// The test run.
    pub run: &'a PlannedRun,
    /// Where the service answers.
    pub endpoint: &'a Endpoint,
    /// What is sent.
    pub templates: &'a [EventTemplate],
    /// Whether the generator is our own build, which writes the stream.
    pub streams: bool,
}

/// Makes the folder of a test run's raw files and gives its absolute path.
///
/// # Errors
/// When it cannot be made, naming it.
pub fn make_folder(folder: &Path) -> Result<PathBuf, Fault> {
    std::fs::create_dir_all(folder).and_then(|()| std::path::absolute(folder)).map_err(|error| {
        Fault::failed(format!("cannot make the folder {}", folder.display()))
            .cause(error)
            .repair("let the results folder be written to")
    })
}

/// Writes the inputs and says how the generator is called. `cores` is how many
/// processors it may use.
///
/// # Errors
/// When a file cannot be written, naming it.
pub fn prepare(load: &LoadOf<'_>, paths: &LoadPaths<'_>, cores: u32) -> Result<GeneratorJob, Fault> {
    let protocol = load.endpoint.protocol;
    write(paths.folder, LoadPlan::FILE, &load_plan(load)?)?;
    write(paths.folder, LoadPlan::TEMPLATES_FILE, &load.templates)?;
    let events: Vec<Value> = load.templates.iter().map(|template| event(template, protocol)).collect();
    write(paths.folder, LoadPlan::EVENTS_FILE, &events)?;
    write(paths.folder, CONFIGURATION_FILE, &json!({}))?;
    let folder = std::path::absolute(paths.folder)
        .map_err(|error| Fault::failed(format!("cannot find {}", paths.folder.display())).cause(error))?;
    let script = match protocol {
        Protocol::Rest => "rest.js",
        Protocol::Grpc => "grpc.js",
    };
    let script = paths.repository.join("load-test/k6").join(script);
    Ok(GeneratorJob {
        arguments: arguments(&folder, &script, load.streams),
        variables: variables(&folder, paths.repository, cores),
        script,
        folder,
        deadline_ms: load.run.deadline_ms,
        phases: load.run.phases.clone(),
        streams: load.streams,
    })
}

/// What a script needs of a template.
fn event(template: &EventTemplate, protocol: Protocol) -> Value {
    match protocol {
        Protocol::Rest => json!({
            "kind": template.kind,
            "before": template.body_before_id,
            "after": template.body_after_id,
        }),
        Protocol::Grpc => json!({ "kind": template.kind, "message": template.message }),
    }
}

fn load_plan(load: &LoadOf<'_>) -> Result<LoadPlan, Fault> {
    let Endpoint { protocol, authority } = load.endpoint;
    let (target, method) = match protocol {
        Protocol::Rest => (format!("http://{authority}{EVENTS_PATH}"), String::new()),
        Protocol::Grpc => (authority.clone(), GRPC_METHOD.to_owned()),
    };
    let faults = faults::of(*protocol)?;
    let options = options::make(&OptionsOf {
        protocol: *protocol,
        phases: &load.run.phases,
        grace_ms: PlannedPhase::grace_ms(load.plan.request_timeout_ms, load.plan.think_time_ms),
        failure_kinds: faults.kinds.iter().chain([&faults.other]).map(String::as_str).collect(),
    });
    Ok(LoadPlan {
        format: GeneratorSummary::FORMAT,
        run: load.run.id.0.clone(),
        protocol: *protocol,
        tag: load.run.tag.clone(),
        target,
        method,
        request_timeout_ms: load.plan.request_timeout_ms,
        think_time_ms: load.plan.think_time_ms,
        update_share: load.plan.update_share,
        phases: load.run.phases.clone(),
        failure_kinds: faults.kinds,
        other_failure: faults.other,
        fault_by_status: faults.by_status,
        fault_with_details: faults.with_details,
        named_per_vu: named_per_vu(&load.run.phases),
        vu_digits: EntityId::VU_DIGITS,
        iteration_digits: EntityId::CALL_DIGITS,
        options,
    })
}

/// VUs cannot count together, so each has its share of what may be named.
fn named_per_vu(phases: &[PlannedPhase]) -> u64 {
    let vus: u64 = phases
        .iter()
        .map(|phase| u64::from(phase.load.max_vus()))
        // VUs are used again by later phases, so the largest phase has them all.
        .max()
        .unwrap_or(1);
    (Unacknowledged::LIMIT as u64 / vus.max(1)).max(1)
}

fn arguments(folder: &Path, script: &Path, streams: bool) -> Vec<String> {
    let file = |name: &str| folder.join(name).display().to_string();
    let stream = streams.then(|| ["--out".to_owned(), format!("windows={}", file(StreamLine::FILE))]);
    let words = [
        "run",
        "--quiet",
        "--no-color",
        // Messages alone: what the script says is a line of JSON.
        "--log-format=raw",
        "--config",
        &file(CONFIGURATION_FILE),
        "--console-output",
        &file(Unacknowledged::FILE),
        &script.display().to_string(),
    ];
    words.map(str::to_owned).into_iter().chain(stream.into_iter().flatten()).collect()
}

fn variables(folder: &Path, repository: &Path, cores: u32) -> Vec<(String, String)> {
    let path = |path: PathBuf| path.display().to_string();
    [
        ("PERF_PLAN", path(folder.join(LoadPlan::FILE))),
        ("PERF_EVENTS", path(folder.join(LoadPlan::EVENTS_FILE))),
        ("PERF_SUMMARY", path(folder.join(GeneratorSummary::FILE))),
        ("PERF_PROTO", path(repository.join("contract/event_service.proto"))),
        ("K6_NO_USAGE_REPORT", "true".to_owned()),
        ("K6_AUTO_EXTENSION_RESOLUTION", "false".to_owned()),
        ("GOMAXPROCS", cores.max(1).to_string()),
        ("GOGC", GARBAGE_COLLECTION_PERCENT.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn write(folder: &Path, name: &str, content: &impl Serialize) -> Result<(), Fault> {
    let path = folder.join(name);
    let text = serde_json::to_vec(content)
        .map_err(|error| Fault::failed(format!("cannot write {}", path.display())).cause(error))?;
    whole_file::write(&path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PhaseLoad;

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_a_repair() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("a-file");
        std::fs::write(&blocked, "no folder").unwrap();
        let fault = make_folder(&blocked.join("run")).unwrap_err();
        assert!(fault.to_string().contains("a-file/run"), "{fault}");
        assert!(fault.repair.is_some());
    }

    #[test]
    fn vus_share_what_may_be_named() {
        let phase = |vus| PlannedPhase {
            name: "p1".to_owned(),
            load: PhaseLoad::Iterations { vus, per_vu: 1, max_duration_ms: 1 },
            start_ms: 0,
            settle_ms: 0,
        };
        assert_eq!(named_per_vu(&[phase(1)]), 10_000);
        assert_eq!(named_per_vu(&[phase(10), phase(200)]), 50);
        assert_eq!(named_per_vu(&[phase(99_999)]), 1);
    }
}
