//! Which programs are there, told before an hour is spent without them.

use std::path::Path;

use postgres_cluster::Binaries;

use super::{browser, docker};
use crate::{fault::Fault, invocation::Invocation, repository::Repository, tools};

/// A version as its first two numbers.
type Version = (u32, u32);

/// Names every program that is missing or too old, all at once; with a container engine among them.
///
/// Errors: at least one is.
pub(crate) fn check(repository: &Repository, with_engine: bool) -> Result<(), Fault> {
    let mut missing = Vec::new();
    for program in ["git", "cargo", "cargo fmt", "cargo clippy", "curl", "gcc"] {
        match first_line(repository, program, "--version") {
            Some(line) => println!("{program}: {line}"),
            None => missing.push(lack(program)),
        }
    }
    let modules = repository.go_modules()?;
    if !modules.is_empty() {
        missing.extend(check_go(repository, &modules)?);
    }
    let projects = repository.maven_projects()?;
    if !projects.is_empty() {
        missing.extend(check_java(repository, &projects)?);
    }
    if browser::is_there(repository) {
        for program in ["node", "npm", "chromium"] {
            match first_line(repository, program, "--version") {
                Some(line) => println!("{program}: {line}"),
                // Another name than Debian's is given with CHROMIUM.
                None if program == "chromium" && std::env::var_os("CHROMIUM").is_some() => {}
                None => missing.push(lack(program)),
            }
        }
    }
    if with_engine {
        missing.extend(docker::lack(repository));
    }
    match Binaries::find(None) {
        Ok(found) => println!("postgres: {} in {}", found.version(), found.folder().display()),
        Err(error) => missing.push(format!("postgres: {error}")),
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Fault::new(format!("missing or too old:\n{}", missing.join("\n"))))
}

fn check_go(repository: &Repository, modules: &[String]) -> Result<Option<String>, Fault> {
    let manifests = modules
        .iter()
        .map(|module| repository.read(format!("{module}/go.mod")))
        .collect::<Result<Vec<String>, Fault>>()?;
    let wanted = manifests.iter().filter_map(|text| wanted_go(text)).max().unwrap_or_default();
    let Some(line) = first_line(repository, "go", "version") else { return Ok(Some(lack("go"))) };
    println!("go: {line}");
    let found = line.split_whitespace().find_map(|word| version(word.strip_prefix("go")?));
    if found.is_some_and(|found| found >= wanted) {
        return Ok(None);
    }
    Ok(Some(format!("go: {line}, and go.mod asks for {}.{} or newer", wanted.0, wanted.1)))
}

fn check_java(repository: &Repository, projects: &[String]) -> Result<Option<String>, Fault> {
    let manifests = projects
        .iter()
        .map(|project| repository.read(format!("{project}/pom.xml")))
        .collect::<Result<Vec<String>, Fault>>()?;
    let wanted = manifests.iter().filter_map(|text| wanted_java(text)).max().unwrap_or_default();
    // What the Maven wrapper would take.
    let program = std::env::var_os("JAVA_HOME")
        .map_or_else(|| "java".into(), |home| Path::new(&home).join("bin/java").into_os_string());
    let outcome = Invocation::new(repository.root(), program, ["-version"]).outcome();
    let Ok(outcome) = outcome else { return Ok(Some(lack("java"))) };
    let said = String::from_utf8_lossy(&outcome.stderr);
    let line = said.lines().next().unwrap_or_default();
    println!("java: {line}");
    if line.split('"').nth(1).and_then(major).is_some_and(|found| found >= wanted) {
        return Ok(None);
    }
    Ok(Some(format!("java: {line}, and pom.xml asks for {wanted} or newer; set JAVA_HOME to a newer one")))
}

/// What a pom.xml asks for.
fn wanted_java(pom: &str) -> Option<u32> {
    ["<java.version>", "<maven.compiler.release>"].iter().find_map(|tag| major(pom.split_once(tag)?.1))
}

/// The number that the text begins with.
pub(super) fn major(text: &str) -> Option<u32> {
    text.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// What the `go` line of a go.mod asks for.
fn wanted_go(go_mod: &str) -> Option<Version> {
    go_mod.lines().find_map(|line| version(line.strip_prefix("go ")?))
}

fn version(text: &str) -> Option<Version> {
    let mut numbers = text.trim().split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn first_line(repository: &Repository, program: &str, argument: &str) -> Option<String> {
    let words = program.split_whitespace().chain([argument]);
    let outcome = match program.strip_prefix("cargo") {
        Some(_) => Invocation::cargo(repository.root(), words.skip(1)),
        None => Invocation::new(repository.root(), program, words.skip(1)),
    }
    .outcome()
    .ok()?;
    let text = String::from_utf8_lossy(&outcome.stdout);
    text.lines().next().filter(|_| outcome.status.success()).map(str::to_owned)
}

fn lack(program: &str) -> String {
    format!("{program}: not found; {}", tools::repair(program).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(wanted_go("module m\n\ngo 1.9.1\n").unwrap() < version("1.26.8").unwrap());
        assert_eq!(wanted_go("module m\n"), None);
        assert_eq!(wanted_java("<x/><java.version>17</java.version>"), Some(17));
        assert_eq!([major("25.0.3"), major("26-ea"), major("")], [Some(25), Some(26), None]);
    }

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        assert_eq!(lack("gcc"), "gcc: not found; apt-get install gcc libc6-dev");
    }
}
