//! A name says what a thing does; some names say nothing.

use super::super::house::{Breach, SourceFile};

const EMPTY_WORDS: [&str; 10] = [
    "util",
    "utils",
    "utility",
    "utilities",
    "common",
    "commons",
    "helper",
    "helpers",
    "manager",
    "managers",
];

/// Words that begin the declaration of a type or a module.
const DECLARES: [&str; 11] = [
    "struct",
    "enum",
    "trait",
    "type",
    "mod",
    "union",
    "class",
    "interface",
    "record",
    "@interface",
    "package",
];

/// Words that may stand before them.
const MODIFIERS: [&str; 12] = [
    "pub",
    "pub(crate)",
    "pub(super)",
    "export",
    "default",
    "public",
    "protected",
    "private",
    "static",
    "final",
    "abstract",
    "sealed",
];

/// No part of the path is such a name.
pub(super) fn of_file(file: &SourceFile) -> Vec<Breach> {
    let parts = file.path.components().filter_map(|part| part.as_os_str().to_str());
    parts
        .filter_map(empty_word)
        .map(|word| Breach::of_file(format!("`{word}` in a name says nothing; say what it does")))
        .collect()
}

/// No declared type or module has such a name.
pub(super) fn of_types(file: &SourceFile) -> Vec<Breach> {
    if !["rs", "go", "js", "ts", "java", "proto"].contains(&file.kind()) {
        return Vec::new();
    }
    file.numbered_lines()
        .filter_map(|(number, line)| Some((number, empty_word(declared(line)?)?)))
        .map(|(number, word)| {
            Breach::at(number, format!("`{word}` in a name says nothing; say what it does"))
        })
        .collect()
}

/// The name that this line declares a type or module by.
fn declared(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| MODIFIERS.contains(word));
    words.next().filter(|word| DECLARES.contains(word))?;
    words.next()
}

fn empty_word(name: &str) -> Option<String> {
    words_of(name).into_iter().find(|word| EMPTY_WORDS.contains(&word.as_str()))
}

/// `HTTPPoolManager_test` is `httppool`, `manager`, `test`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        let begins = !letter.is_alphanumeric() || (letter.is_uppercase() && after_small);
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase() || letter.is_numeric();
    }
    words
}
