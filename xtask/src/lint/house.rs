//! The house rules: what they are run on, how a breach is told, how one is allowed.
//!
//! A breach that has its reason carries it in the file: `allow-house-rule(NAME): reason`
//! in a comment, on the line, on the one above it, or, for a rule about the whole
//! file, anywhere in it.

use std::path::PathBuf;

use super::rules::RULES;
use crate::{fault::Fault, repository::Repository};

/// A file with its text; empty when it is not UTF-8.
pub(super) struct SourceFile {
    /// Relative to the root.
    pub(super) path: PathBuf,
    /// What is in it.
    pub(super) text: String,
}

/// One rule over single files.
pub(super) struct Rule {
    /// The name that an exception gives.
    pub(super) name: &'static str,
    /// Gives every place where the file breaks it.
    pub(super) check: fn(&SourceFile) -> Vec<Breach>,
}

/// A place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Breach {
    /// From 1; `None` means the whole file.
    pub(super) line: Option<usize>,
    /// What is wrong and what to do.
    pub(super) text: String,
}

impl Breach {
    pub(super) fn at(line: usize, text: impl Into<String>) -> Self {
        Self { line: Some(line), text: text.into() }
    }

    pub(super) fn of_file(text: impl Into<String>) -> Self {
        Self { line: None, text: text.into() }
    }
}

impl SourceFile {
    /// The file's extension, or its name when it has none.
    pub(super) fn kind(&self) -> &str {
        self.path.extension().or(self.path.file_name()).and_then(|kind| kind.to_str()).unwrap_or("")
    }

    /// The file's name.
    pub(super) fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or("")
    }

    /// Made by a tool that says so in Go's own words.
    pub(super) fn is_generated(&self) -> bool {
        self.text
            .lines()
            .any(|line| line.starts_with("// Code generated ") && line.ends_with(" DO NOT EDIT."))
    }

    /// Its lines with their numbers, from 1.
    pub(super) fn numbered_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Holds every file of the repository against every rule.
///
/// Errors: lists every breach as `file:line: rule: text`.
pub(super) fn check(repository: &Repository) -> Result<(), Fault> {
    let mut breaches = Vec::new();
    let files = repository.files()?;
    let count = files.len();
    for path in files {
        let bytes = std::fs::read(repository.root().join(&path))
            .map_err(Fault::because(format!("cannot read {}", path.display())))?;
        let file = SourceFile { path, text: String::from_utf8(bytes).unwrap_or_default() };
        breaches.extend(RULES.iter().flat_map(|rule| breaches_of(rule, &file)));
    }
    breaches.extend(super::rules::registry::check(repository)?);
    if breaches.is_empty() {
        println!("house rules: {count} files keep all of them");
        return Ok(());
    }
    Err(Fault::new(format!("house rules: {} broken\n{}", breaches.len(), breaches.join("\n")))
        .repair("mend it, or write `allow-house-rule(NAME): reason` in a comment there"))
}

/// What `file` breaks of `rule` and does not give a reason for, as lines to print.
fn breaches_of(rule: &Rule, file: &SourceFile) -> Vec<String> {
    let told = |breach: Breach| {
        let place = breach.line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{}{place}: {}: {}", file.path.display(), rule.name, breach.text)
    };
    let broken = (rule.check)(file);
    broken.into_iter().filter(|breach| !is_allowed(rule.name, breach, file)).map(told).collect()
}

fn is_allowed(rule: &str, breach: &Breach, file: &SourceFile) -> bool {
    file.numbered_lines()
        .filter(|(number, _)| breach.line.is_none_or(|line| *number == line || number + 1 == line))
        .any(|(_, line)| gives_reason(rule, line))
}

/// The marker without a reason allows nothing.
fn gives_reason(rule: &str, line: &str) -> bool {
    line.split_once(&format!("allow-house-rule({rule}):"))
        .is_some_and(|(_, reason)| reason.split_whitespace().count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_X: Rule = Rule {
        name: "no-x",
        check: |file| {
            file.numbered_lines()
                .filter(|(_, line)| line.contains('X'))
                .map(|(number, _)| Breach::at(number, "has an X"))
                .collect()
        },
    };

    fn told(text: &str) -> Vec<String> {
        breaches_of(&NO_X, &SourceFile { path: "a/b.rs".into(), text: text.into() })
    }

    #[test]
    fn a_breach_is_told_with_file_line_and_rule() {
        assert_eq!(told("one\ntwo X\n"), ["a/b.rs:2: no-x: has an X"]);
    }

    #[test]
    fn a_reason_on_the_line_or_above_allows_it_and_the_bare_marker_does_not() {
        assert!(told("X // allow-house-rule(no-x): the format wants it\n").is_empty());
        assert!(told("// allow-house-rule(no-x): the format wants it\nX\n").is_empty());
        assert_eq!(told("// allow-house-rule(no-x): the format wants it\n\nX\n").len(), 1);
        assert_eq!(told("X // allow-house-rule(no-x):\n").len(), 1);
        assert_eq!(told("X // allow-house-rule(other): the format wants it\n").len(), 1);
    }
}
