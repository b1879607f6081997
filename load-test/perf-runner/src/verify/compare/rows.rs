//! Stored rows against the ones a case expects.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::verify::{
    case::{BuildFault, Case, RowAfter, RowContent, standard_event},
    verdict::Difference,
};

/// How many rows are worth a line.
const SHOWN_ROWS: usize = 5;

/// A row that a case expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedRow {
    /// Its content.
    pub content: RowContent,
    /// It must be there; otherwise it may.
    pub required: bool,
    /// It was there before the first step.
    pub given: bool,
    /// The case wrote it.
    pub written: bool,
}

/// A row that is stored, as far as the comparison needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRow {
    /// `entity_type`.
    pub entity_type: String,
    /// `id`.
    pub id: String,
    /// `data` as the database prints it.
    pub data: String,
    /// By jsonb's own `=`; none when no row of this key was expected.
    pub equals_expected: Option<bool>,
    /// `created_at`.
    pub created_at: DateTime<Utc>,
    /// `updated_at`.
    pub updated_at: DateTime<Utc>,
}

/// The times a row's own times are held against, by the database's clock.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Both times of every given row.
    pub given: DateTime<Utc>,
    /// Just before the first step.
    pub began: DateTime<Utc>,
    /// When the rows were read.
    pub ended: DateTime<Utc>,
}

/// The rows a case expects, where the requests of these numbers were acknowledged.
///
/// # Errors
/// When a row cannot be made, or two entries are about one row.
pub fn expected(case: &Case, acknowledged: &[usize]) -> Result<Vec<ExpectedRow>, BuildFault> {
    let mut rows = Vec::new();
    let mut add = |content: RowContent, required: bool, written: bool| {
        let given =
            case.given.iter().any(|row| row.entity_type == content.entity_type && row.id == content.id);
        rows.push(ExpectedRow { content, required, given, written });
    };
    for row in &case.rows {
        match row {
            RowAfter::Standard => add(standard_row(), true, true),
            RowAfter::Row(row) => add(row.content(0)?, true, true),
            RowAfter::Maybe(row) => add(row.content(0)?, false, true),
            RowAfter::Each { times, row } => {
                for number in 0..*times {
                    add(row.content(number)?, true, true);
                }
            }
            RowAfter::Acknowledged(row) => {
                for number in 0..case.most_requests() {
                    add(row.content(number)?, acknowledged.contains(&number), true);
                }
            }
            RowAfter::Untouched { entity_type, id } => {
                let given = case.given.iter().find(|row| row.entity_type == *entity_type && row.id == *id);
                let given = given
                    .ok_or_else(|| format!("`untouched` names {entity_type} {id}, which is not given"))?;
                let (entity_type, id, data) = (entity_type.clone(), id.clone(), given.data.to_string());
                add(RowContent { entity_type, id, data }, true, false);
            }
        }
    }
    let mut keys: Vec<_> = rows.iter().map(|row| (&row.content.entity_type, &row.content.id)).collect();
    keys.sort();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("`rows` names {} {} twice", pair[0].0, pair[0].1).into()),
        None => Ok(rows),
    }
}

fn standard_row() -> RowContent {
    let entity = &standard_event()["eventBody"]["entities"][0];
    let text = |name: &str| entity[name].as_str().unwrap_or_default().to_owned();
    RowContent {
        entity_type: text("entityType"),
        id: text("entityId"),
        data: entity["updatedAttributes"].to_string(),
    }
}

/// Holds the stored rows against the expected ones.
pub fn differences(expected: &[ExpectedRow], stored: &[StoredRow], times: Times) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut left: BTreeMap<(&str, &str), &StoredRow> =
        stored.iter().map(|row| ((row.entity_type.as_str(), row.id.as_str()), row)).collect();
    for row in expected {
        let RowContent { entity_type, id, data } = &row.content;
        let name = format!("row {} {}", shortened(entity_type), shortened(id));
        match left.remove(&(entity_type.as_str(), id.as_str())) {
            None if row.required => {
                differences.push(Difference::new(format!("{name} {}", shortened(data)), "no such row"));
            }
            None => {}
            Some(stored) if stored.equals_expected != Some(true) => {
                differences.push(Difference::new(format!("{name} {data}"), stored.data.clone()));
            }
            Some(stored) => {
                differences.extend(odd_time(row, stored, times).map(|(expected, got)| {
                    Difference::new(format!("{name} with {expected}"), got.to_string())
                }));
            }
        }
    }
    if !left.is_empty() {
        let names = left
            .keys()
            .take(SHOWN_ROWS)
            .map(|(entity_type, id)| format!("{} {}", shortened(entity_type), shortened(id)));
        let names: Vec<String> = names.collect();
        let more = if left.len() > SHOWN_ROWS { ", …" } else { "" };
        differences.push(Difference::new(
            format!("{} rows", expected.len()),
            format!("{} more: {}{more}", left.len(), names.join(", ")),
        ));
    }
    differences
}

/// What is wrong with a row's times, and the time it has instead.
fn odd_time(
    expected: &ExpectedRow,
    stored: &StoredRow,
    times: Times,
) -> Option<(&'static str, DateTime<Utc>)> {
    let is_new = |time: DateTime<Utc>| (times.began..=times.ended).contains(&time);
    if expected.given && stored.created_at != times.given {
        return Some(("created_at as it was", stored.created_at));
    }
    if !expected.given && !is_new(stored.created_at) {
        return Some(("created_at of the database's clock", stored.created_at));
    }
    if expected.written && !is_new(stored.updated_at) {
        return Some(("updated_at of the last write", stored.updated_at));
    }
    if !expected.written && stored.updated_at != times.given {
        return Some(("updated_at as it was", stored.updated_at));
    }
    None
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    const TIMES: fn() -> Times = || Times { given: at(1), began: at(100), ended: at(200) };

    fn expected_row(given: bool, written: bool) -> ExpectedRow {
        let content =
            RowContent { entity_type: "Car".to_owned(), id: "c".to_owned(), data: r#"{"a":1}"#.to_owned() };
        ExpectedRow { content, required: true, given, written }
    }

    fn stored_row(created: i64, updated: i64) -> StoredRow {
        StoredRow {
            entity_type: "Car".to_owned(),
            id: "c".to_owned(),
            data: r#"{"a": 1}"#.to_owned(),
            equals_expected: Some(true),
            created_at: at(created),
            updated_at: at(updated),
        }
    }

    #[test]
    fn times_are_held_against_what_happened_to_the_row() {
        let check = |given, written, created, updated| {
            differences(&[expected_row(given, written)], &[stored_row(created, updated)], TIMES()).len()
        };
        assert_eq!(check(false, true, 150, 160), 0);
        assert_eq!(check(true, true, 1, 150), 0);
        assert_eq!(check(true, false, 1, 1), 0);
        assert_eq!(check(false, true, 99, 150), 1, "created by another clock");
        assert_eq!(check(true, true, 150, 150), 1, "created_at was set again");
        assert_eq!(check(true, true, 1, 1), 1, "updated_at was not set");
        assert_eq!(check(true, false, 1, 150), 1, "a row was touched");
    }

    #[test]
    fn a_missing_row_an_additional_row_and_another_content_are_told() {
        let missing = differences(&[expected_row(false, true)], &[], TIMES());
        assert_eq!(missing[0].got, "no such row");
        let mut maybe = expected_row(false, true);
        maybe.required = false;
        assert_eq!(differences(&[maybe], &[], TIMES()), []);
        let additional = differences(&[], &[stored_row(150, 150)], TIMES());
        assert_eq!(additional[0].got, "1 more: Car c");
        let other = StoredRow { equals_expected: Some(false), ..stored_row(150, 150) };
        assert_eq!(differences(&[expected_row(false, true)], &[other], TIMES())[0].got, r#"{"a": 1}"#);
    }
}
