//! A file fits a few screens, a function fits one. Clippy counts the functions of Rust.

use super::super::house::{Breach, SourceFile};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

/// At most 400 lines of code in one file.
pub(super) fn of_file(file: &SourceFile) -> Vec<Breach> {
    let lines = file.text.lines().count();
    let is_code = ["rs", "go", "js", "java"].contains(&file.kind());
    if !is_code || lines <= FILE_LINES || file.is_generated() {
        return Vec::new();
    }
    vec![Breach::of_file(format!("{lines} lines, more than {FILE_LINES}; split it by concern"))]
}

/// At most 60 lines between the braces of a Go function; gofmt puts both where they are found.
pub(super) fn of_go_functions(file: &SourceFile) -> Vec<Breach> {
    if file.kind() != "go" || file.is_generated() {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    let mut begin = None;
    for (number, line) in file.numbered_lines() {
        match begin {
            None if line.starts_with("func ") && line.ends_with('{') => begin = Some(number),
            Some(first) if line.starts_with('}') => {
                let lines = number - first - 1;
                if lines > FUNCTION_LINES {
                    breaches.push(Breach::at(
                        first,
                        format!("a function of {lines} lines, more than {FUNCTION_LINES}"),
                    ));
                }
                begin = None;
            }
            _ => {}
        }
    }
    breaches
}
