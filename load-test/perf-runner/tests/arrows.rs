//! The runner is a line, not a web: which module may use which. A stage sees the
//! words, the fault and the observer, never another stage; only the conductor
//! and the command line see all of them.

// A test that cannot go on says so by panicking.
#![allow(clippy::expect_used)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What every module may use; `sample` is there for tests only.
const EVERYONE: &[&str] = &["model", "fault", "progress", "interrupt", "sample"];

/// What one may use besides. `*` is everything.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sample", &["analyze"]),
    ("fault", &[]),
    ("progress", &[]),
    ("interrupt", &[]),
    ("whole_file", &[]),
    ("registry", &["settings"]),
    ("settings", &[]),
    ("host", &["settings"]),
    ("plan", &["settings"]),
    ("wire", &[]),
    ("statements", &[]),
    ("environment", &["settings", "wire", "host", "statements"]),
    ("verify", &["wire"]),
    ("load", &["whole_file", "wire"]),
    ("measure", &[]),
    ("audit", &["statements"]),
    ("store", &["whole_file"]),
    ("analyze", &[]),
    ("report", &["whole_file"]),
    ("export", &[]),
    ("session", &["*"]),
    ("cli", &["*"]),
    ("lib", &["*"]),
    ("main", &["*"]),
];

#[test]
fn a_module_uses_only_what_it_may() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for file in rust_files(&root) {
        let module = module_of(&root, &file);
        let Some(may) = allowed.get(module.as_str()) else {
            broken.push(format!("{} is a module that the table of arrows does not know", file.display()));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a readable source file");
        for used in used_modules(&text) {
            let fine = used == module
                || may.contains(&"*")
                || may.contains(&used.as_str())
                || EVERYONE.contains(&used.as_str());
            if !fine {
                broken.push(format!("{}: {module} may not use {used}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn uses_are_found_in_groups_and_paths() {
    let text = "use crate::{\n    load,\n    model::{A, B},\n};\nfn f() { crate::store::open() }\nuse crate::wire::x;";
    assert_eq!(used_modules(text), ["load", "model", "store", "wire"]);
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The first folder below `src`, or the file's own name.
fn module_of(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).expect("below src");
    let first = below.components().next().expect("not empty").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The modules named after `crate::`, alone or as the first words of a group.
fn used_modules(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        // `some_crate::` is somebody else's.
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => modules.extend(first_words(group)),
            None => modules.extend(word(rest)),
        }
    }
    modules.sort();
    modules.dedup();
    modules
}

/// The first word of each element of a group, nested groups left out.
fn first_words(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.extend(word(group[start..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(word(group[start..at].trim_start()));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    // A type or a macro of the crate's root is no module.
    (!word.is_empty() && word.starts_with(|c: char| c.is_lowercase())).then_some(word)
}
