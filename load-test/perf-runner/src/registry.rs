//! Reads `load-test/services.toml`: which producer APIs there are.

use std::{collections::BTreeSet, path::Path};

use serde::Deserialize;

use crate::{
    fault::Fault,
    model::{Api, Language, Protocol},
    settings::BuildTool,
};

/// Where the registry stands, relative to the repository's root.
pub const PATH: &str = "load-test/services.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    service: Vec<Entry>,
}

/// A service as the file describes it: an [`Api`], and another way to build it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    language: Language,
    protocol: Protocol,
    port: u16,
    build: Vec<String>,
    start: Vec<String>,
    image: String,
    gradle: Option<Commands>,
}

/// What takes the place of `build` and `start`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    build: Vec<String>,
    start: Vec<String>,
}

impl Entry {
    fn into_api(self, tool: BuildTool) -> Api {
        let Self { id, language, protocol, port, build, start, image, gradle } = self;
        let own = Commands { build, start };
        let Commands { build, start } = match (tool, gradle) {
            (BuildTool::Gradle, Some(gradle)) => gradle,
            _ => own,
        };
        Api { id, language, protocol, port, build, start, image }
    }
}

/// Reads the registry of the repository at `root`; services that have a choice
/// come with the commands of this tool.
///
/// # Errors
/// A usage fault that names the file and, where it is readable but wrong, line,
/// column and key.
pub fn read(root: &Path, tool: BuildTool) -> Result<Vec<Api>, Fault> {
    let path = root.join(PATH);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Fault::usage(format!("cannot read {PATH}"))
            .repair("run inside the repository, or name it with --root DIR")
            .cause(error)
    })?;
    parse(&text, tool)
}

/// Understands the registry's text; `tool` as of [`read`].
///
/// # Errors
/// A usage fault that names line, column and key.
pub fn parse(text: &str, tool: BuildTool) -> Result<Vec<Api>, Fault> {
    let document: Document = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(String::new, |span| place(text, span.start));
        Fault::usage(format!("{PATH}{place}: {}", error.message().replace('\n', " ")))
            .repair("see the comments at the top of the file for the keys of a service")
    })?;
    let apis: Vec<Api> = document.service.into_iter().map(|entry| entry.into_api(tool)).collect();
    let mut ids = BTreeSet::new();
    for api in &apis {
        if !ids.insert(&api.id) {
            return Err(Fault::usage(format!("{PATH}: `id` {:?} is given to two services", api.id)));
        }
        if api.build.is_empty() || api.start.is_empty() {
            return Err(Fault::usage(format!(
                "{PATH}: `build` and `start` of {:?} must name a program",
                api.id
            )));
        }
    }
    if apis.is_empty() {
        return Err(Fault::usage(format!("{PATH}: no service is listed")));
    }
    Ok(apis)
}

/// The APIs that were asked for, in the registry's order; all when none was named.
///
/// # Errors
/// A usage fault that lists the names and suggests the nearest.
pub fn select(registry: &[Api], names: &[String]) -> Result<Vec<Api>, Fault> {
    for name in names {
        if !registry.iter().any(|api| api.id == *name) {
            return Err(unknown(registry, name));
        }
    }
    Ok(registry.iter().filter(|api| names.is_empty() || names.contains(&api.id)).cloned().collect())
}

fn unknown(registry: &[Api], name: &str) -> Fault {
    let known: Vec<&str> = registry.iter().map(|api| api.id.as_str()).collect();
    let nearest = known
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
        .map_or("", |nearest| nearest);
    Fault::usage(format!("there is no API {name:?}; the APIs are {}", known.join(", ")))
        .repair(format!("did you mean --api {nearest}?"))
}

fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(1, |line| line.chars().count() + 1);
    format!(":{line}:{column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = r#"
[[service]]
id = "producer-api-rust-rest"
language = "rust"
protocol = "rest"
port = 8081
build = ["cargo", "build"]
start = ["./target/release/producer-api-rust-rest"]
image = "producer-api-rust-rest"
"#;

    fn parse(text: &str) -> Result<Vec<Api>, Fault> {
        super::parse(text, BuildTool::Maven)
    }

    fn text_of(result: Result<Vec<Api>, Fault>) -> String {
        result.expect_err("must be refused").to_string()
    }

    #[test]
    fn a_wrong_value_names_line_and_key() {
        let text = text_of(parse(&SERVICE.replace("port = 8081", "port = 80810")));
        assert!(text.contains("services.toml:6:"), "{text}");
        assert!(text.contains("80810"), "{text}");
    }

    #[test]
    fn a_half_written_file_names_line() {
        let text = text_of(parse(&SERVICE[..SERVICE.len() - 30]));
        assert!(text.contains("services.toml:8:") || text.contains("services.toml:9:"), "{text}");
    }

    #[test]
    fn a_missing_and_an_unknown_key_are_named() {
        assert!(text_of(parse(&SERVICE.replace("image", "picture"))).contains("picture"));
        assert!(text_of(parse(&SERVICE.replace("image = \"producer-api-rust-rest\"", ""))).contains("image"));
    }

    #[test]
    fn a_repeated_id_is_refused() {
        assert!(text_of(parse(&format!("{SERVICE}{SERVICE}"))).contains("two services"));
    }

    #[test]
    fn a_service_with_a_choice_gets_the_commands_of_the_tool_and_another_keeps_its_own() {
        let other = SERVICE.replace("producer-api-rust-rest", "producer-api-java-rest");
        let gradle = "[service.gradle]\nbuild = [\"gradle\"]\nstart = [\"java\"]";
        let text = format!("{SERVICE}{other}{gradle}");
        let builds = |tool| {
            let apis = super::parse(&text, tool).expect("valid");
            apis.iter().map(|api| (api.build[0].clone(), api.start[0].clone())).collect::<Vec<_>>()
        };
        assert_eq!(builds(BuildTool::Gradle)[0], builds(BuildTool::Maven)[0]);
        assert_eq!(builds(BuildTool::Maven)[1].0, "cargo");
        assert_eq!(builds(BuildTool::Gradle)[1], ("gradle".to_owned(), "java".to_owned()));
        let unknown = text_of(parse(&text.replace("start = [\"java\"]", "run = [\"java\"]")));
        assert!(unknown.contains("run"), "{unknown}");
    }

    #[test]
    fn an_unknown_api_gets_the_list_and_the_nearest() {
        let registry = parse(SERVICE).expect("valid");
        let fault = select(&registry, &["producer-api-rust-rst".into()]).expect_err("unknown");
        assert!(fault.to_string().contains("the APIs are producer-api-rust-rest"));
        assert_eq!(fault.repair.as_deref(), Some("did you mean --api producer-api-rust-rest?"));
    }

    #[test]
    fn what_either_tool_builds_is_started_alike() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let apis = |tool| read(&root, tool).expect("valid");
        for (maven, gradle) in apis(BuildTool::Maven).iter().zip(apis(BuildTool::Gradle)) {
            let start = gradle.start.iter().map(|word| word.replace("/build/app/", "/target/app/"));
            assert_eq!(start.collect::<Vec<_>>(), maven.start);
            assert_eq!(gradle.build_tool() == "gradle", maven.build_tool() == "maven", "{}", maven.id);
        }
    }

    #[test]
    fn the_repository_registry_is_valid() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for tool in [BuildTool::Maven, BuildTool::Gradle] {
            for api in read(&root, tool).expect("valid") {
                assert!(root.join(&api.id).is_dir(), "{} has a folder of its own", api.id);
                assert_eq!(api.id, format!("producer-api-{}-{}", api.language, api.protocol));
            }
        }
    }
}
