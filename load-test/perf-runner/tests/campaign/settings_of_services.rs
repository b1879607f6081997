//! A bad setting is answered by every service in the same words.

use std::{collections::BTreeMap, process::Command};

use perf_runner::{model::Api, registry, settings::BuildTool};

use crate::runner::repository;

/// A variable (`PORT` stands for the service's own) and a value that it cannot have.
const BAD: &[(&str, &str)] = &[
    ("PORT", "abc"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("SERVER_ADDRESS", "everywhere"),
    ("DATABASE_URL", "mysql://ada:s3cret@localhost/cars"),
    ("DATABASE_URL", "postgresql://ada:s3cret@localhost:port/cars"),
    ("DATABASE_MAX_CONNECTIONS", "0"),
    ("DATABASE_MAX_CONNECTIONS", "1001"),
    ("DATABASE_MAX_CONNECTIONS", "many"),
    ("LOG_LEVEL", "loud"),
];

#[test]
fn every_service_complains_in_the_same_words() {
    let root = repository();
    let services = registry::read(&root, BuildTool::Maven).expect("the registry");
    for api in &services {
        build(api);
    }
    for (variable, value) in BAD {
        let complaints: BTreeMap<String, Vec<&str>> =
            services.iter().fold(BTreeMap::new(), |mut said, api| {
                said.entry(complaint(api, variable, value)).or_insert_with(Vec::new).push(&api.id);
                said
            });
        assert_eq!(complaints.len(), 1, "{variable}={value}: {complaints:#?}");
    }
}

fn build(api: &Api) {
    let folder = repository().join(&api.id);
    let (program, arguments) = api.build.split_first().expect("a program");
    let built = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", repository().join("target"))
        .status()
        .expect("the build starts");
    assert!(built.success(), "{} does not build", api.id);
}

/// The one line, with the service's own names taken out.
fn complaint(api: &Api, variable: &str, value: &str) -> String {
    let name = if variable == "PORT" { api.port_variable() } else { variable };
    let (program, arguments) = api.start.split_first().expect("a program");
    let output = Command::new(program)
        .args(arguments)
        .current_dir(repository())
        .env_clear()
        .envs(std::env::vars_os().filter(|(key, _)| key == "PATH" || key == "HOME" || key == "JAVA_HOME"))
        .env(name, value)
        .output()
        .expect("the service starts");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let place = format!("{} with {name}={value}", api.id);
    assert_eq!(output.status.code(), Some(2), "{place}: {text}");
    assert_eq!(text.lines().count(), 1, "{place}: {text}");
    assert!(!text.contains("s3cret"), "{place}: {text}");
    let begin = format!("{}: {name}: ", api.id);
    text.strip_prefix(&begin)
        .unwrap_or_else(|| panic!("{place} must begin with {begin:?}: {text}"))
        .to_owned()
}
