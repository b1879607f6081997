//! The commands that a page shows: lines of its shell fences, and what stands between backticks.

use std::path::Path;

use super::super::proof::Shown;
use crate::fault::Fault;

/// Fences whose lines are commands, whatever they begin with.
const SHELLS: [&str; 3] = ["sh", "bash", "shell"];

/// What a command begins with in running text and in other fences. A program without an argument is
/// a name there.
const PROGRAMS: [&str; 12] = [
    "./gradlew",
    "./mvnw",
    "./perf-runner",
    "apt-get",
    "cargo",
    "curl",
    "docker",
    "go",
    "grpcurl",
    "java",
    "perf-runner",
    "psql",
];

/// Every command of a page, with its place; one that takes several lines becomes one line.
///
/// Errors: a fence does not say what it holds, so nobody can tell whether it has commands.
pub(super) fn commands(page: &Path, text: &str) -> Result<Vec<Shown>, Fault> {
    let mut shown = Vec::new();
    let mut fence: Option<&str> = None;
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        let place = |number: usize| format!("{}:{number}", page.display());
        let mut show = |number: usize, command: String| {
            shown.push(Shown { place: place(number), command });
        };
        match (fence, line.strip_prefix("```")) {
            (None, Some("")) => {
                return Err(Fault::new(format!(
                    "{}: a fence that does not say what it holds",
                    place(number)
                ))
                .repair("begin it with ```sh for commands, with ```text for anything else"));
            }
            (None, kind @ Some(_)) => fence = kind,
            (Some(_), Some(_)) => fence = None,
            (None, None) => spans(line).for_each(|command| show(number, command)),
            (Some(kind), None) if SHELLS.contains(&kind) => {
                let (first, before) = open.take().unwrap_or((number, String::new()));
                let command = [before.as_str(), code_of(line)].join(" ").trim().to_owned();
                if goes_on(&command) {
                    open = Some((first, command.trim_end_matches('\\').trim().to_owned()));
                } else if !command.is_empty() {
                    show(first, command);
                }
            }
            (Some(_), None) if is_command(code_of(line)) => show(number, code_of(line).to_owned()),
            (Some(_), None) => {}
        }
    }
    Ok(shown)
}

/// A line without its comment.
fn code_of(line: &str) -> &str {
    if line.starts_with('#') { "" } else { line.split(" #").next().unwrap_or(line).trim() }
}

/// Whether the shell would wait for another line.
fn goes_on(command: &str) -> bool {
    command.ends_with('\\') || command.matches('\'').count() % 2 == 1
}

/// What stands between backticks and begins as a command does.
fn spans(line: &str) -> impl Iterator<Item = String> {
    line.split('`').skip(1).step_by(2).filter(|span| is_command(span)).map(str::to_owned)
}

/// Whether a text is a command: variables, a program that the pages tell of, an argument.
pub(super) fn is_command(text: &str) -> bool {
    let is_variable = |word: &&str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    let mut words = text.split_whitespace().skip_while(is_variable);
    words.next().is_some_and(|program| PROGRAMS.contains(&program)) && words.next().is_some()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        let shown = commands(Path::new("a.md"), text).unwrap().into_iter();
        shown.map(|Shown { place, command }| (place, command)).collect()
    }

    #[test]
    fn commands_are_found_in_fences_and_in_running_text() {
        let page = "Use `cargo x`, `go.mod`, `cargo` or `--flag`; `GOWORK=off go build .` too.\n\n\
                    ```sh\ncargo y --z   # why\n# a comment\ntar x\n```\n\n```text\na = 1\nperf-runner q\n```\n";
        let expected = [
            ("a.md:1", "cargo x"),
            ("a.md:1", "GOWORK=off go build ."),
            ("a.md:4", "cargo y --z"),
            ("a.md:6", "tar x"),
            ("a.md:11", "perf-runner q"),
        ];
        assert_eq!(found(page), expected.map(|(place, command)| (place.to_owned(), command.to_owned())));
    }

    #[test]
    fn a_command_of_several_lines_is_one() {
        let page = "```sh\ncurl -d '{\n  \"a\": 1}' \\\n  localhost:1\n\nls\n```\n";
        let expected = [("a.md:2", "curl -d '{ \"a\": 1}' localhost:1"), ("a.md:6", "ls")];
        assert_eq!(found(page), expected.map(|(place, command)| (place.to_owned(), command.to_owned())));
    }

    #[test]
    fn a_fence_that_does_not_say_what_it_holds_is_refused() {
        let fault = commands(Path::new("a.md"), "x\n\n```\nls\n```\n").unwrap_err().to_string();
        assert!(fault.starts_with("a.md:3: a fence that does not say what it holds\n"), "{fault}");
    }
}
