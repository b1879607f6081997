//! The report of a stored campaign, rebuilt by the command that users type.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::runner::{Runner, find, stderr};

const FILES: [&str; 4] = ["report.html", "report.json", "report.md", "report.csv"];

fn in_folder(folder: &Path) -> Vec<Vec<u8>> {
    FILES.iter().map(|name| fs::read(folder.join(name)).expect(name)).collect()
}

/// The same campaign gives the same bytes, whenever and wherever it is asked for:
/// twice by the command, and at the end of the campaign itself.
pub(crate) fn assert_rebuilt_to_the_byte(runner: &Runner, id: &str) {
    let measured = find(&runner.results(), "report.json").expect("a report");
    let at_the_end = in_folder(measured.parent().expect("a folder"));
    let elsewhere = tempfile::tempdir().expect("a folder");
    for name in ["first", "second"] {
        let place = elsewhere.path().join(name).to_string_lossy().into_owned();
        let output = runner.run(&["report", "--campaign", id, "--output", &place]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let rebuilt = in_folder(Path::new(&place));
        for ((name, rebuilt), measured) in FILES.iter().zip(rebuilt).zip(&at_the_end) {
            assert!(rebuilt == *measured, "{name} is not what it was at the end of the campaign");
        }
    }
}

/// A program on a path of its own that notes what it is asked to open, and ends so.
fn browser(folder: &Path, code: i32) -> PathBuf {
    let opened = folder.join("opened");
    let program = folder.join("xdg-open");
    let script = format!("#!/bin/sh\necho \"$@\" >{}\nexit {code}\n", opened.display());
    fs::write(&program, script).expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("permissions");
    opened
}

fn path_with(folder: &Path) -> String {
    format!("{}:{}", folder.display(), env::var("PATH").expect("a path"))
}

#[test]
fn the_page_is_opened_in_the_browser_that_the_desktop_names() {
    let runner = Runner::new();
    let measured = runner.run(&["smoke", "--think-time", "0s"]);
    assert_eq!(measured.status.code(), Some(0), "{}", stderr(&measured));
    let folder = tempfile::tempdir().expect("a folder");
    let opened = browser(folder.path(), 0);
    let open = |arguments: &[&str]| {
        let all = [&["report", "--open"], arguments].concat();
        runner.command(&all).env("PATH", path_with(folder.path())).output().expect("the runner starts")
    };
    let output = open(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = find(&runner.results(), "report.html").expect("a page");
    assert_eq!(fs::read_to_string(&opened).expect("it was asked").trim(), page.to_string_lossy());

    // What is not written cannot be opened, and a browser that fails is no success.
    fs::remove_file(&opened).expect("the note");
    let without = open(&["--format", "csv"]);
    assert_eq!(without.status.code(), Some(2), "{}", stderr(&without));
    assert!(stderr(&without).contains("add --format html") && !opened.exists(), "{}", stderr(&without));
    browser(folder.path(), 3);
    let failed = open(&[]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(stderr(&failed).contains("open the file by hand"), "{}", stderr(&failed));
}
