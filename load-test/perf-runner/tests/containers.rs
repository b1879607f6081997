//! The files for containers name exactly the services of the registry, with its
//! ports, and let nobody but this machine reach them.

// A test that cannot go on says so by panicking.
#![allow(clippy::expect_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use ignore::{WalkBuilder, gitignore::Gitignore};
use perf_runner::{
    model::{Api, Language, Protocol},
    registry,
    settings::BuildTool,
};
use serde_json::Value;

/// Where each service is found on the host when compose starts it.
const HOST_PORTS: [(Language, Protocol, u16); 6] = [
    (Language::Java, Protocol::Rest, 9081),
    (Language::Rust, Protocol::Rest, 9082),
    (Language::Go, Protocol::Rest, 9083),
    (Language::Java, Protocol::Grpc, 9090),
    (Language::Rust, Protocol::Grpc, 9091),
    (Language::Go, Protocol::Grpc, 9092),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn apis() -> Vec<Api> {
    registry::read(&root(), BuildTool::Maven).expect("a registry")
}

fn compose() -> Value {
    let text = fs::read_to_string(root().join("docker-compose.yml")).expect("a compose file");
    serde_saphyr::from_str(&text).expect("YAML")
}

fn dockerfile(folder: &str) -> String {
    fs::read_to_string(root().join(folder).join("Dockerfile"))
        .unwrap_or_else(|error| panic!("{folder}/Dockerfile: {error}"))
}

/// `${NAME:-default}` as it is when nobody sets NAME.
fn with_defaults(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, variable)) = rest.split_once("${") {
        let (variable, after) = variable.split_once('}').expect("a closing brace");
        plain += before;
        plain += variable.split_once(":-").map_or("", |(_, default)| default);
        rest = after;
    }
    plain + rest
}

#[test]
fn compose_starts_exactly_the_services_of_the_registry() {
    let compose = compose();
    let named: BTreeSet<&str> = compose["services"]
        .as_object()
        .expect("services")
        .keys()
        .map(String::as_str)
        .filter(|name| name.starts_with("producer-api-"))
        .collect();
    let apis = apis();
    assert_eq!(named, apis.iter().map(|api| api.id.as_str()).collect());
    for api in &apis {
        let service = &compose["services"][&api.id];
        assert_eq!(service["image"], api.image.as_str(), "{}", api.id);
        assert_eq!(service["build"]["dockerfile"], format!("{}/Dockerfile", api.id));
        let host_port = HOST_PORTS
            .iter()
            .find(|(language, protocol, _)| (*language, *protocol) == (api.language, api.protocol))
            .map(|(_, _, port)| *port)
            .expect("every service has a port on the host");
        let ports = service["ports"].as_array().expect("ports");
        let published: Vec<String> = ports.iter().filter_map(Value::as_str).map(with_defaults).collect();
        assert_eq!(published, [format!("127.0.0.1:{host_port}:{}", api.port)], "{}", api.id);
    }
}

#[test]
fn compose_gives_all_services_the_same() {
    let compose = compose();
    // What tells one service from another.
    let own = ["image", "build", "ports"];
    let mut common: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for api in apis() {
        let mut service = compose["services"][&api.id].as_object().expect("a service").clone();
        for key in own {
            service.remove(key);
        }
        common.entry(Value::from(service).to_string()).or_default().push(api.id);
    }
    assert_eq!(common.len(), 1, "{common:#?}");
}

#[test]
fn nothing_is_published_beyond_this_machine_and_everything_has_limits() {
    let compose = compose();
    for (name, service) in compose["services"].as_object().expect("services") {
        for port in service["ports"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(with_defaults(port).starts_with("127.0.0.1:"), "{name} publishes {port}");
        }
        if name == "perf-runner" {
            continue;
        }
        for limit in ["cpu_quota", "mem_limit", "memswap_limit"] {
            let limit = service[limit].as_str().unwrap_or_else(|| panic!("{name} has no {limit}"));
            assert!(limit.starts_with("${"), "{name}: {limit} is not a variable");
        }
    }
}

#[test]
fn images_listen_where_the_registry_says_and_ask_themselves_over_their_own_wire() {
    for api in apis() {
        let text = dockerfile(&api.id);
        let expected = [
            format!("ENV SERVER_ADDRESS=0.0.0.0 {}={}\n", api.port_variable(), api.port),
            format!("EXPOSE {}\n", api.port),
            format!("CMD [\"/health-probe\", \"{}\"]\n", api.protocol),
            "USER 10001:10001\n".to_owned(),
            // As a list: a shell in between would keep the signal to end for itself.
            "\nENTRYPOINT [\"".to_owned(),
        ];
        for line in expected {
            assert!(text.contains(&line), "{}/Dockerfile has no {line:?}", api.id);
        }
    }
}

#[test]
fn base_images_are_the_same_everywhere_and_of_one_full_version() {
    let compose = compose();
    let wanted = compose["x-build-args"].as_object().expect("build arguments");
    let wanted: BTreeMap<&str, String> = wanted
        .iter()
        .map(|(name, value)| (name.as_str(), with_defaults(value.as_str().expect("a text"))))
        .collect();
    let mut used = BTreeSet::new();
    let folders = apis().into_iter().map(|api| api.id);
    for folder in folders.chain(["load-test/k6".to_owned(), "load-test/perf-runner".to_owned()]) {
        for line in dockerfile(&folder).lines().filter_map(|line| line.strip_prefix("ARG ")) {
            let Some((name, default)) = line.split_once('=').filter(|(name, _)| name.ends_with("_IMAGE"))
            else {
                continue;
            };
            assert_eq!(Some(default), wanted.get(name).map(String::as_str), "{folder}: {name}");
            let (_, tag) = default.split_once(':').expect("a tag");
            assert!(tag.matches('.').count() >= 2, "{folder}: {default} may be another one tomorrow");
            used.insert(name.to_owned());
        }
    }
    assert_eq!(used.len(), wanted.len(), "compose names a base image that nothing is built from");
}

#[test]
fn no_source_is_kept_out_of_the_images() {
    let root = root();
    let (ignored, problem) = Gitignore::new(root.join(".dockerignore"));
    assert!(problem.is_none(), "{problem:?}");
    let services = apis().into_iter().filter(|api| api.language != Language::Go).map(|api| api.id);
    let main = services.map(|id| format!("{id}/src")).chain(
        [
            "load-test/perf-runner/src",
            "load-test/jdk/src",
            "postgres/cluster/src",
            "producer-core/java/src/main",
        ]
        .map(str::to_owned),
    );
    let mut seen = 0;
    for entry in main.flat_map(|folder| WalkBuilder::new(root.join(folder)).standard_filters(false).build()) {
        let path = entry.expect("a readable folder").into_path();
        let name = path.strip_prefix(&root).expect("a path below the root");
        // Words are no part of a program.
        if path.is_file() && name.extension().is_none_or(|kind| kind != "md") {
            assert!(!ignored.matched_path_or_any_parents(name, false).is_ignore(), "{}", name.display());
            seen += 1;
        }
    }
    assert!(seen > 300, "{seen} files");
}
