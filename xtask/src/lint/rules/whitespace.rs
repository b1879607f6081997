//! Files end with a newline and hold no tabs, carriage returns or trailing blanks.
//! Rust and Go have formatters that see to it; a page's template is not held to it.

use super::super::house::{Breach, SourceFile};

const KINDS: [&str; 12] =
    ["sql", "js", "java", "toml", "yaml", "yml", "md", "proto", "css", "sh", "run", "xml"];

/// Every line that has blanks where none belong.
pub(super) fn check(file: &SourceFile) -> Vec<Breach> {
    if !KINDS.contains(&file.kind()) || file.text.is_empty() {
        return Vec::new();
    }
    let mut breaches: Vec<Breach> = file
        .text
        .split('\n')
        .enumerate()
        .filter_map(|(index, line)| Some(Breach::at(index + 1, fault_of(line, file.kind())?)))
        .collect();
    if !file.text.ends_with('\n') {
        breaches.push(Breach::of_file("does not end with a newline"));
    }
    breaches
}

fn fault_of(line: &str, kind: &str) -> Option<&'static str> {
    // Within a line of anything but SQL a tab may be what somebody wants to send.
    let indent = line.len() - line.trim_start().len();
    let seen = if kind == "sql" { line } else { line.get(..indent).unwrap_or(line) };
    if seen.contains('\t') {
        Some("a tab; indent with spaces")
    } else if line.ends_with('\r') {
        Some("a carriage return; end lines with a newline alone")
    } else if line.ends_with(' ') {
        Some("blanks at the end")
    } else {
        None
    }
}
