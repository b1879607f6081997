//! Reads `load-test/services.toml`: which producer APIs there are.

use std::{collections::BTreeSet, path::Path};

use serde::Deserialize;

use crate::{fault::Fault, model::Api};

/// Where the registry stands, relative to the repository's root.
pub const PATH: &str = "load-test/services.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    service: Vec<Api>,
}

/// Reads the registry of the repository at `root`.
///
/// # Errors
/// A usage fault that names the file and, where it is readable but wrong, line,
/// column and key.
pub fn read(root: &Path) -> Result<Vec<Api>, Fault> {
    let path = root.join(PATH);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Fault::usage(format!("cannot read {PATH}"))
            .repair("run inside the repository, or name it with --root DIR")
            .cause(error)
    })?;
    parse(&text)
}

/// Understands the registry's text.
///
/// # Errors
/// A usage fault that names line, column and key.
pub fn parse(text: &str) -> Result<Vec<Api>, Fault> {
    let document: Document = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(String::new, |span| place(text, span.start));
        Fault::usage(format!("{PATH}{place}: {}", error.message().replace('\n', " ")))
            .repair("see the comments at the top of the file for the keys of a service")
    })?;
    let mut ids = BTreeSet::new();
    for api in &document.service {
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
    if document.service.is_empty() {
        return Err(Fault::usage(format!("{PATH}: no service is listed")));
    }
    Ok(document.service)
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
    fn an_unknown_api_gets_the_list_and_the_nearest() {
        let registry = parse(SERVICE).expect("valid");
        let fault = select(&registry, &["producer-api-rust-rst".into()]).expect_err("unknown");
        assert!(fault.to_string().contains("the APIs are producer-api-rust-rest"));
        assert_eq!(fault.repair.as_deref(), Some("did you mean --api producer-api-rust-rest?"));
    }

    #[test]
    fn the_repository_registry_is_valid() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for api in read(&root).expect("valid") {
            assert!(root.join(&api.id).is_dir(), "{} has a folder of its own", api.id);
            assert_eq!(api.id, format!("producer-api-{}-{}", api.language, api.protocol));
        }
    }
}
