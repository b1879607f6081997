//! What is printed: results to stdout, a fault to stderr.

use std::{io::Write as _, path::Path};

use serde::Serialize;

use crate::{fault::Fault, report::Files};

/// Prints what happened, what to do, and the failing process's last log lines.
pub fn fault(fault: &Fault) {
    let mut stderr = std::io::stderr().lock();
    // When even stderr is gone there is nobody left to tell.
    let _ = writeln!(stderr, "error: {fault}");
    if let Some(repair) = &fault.repair {
        let _ = writeln!(stderr, "  hint: {repair}");
    }
    if !fault.log_tail.is_empty() {
        let _ = writeln!(stderr, "  last lines of its log:");
        for line in &fault.log_tail {
            let _ = writeln!(stderr, "    {line}");
        }
    }
}

/// Prints a result to stdout. A reader that went away is no failure.
pub(super) fn result(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Pretty JSON with a line feed at its end.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String, Fault> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Fault::failed("the result has no JSON form").cause(error))?;
    Ok(text + "\n")
}

/// A path relative to the current folder, where that is shorter.
pub(super) fn near(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

/// Where a report is.
pub(super) fn report_files(files: &Files) -> String {
    let mut text = String::new();
    for (index, file) in files.all().enumerate() {
        let name = if index == 0 { "report  " } else { "        " };
        text = format!("{text}{name}{}\n", near(file));
    }
    text
}
