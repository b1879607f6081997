//! What a statement is, told from its text in the statement statistics.

use crate::model::StatementUse;

const UPSERT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../postgres/queries/upsert.sql"));

/// Whether this is the contract's upsert, whatever a driver did to its comments
/// and white space.
pub(super) fn is_upsert(text: &str) -> bool {
    words(text) == words(UPSERT)
}

/// Whether it begins a transaction of more than itself.
pub fn begins_transaction(statement: &StatementUse) -> bool {
    let words = words(&statement.text);
    words.starts_with("begin") || words.starts_with("start transaction")
}

/// The statement in lower case, without comments, with single spaces.
fn words(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    let code: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    code.join(" ").trim_end_matches([';', ' ']).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upsert_is_known_with_and_without_its_comments() {
        assert!(is_upsert(UPSERT));
        let bare: Vec<&str> = UPSERT.lines().filter(|line| !line.starts_with("--")).collect();
        assert!(is_upsert(&bare.join(" ")));
        assert!(!is_upsert("insert into car_entities (id) values ($1)"));
        assert!(!is_upsert(&UPSERT.replace("||", "-")));
    }
}
