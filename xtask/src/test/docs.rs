//! Every command that README, CONTRIBUTING and docs show is one that works: this table says how
//! each is proven.

use std::path::{Path, PathBuf};

use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// The fences whose lines are commands, whatever they begin with.
const FENCES: [&str; 3] = ["```sh", "```bash", "```shell"];

/// What a command of ours begins with: such a one is found in running text and in any fence.
const OURS: [&str; 2] = ["cargo ", "perf-runner "];

/// What `cargo xtask sample-report` makes.
const SAMPLE: &str = "sample-comparison-report.md";

/// How a command is known to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// This stage runs it, or its tests run one of its kind.
    Stage(&'static str),
    /// It is run here and must end with 0.
    RunHere,
    /// It is run here with something in the place of its placeholders.
    RunAs(&'static str),
    /// It takes hours: its plan is made here, and a stage's tests make short ones of its kind.
    Plan(&'static str),
    /// It is not run here, for this reason.
    NotHere(&'static str),
    /// This runs it: it takes too long for every time.
    Apart(&'static str),
    /// It is what runs all this.
    Itself,
}

/// Why something about containers is not run with all the rest.
const ENGINE: &str = "needs a container engine";

/// The commands that are shown; a later one may need what an earlier one did.
const COMMANDS: &[(&str, Proof)] = &[
    ("cargo perf smoke", Proof::Stage("smoke")),
    ("cargo perf smoke --api producer-api-go-rest", Proof::RunHere),
    (
        "perf-runner smoke --url http://HOST:PORT --api producer-api-go-rest --database-url DATABASE",
        Proof::Stage("dist"),
    ),
    ("cargo perf full", Proof::Plan("crates")),
    ("cargo perf full --rounds 5", Proof::Plan("crates")),
    ("cargo perf full --plan", Proof::RunHere),
    (
        "cargo perf full --api NAME --phases 50x30s --rounds 5",
        Proof::RunAs("cargo perf full --api producer-api-go-rest --phases 50x30s --rounds 5 --plan"),
    ),
    (
        "cargo perf full --phases 10x20s,50x20s --rounds 3 --fail-if 'errors(*)>0' --fail-if 'ratio(go-rest,rust-rest)<0.7'",
        Proof::RunAs(
            "cargo perf full --phases 10x20s,50x20s --rounds 3 --fail-if errors(*)>0 --fail-if \
             ratio(go-rest,rust-rest)<0.7 --plan",
        ),
    ),
    ("perf-runner full --resume", Proof::Stage("crates")),
    ("cargo perf saturation", Proof::Plan("crates")),
    ("cargo perf saturation --api producer-api-go-grpc", Proof::Plan("crates")),
    ("cargo perf verify", Proof::Stage("contract")),
    ("cargo perf verify --api producer-api-go-rest", Proof::RunHere),
    ("cargo perf verify --api NAME", Proof::Stage("contract")),
    (
        "cargo perf verify --api NAME --verbose",
        Proof::RunAs("cargo perf verify --skip-build --api producer-api-go-rest --verbose"),
    ),
    ("perf-runner verify --url http://HOST:PORT", Proof::Stage("dist")),
    ("perf-runner runs", Proof::RunAs("cargo perf runs list")),
    ("cargo perf smoke --runtime docker", Proof::Apart("cargo xtask test docker")),
    ("docker compose run --rm perf-runner smoke", Proof::Apart("cargo xtask test docker --all")),
    ("cargo xtask test docker", Proof::NotHere(ENGINE)),
    ("cargo perf cleanup docker", Proof::NotHere(ENGINE)),
    ("cargo perf cleanup docker --execute", Proof::NotHere(ENGINE)),
    ("cargo perf cleanup docker --images --execute", Proof::NotHere(ENGINE)),
    ("cargo perf runs list", Proof::RunHere),
    ("cargo perf runs compare BEFORE", Proof::Stage("crates")),
    ("cargo perf runs export", Proof::Stage("crates")),
    ("cargo perf runs import", Proof::RunHere),
    ("cargo perf report --campaign latest", Proof::RunHere),
    ("cargo perf report --campaign latest --format md --output -", Proof::RunHere),
    ("cargo perf report --campaign ID", Proof::RunAs("cargo perf report --campaign latest")),
    ("cargo perf up producer-api-go-rest", Proof::RunHere),
    ("cargo perf down", Proof::RunHere),
    ("cargo test --package perf-runner NAME", Proof::Stage("crates")),
    ("cargo test --package producer-api-rust-rest", Proof::Stage("crates")),
    ("cargo xtask test", Proof::Itself),
    ("cargo xtask test --list", Proof::RunHere),
    ("cargo xtask test --only producer-api-go-rest", Proof::Stage("producer-api-go-rest")),
    ("cargo xtask lint", Proof::Stage("lint")),
    ("cargo xtask generate", Proof::Stage("generated")),
    ("cargo xtask dist", Proof::Stage("dist")),
    ("cargo xtask simulate", Proof::RunAs("cargo xtask simulate --campaigns 20")),
    ("cargo xtask bench audit", Proof::RunAs("cargo xtask bench audit --events 1000")),
    ("cargo xtask bench generator", Proof::NotHere("measures for minutes")),
    ("cargo xtask bench services", Proof::NotHere("measures for minutes")),
    (
        "cargo xtask sample-report",
        Proof::NotHere("measures for 40 minutes; what it made is tested by the stages crates and browser"),
    ),
    ("cargo xtask sample-report --campaign ID", Proof::NotHere("needs the campaign that it was made of")),
];

/// Holds the pages and the table against each other, then runs what no stage runs.
///
/// Errors: a command is in one of them alone, or does not work.
pub(crate) fn check(repository: &Repository) -> Result<(), Fault> {
    compare(&shown(repository)?, COMMANDS)?;
    for (command, proof) in COMMANDS {
        match proof {
            Proof::Stage(stage) => println!("`{command}` is what the stage {stage} runs"),
            Proof::Apart(other) => println!("`{command}` is what `{other}` runs"),
            Proof::Itself => println!("`{command}` is what runs this"),
            Proof::NotHere(reason) => println!("`{command}` is not run here: it {reason}"),
            Proof::RunHere => run(repository.root(), command)?,
            Proof::RunAs(filled) => run(repository.root(), filled)?,
            Proof::Plan(stage) => {
                println!("`{command}` takes hours: here its plan, and short ones in the stage {stage}");
                run(repository.root(), &format!("{command} --plan"))?;
            }
        }
    }
    Ok(())
}

/// Whether a page is one of those that are written for people who type what they read.
fn is_page(file: &Path) -> bool {
    let is_markdown = file.extension().is_some_and(|kind| kind == "md");
    let is_at_the_top = file == Path::new("README.md") || file == Path::new("CONTRIBUTING.md");
    // What the report of a campaign says is no instruction.
    is_markdown && (is_at_the_top || file.starts_with("docs")) && !file.ends_with(SAMPLE)
}

/// Every command of every page, with its place.
fn shown(repository: &Repository) -> Result<Vec<(String, String)>, Fault> {
    let mut shown = Vec::new();
    let pages: Vec<PathBuf> = repository.files()?.into_iter().filter(|file| is_page(file)).collect();
    for page in pages {
        let commands = commands_in(&repository.read(&page)?);
        shown.extend(
            commands.into_iter().map(|(line, command)| (format!("{}:{line}", page.display()), command)),
        );
    }
    Ok(shown)
}

fn run(root: &Path, command: &str) -> Result<(), Fault> {
    let mut words = command.split_whitespace();
    match words.next() {
        Some("cargo") => Invocation::cargo(root, words).run(),
        Some(program) => Invocation::new(root, program, words).run(),
        None => Ok(()),
    }
}

fn compare(shown: &[(String, String)], table: &[(&str, Proof)]) -> Result<(), Fault> {
    let unproven = shown
        .iter()
        .filter(|(_, command)| !table.iter().any(|(known, _)| known == command))
        .map(|(place, command)| format!("{place}: nobody proves that `{command}` works"));
    let stale = table
        .iter()
        .filter(|(known, _)| !shown.iter().any(|(_, command)| command == known))
        .map(|(known, _)| format!("no page shows `{known}` any more"));
    let differences: Vec<String> = unproven.chain(stale).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(Fault::new(differences.join("\n")).repair("change the table in xtask/src/test/docs.rs"))
}

/// The commands of a page with their lines.
fn commands_in(page: &str) -> Vec<(usize, String)> {
    let mut commands = Vec::new();
    let mut fence = None;
    for (index, line) in page.lines().enumerate() {
        let line = line.trim();
        match fence {
            None if line.starts_with("```") => fence = Some(FENCES.contains(&line)),
            Some(_) if line.starts_with("```") => fence = None,
            Some(is_shell) => {
                let command = command_of(line).filter(|command| is_shell || is_ours(command));
                commands.extend(command.map(|command| (index + 1, command)));
            }
            None => commands.extend(spans(line).map(|command| (index + 1, command))),
        }
    }
    commands
}

fn is_ours(command: &str) -> bool {
    OURS.iter().any(|start| command.starts_with(start))
}

/// A line of a fence without its comment; `None` when nothing else is on it.
fn command_of(line: &str) -> Option<String> {
    let command = line.split(" #").next().unwrap_or(line).trim();
    (!command.is_empty() && !command.starts_with('#')).then(|| command.to_owned())
}

fn spans(line: &str) -> impl Iterator<Item = String> {
    line.split('`').skip(1).step_by(2).filter(|span| is_ours(span)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "Use `cargo x` or `--flag`.\n\n```sh\ncargo y --z   # why\n# a comment\ntar x\n```\n\n\
                        ```\na = 1\nperf-runner q\n```\n";

    fn placed(page: &str) -> Vec<(String, String)> {
        let commands = commands_in(page).into_iter();
        commands.map(|(line, command)| (format!("docs/a.md:{line}"), command)).collect()
    }

    #[test]
    fn commands_are_found_in_fences_and_in_running_text() {
        let expected = [(1, "cargo x"), (4, "cargo y --z"), (6, "tar x"), (11, "perf-runner q")];
        assert_eq!(commands_in(PAGE), expected.map(|(line, command)| (line, command.to_owned())));
    }

    #[test]
    fn a_command_without_a_proof_and_a_proof_without_a_command_are_told() {
        let table = [("cargo x", Proof::RunHere), ("cargo gone", Proof::RunHere)];
        let told = compare(&placed(PAGE), &table).unwrap_err().to_string();
        assert!(told.contains("docs/a.md:4: nobody proves that `cargo y --z` works"), "{told}");
        assert!(told.contains("no page shows `cargo gone` any more"), "{told}");
    }

    #[test]
    fn every_command_that_the_pages_show_is_in_the_table() {
        let shown = shown(&Repository::find().unwrap()).unwrap();
        assert!(shown.iter().any(|(place, _)| place.starts_with("README.md:")), "{shown:?}");
        assert!(shown.iter().any(|(place, _)| place.starts_with("docs/measuring.md:")), "{shown:?}");
        compare(&shown, COMMANDS).unwrap();
    }

    /// The table for sceptics names tests: each must be there.
    #[test]
    fn what_shows_that_nothing_is_a_lie_is_there() {
        let repository = Repository::find().unwrap();
        let page = repository.read("docs/measurement.md").unwrap();
        let (_, table) = page.split_once("## Known ways to lie").unwrap();
        let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        assert!(rows.len() > 20, "{}", rows.len());
        let files = repository.files().unwrap();
        let of_runner = files.iter().filter(|file| {
            file.starts_with("load-test/perf-runner") && file.extension().is_some_and(|kind| kind == "rs")
        });
        let sources: String = of_runner.map(|file| repository.read(file).unwrap()).collect();
        for row in rows {
            let shows: Vec<&str> = row.split('|').nth(3).unwrap().split('`').skip(1).step_by(2).collect();
            assert!(!shows.is_empty(), "nothing shows it: {row}");
            for name in shows.into_iter().filter(|name| !is_ours(name)) {
                assert!(sources.contains(&format!("fn {name}(")), "there is no test {name}");
            }
        }
    }

    #[test]
    fn a_stage_that_proves_something_is_one_that_there_is() {
        let repository = Repository::find().unwrap();
        let stages = super::super::stages(&repository).unwrap();
        for (command, proof) in COMMANDS {
            let (Proof::Stage(name) | Proof::Plan(name)) = proof else { continue };
            assert!(stages.iter().any(|stage| stage.name == *name), "{command}: there is no stage {name}");
        }
    }
}
