//! The workflows are no fiction: their syntax is checked, and each command in them is one that a
//! stage runs here or that this table says cannot run here, with the reason.

use std::{ffi::OsString, path::Path};

use super::proof::{Proof, Shown, Table};
use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// The module that pins the linter, relative to the root.
const LINT_MODULE: &str = ".github/lint";

/// Every `run:` of the workflows and of our own actions.
const COMMANDS: Table = Table {
    file: "xtask/src/test/workflows.rs",
    commands: &[
        ("bash .ci/run", Proof::Itself),
        (
            "cargo perf full --phases \"$PHASES\" --rounds \"$ROUNDS\" --baseline latest --fail-if 'errors(*)>0' --junit gates.xml",
            Proof::Stage("crates"),
        ),
        (
            "cargo perf report --campaign latest --format md --output - >> \"$GITHUB_STEP_SUMMARY\"",
            Proof::Stage("crates"),
        ),
        (
            "cargo perf report --campaign latest --baseline latest --fail-if 'errors(*)>0' --format md --output - >> \"$GITHUB_STEP_SUMMARY\"",
            Proof::Stage("crates"),
        ),
        ("cargo perf runs cleanup --keep 14 --execute", Proof::Stage("crates")),
        ("cargo test --locked", Proof::Stage("crates")),
        ("go build ./...", Proof::Stage("lint")),
        (
            "go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...",
            Proof::NotHere("asks a database of vulnerabilities"),
        ),
        ("go test -race ./...", Proof::Stage("producer-core/go")),
        (
            "rustup toolchain install 1.95.0 --profile minimal --component clippy,rustfmt && rustup default 1.95.0",
            Proof::NotHere("installs what is there already"),
        ),
        (
            "go run github.com/google/osv-scanner/v2/cmd/osv-scanner@v2.5.0 scan source --recursive --licenses=\"$LICENSES\" .",
            Proof::NotHere("asks a database of vulnerabilities and licences"),
        ),
        (
            "sh gradlew --no-daemon build",
            Proof::NotHere("needs a distribution that comes from outside the package registries"),
        ),
        ("sh mvnw --batch-mode --no-transfer-progress verify", Proof::Stage("producer-api-java-rest")),
    ],
};

/// Lints the workflows and holds their commands against the table.
///
/// Errors: the linter finds something, or a command is in one of both alone.
pub(crate) fn check(repository: &Repository) -> Result<(), Fault> {
    let files: Vec<_> = repository
        .files()?
        .into_iter()
        .filter(|file| file.starts_with(".github") && file.extension().is_some_and(|kind| kind == "yml"))
        .collect();
    let workflows = files
        .iter()
        .filter(|file| file.starts_with(".github/workflows"))
        .map(|file| repository.root().join(file).into_os_string());
    // Neither shellcheck nor pyflakes is pinned, so what they say would depend on the machine.
    let words = ["tool", "actionlint", "-shellcheck=", "-pyflakes="].map(OsString::from);
    Invocation::go(&repository.root().join(LINT_MODULE), words.into_iter().chain(workflows)).run()?;
    let mut commands = Vec::new();
    for file in &files {
        commands.extend(commands_in(file, &repository.read(file)?)?);
    }
    COMMANDS.compare(&commands)?;
    for (command, proof) in COMMANDS.commands {
        println!("{}", proof.told(command));
    }
    Ok(())
}

/// The commands of a workflow with their places.
///
/// Errors: a command of several lines, which nobody could find in a table.
fn commands_in(file: &Path, text: &str) -> Result<Vec<Shown>, Fault> {
    let mut commands = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start().trim_start_matches("- ");
        // A mapping such as `defaults: run:` has nothing behind it.
        let Some(command) = line.strip_prefix("run:").map(str::trim).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        let place = format!("{}:{number}", file.display());
        if command.starts_with(['|', '>']) {
            return Err(Fault::new(format!("{place}: a command of several lines"))
                .repair("make it a task that a contributor can run, too"));
        }
        commands.push(Shown { place, command: command.to_owned() });
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_with_their_lines_and_several_lines_are_refused() {
        let text = "defaults:\n  run:\n    x: y\nsteps:\n  - run: make\n  - name: n\n    run: cargo test\n";
        let found = commands_in(Path::new("w.yml"), text).unwrap();
        let found: Vec<(&str, &str)> =
            found.iter().map(|shown| (shown.place.as_str(), shown.command.as_str())).collect();
        assert_eq!(found, [("w.yml:5", "make"), ("w.yml:7", "cargo test")]);
        assert!(commands_in(Path::new("w.yml"), "- run: |\n    a\n").is_err());
    }
}
