//! Every command that the documents show is one that works: a table says how each is proven.

mod commands;
mod page;

use std::path::{Path, PathBuf};

use self::commands::COMMANDS;
use super::{
    proof::{Proof, Shown},
    standing,
};
use crate::{fault::Fault, invocation::Invocation, repository::Repository};

/// What `cargo xtask sample-report` makes: what the report of a campaign says is no instruction.
const SAMPLE: &str = "docs/sample-comparison-report.md";
/// What it says was true of its version.
const HISTORY: &str = "CHANGELOG.md";

/// Holds the pages and the table against each other, then runs what no stage runs.
///
/// Errors: a command is in one of them alone, or does not work.
pub(crate) fn check(repository: &Repository) -> Result<(), Fault> {
    COMMANDS.compare(&shown(repository)?)?;
    for (command, proof) in COMMANDS.commands {
        println!("{}", proof.told(command));
        match proof {
            Proof::RunHere => run(repository.root(), command)?,
            Proof::RunAs(filled) => run(repository.root(), filled)?,
            Proof::Plan(_) => run(repository.root(), &format!("{command} --plan"))?,
            Proof::Against(service) => call(repository, command, service)?,
            Proof::Stage(_) | Proof::OwnStage | Proof::NotHere(_) | Proof::Apart(_) | Proof::Itself => {}
        }
    }
    Ok(())
}

/// Whether a page is one of those that are written for people who type what they read.
fn is_page(file: &Path) -> bool {
    let is_markdown = file.extension().is_some_and(|kind| kind == "md");
    is_markdown && file != Path::new(SAMPLE) && file != Path::new(HISTORY)
}

/// Every command of every page, with its place.
fn shown(repository: &Repository) -> Result<Vec<Shown>, Fault> {
    let pages: Vec<PathBuf> = repository.files()?.into_iter().filter(|file| is_page(file)).collect();
    let mut shown = Vec::new();
    for page in pages {
        shown.extend(page::commands(&page, &repository.read(&page)?)?);
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

/// Runs a call of `localhost:PORT` where the service is.
fn call(repository: &Repository, command: &str, service: &str) -> Result<(), Fault> {
    standing::with(repository, service, |standing| {
        let command = at(command, &standing.authority)
            .ok_or_else(|| Fault::new(format!("`{command}` calls no port of localhost")))?;
        Invocation::new(repository.root(), "sh", ["-c", &command]).run()
    })
}

/// The command with another place in it, which fails when it is refused.
fn at(command: &str, authority: &str) -> Option<String> {
    let (before, behind) = command.split_once("localhost:")?;
    let behind = behind.trim_start_matches(|letter: char| letter.is_ascii_digit());
    Some(format!("{before}{authority}{behind}").replacen("curl ", "curl --fail-with-body ", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_that_the_pages_show_is_in_the_table() {
        let shown = shown(&Repository::find().unwrap()).unwrap();
        for page in ["README.md", "docs/measuring.md", "producer-api-go-rest/README.md"] {
            assert!(shown.iter().any(|shown| shown.place.starts_with(&format!("{page}:"))), "{page}");
        }
        COMMANDS.compare(&shown).unwrap();
    }

    #[test]
    fn a_call_goes_where_the_service_is_and_fails_when_it_is_refused() {
        let called = at("curl -i localhost:9083/health -H 'a: b'", "127.0.0.1:4711").unwrap();
        assert_eq!(called, "curl --fail-with-body -i 127.0.0.1:4711/health -H 'a: b'");
        assert_eq!(at("curl -i example.org", "x"), None);
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
            for name in shows.into_iter().filter(|name| !page::is_command(name)) {
                assert!(sources.contains(&format!("fn {name}(")), "there is no test {name}");
            }
        }
    }

    /// The page for those who look a message up quotes messages: each must be one that somebody can read.
    #[test]
    fn what_troubleshooting_quotes_is_what_the_programs_say() {
        let repository = Repository::find().unwrap();
        let files = repository.files().unwrap();
        let is_rust = |file: &&PathBuf| file.extension().is_some_and(|kind| kind == "rs");
        let lines: Vec<String> = files.iter().filter(is_rust).map(|f| repository.read(f).unwrap()).collect();
        // A text that goes on in the next line begins there behind its indentation.
        let said: String = lines.concat().split("\\\n").map(str::trim_start).collect();
        let page = repository.read("docs/troubleshooting.md").unwrap();
        let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
        let quotes: Vec<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
        assert!(quotes.len() > 30, "{}", quotes.len());
        for part in quotes.iter().flat_map(|quote| quote.split('…')) {
            let part = part.trim_matches([' ', '"']);
            assert!(said.contains(part), "nobody says `{part}`");
        }
    }

    #[test]
    fn a_stage_that_proves_something_is_one_that_there_is() {
        let repository = Repository::find().unwrap();
        let stages = super::super::stages(&repository, true).unwrap();
        let is_stage = |name: &str| stages.iter().any(|stage| stage.name == name);
        for (command, proof) in COMMANDS.commands {
            if let Proof::Stage(name) | Proof::Plan(name) = proof {
                assert!(is_stage(name), "{command}: there is no stage {name}");
            }
        }
        let own = |shown: &&Shown| COMMANDS.commands.contains(&(shown.command.as_str(), Proof::OwnStage));
        // A page of docs/ speaks of every component that has such a command.
        let of_component = |shown: &&Shown| !shown.place.starts_with("docs/");
        let shown = shown(&repository).unwrap();
        for Shown { place, .. } in shown.iter().filter(own).filter(of_component) {
            let mut folders = Path::new(place).ancestors().skip(1).filter_map(Path::to_str);
            assert!(folders.any(&is_stage), "{place}: no folder around it is a stage");
        }
    }
}
