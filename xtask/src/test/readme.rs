//! Every command that the README shows is one that works: this table says how each is proven.

use std::path::Path;

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// The page that a stranger reads first.
pub(crate) const FILE: &str = "README.md";

/// The fences whose lines are commands.
const FENCES: [&str; 3] = ["```sh", "```bash", "```shell"];

/// How a command is known to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// This stage runs it.
    Stage(&'static str),
    /// It is run here and must end with 0.
    RunHere,
    /// It takes hours: its plan is made here, and a stage's tests make short ones of its kind.
    Plan(&'static str),
    /// It is what runs all this.
    Itself,
    /// This runs it: it takes too long for every time.
    Apart(&'static str),
}

/// The commands of the README, in its order; a later one may need what an earlier one did.
const COMMANDS: &[(&str, Proof)] = &[
    ("cargo perf smoke", Proof::Stage("smoke")),
    ("cargo perf full --rounds 5", Proof::Plan("crates")),
    ("cargo perf saturation --api producer-api-go-grpc", Proof::Plan("crates")),
    ("cargo perf full --plan", Proof::RunHere),
    ("cargo perf verify", Proof::Stage("contract")),
    ("cargo perf runs list", Proof::RunHere),
    ("cargo perf report --campaign latest", Proof::RunHere),
    ("cargo perf smoke --runtime docker", Proof::Apart("cargo xtask test docker")),
    ("docker compose run --rm perf-runner smoke", Proof::Apart("cargo xtask test docker --all")),
    ("cargo perf up producer-api-rust-rest", Proof::RunHere),
    ("cargo perf down", Proof::RunHere),
    ("cargo xtask test", Proof::Itself),
];

/// Holds README and table against each other, then runs what no stage runs.
///
/// Errors: a command is in one of them alone, or does not work.
pub(crate) fn check(repository: &Repository) -> Result<(), Fault> {
    compare(&commands_in(&repository.read(FILE)?), COMMANDS)?;
    for (command, proof) in COMMANDS {
        match proof {
            Proof::Stage(stage) => println!("`{command}` is what the stage {stage} runs"),
            Proof::Apart(other) => println!("`{command}` is what `{other}` runs"),
            Proof::Itself => println!("`{command}` is what runs this"),
            Proof::RunHere => run(repository.root(), command)?,
            Proof::Plan(stage) => {
                println!("`{command}` takes hours: here its plan, and short ones in the stage {stage}");
                run(repository.root(), &format!("{command} --plan"))?;
            }
        }
    }
    Ok(())
}

fn run(root: &Path, command: &str) -> Result<(), Fault> {
    let mut words = command.split_whitespace();
    match words.next() {
        Some("cargo") => Invocation::cargo(root, words).run(),
        Some(program) => Invocation::new(root, program, words).run(),
        None => Ok(()),
    }
}

fn compare(shown: &[(usize, String)], table: &[(&str, Proof)]) -> Result<(), Fault> {
    let unproven = shown
        .iter()
        .filter(|(_, command)| !table.iter().any(|(known, _)| known == command))
        .map(|(line, command)| format!("{FILE}:{line}: nobody proves that `{command}` works"));
    let stale = table
        .iter()
        .filter(|(known, _)| !shown.iter().any(|(_, command)| command == known))
        .map(|(known, _)| format!("{FILE} no longer shows `{known}`"));
    let differences: Vec<String> = unproven.chain(stale).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(Fault::new(differences.join("\n")).repair("change the table in xtask/src/test/readme.rs"))
}

/// The commands of the page with their lines: what stands in a shell's fence, and every
/// `cargo …` in running text.
fn commands_in(page: &str) -> Vec<(usize, String)> {
    let mut commands = Vec::new();
    let mut fence = None;
    for (index, line) in page.lines().enumerate() {
        match fence {
            None if line.starts_with("```") => fence = Some(FENCES.contains(&line.trim_end())),
            Some(_) if line.starts_with("```") => fence = None,
            Some(true) => commands.extend(command_of(line).map(|command| (index + 1, command))),
            Some(false) => {}
            None => commands.extend(spans(line).map(|command| (index + 1, command))),
        }
    }
    commands
}

/// A line of a fence without its comment; `None` when nothing else is on it.
fn command_of(line: &str) -> Option<String> {
    let command = line.split(" #").next().unwrap_or(line).trim();
    (!command.is_empty() && !command.starts_with('#')).then(|| command.to_owned())
}

fn spans(line: &str) -> impl Iterator<Item = String> {
    line.split('`').skip(1).step_by(2).filter(|span| span.starts_with("cargo ")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "Use `cargo x` or `--flag`.\n\n```sh\ncargo y --z   # why\n# a comment\n```\n\n```toml\na = 1\n```\n";

    #[test]
    fn commands_are_found_in_fences_and_in_running_text() {
        assert_eq!(commands_in(PAGE), [(1, "cargo x".to_owned()), (4, "cargo y --z".to_owned())]);
    }

    #[test]
    fn a_command_without_a_proof_and_a_proof_without_a_command_are_told() {
        let table = [("cargo x", Proof::RunHere), ("cargo gone", Proof::RunHere)];
        let told = compare(&commands_in(PAGE), &table).unwrap_err().to_string();
        assert!(told.contains("README.md:4: nobody proves that `cargo y --z` works"), "{told}");
        assert!(told.contains("README.md no longer shows `cargo gone`"), "{told}");
    }
}
