use super::*;
use crate::{
    model::{FailureKind, LoadResult, PhaseNumbers, Unacknowledged},
    sample,
};

const TAG: &str = "1a2b3c4d";

fn template() -> EventTemplate {
    EventTemplate {
        kind: "car".to_owned(),
        entity_type: "Car".to_owned(),
        body_before_id: String::new(),
        body_after_id: String::new(),
        message: Value::Null,
        attributes: r#"{"year":2020}"#.to_owned(),
        body_bytes: 0,
        message_bytes: 0,
    }
}

fn load(unacknowledged: Vec<Unacknowledged>) -> LoadResult {
    let phase = PhaseNumbers { iterations: 5, attempts: 5, acknowledged: 5, ..sample::load::numbers("p1") };
    LoadResult { unacknowledged, ..sample::load::load(vec![phase]) }
}

fn row(id: &str, entity_type: &str, data: &str) -> FakeRow {
    FakeRow { entity_type: entity_type.to_owned(), id: id.to_owned(), data: data.to_owned() }
}

fn id(call: u64) -> String {
    EntityId { kind: "car", tag: TAG, vu: 1, call }.to_string()
}

#[test]
fn fake_rows_are_held_against_what_was_sent_as_real_ones_are() {
    let refused = Unacknowledged { entity_id: id(1), failed: Some(FailureKind("internal".to_owned())) };
    let unanswered = Unacknowledged { entity_id: id(2), failed: None };
    let load = load(vec![refused, unanswered]);
    let rows = [
        row(&id(0), "Car", r#"{ "year": 2020 }"#),
        row(&id(0), "Boat", r#"{"year":2020}"#),
        row(&id(1), "Car", r#"{"year":2020}"#),
        row(&id(2), "Car", r#"{"year":2021}"#),
        row(&id(5), "Car", r#"{"year":2020}"#),
        row("car-1a2b3c4d-1-1", "Car", r#"{"year":2020}"#),
    ];
    let database = FakeDatabase { rows: rows.to_vec(), ..FakeDatabase::default() };
    let facts = read(&database, &Sent { tag: TAG, templates: &[template()], load: &load });
    assert_eq!((facts.rows, facts.expected_rows, facts.expected_ids), (6, 4, 3));
    assert_eq!((facts.failed_but_stored, facts.unknown_and_stored, facts.content_differs), (1, 1, 2));
    assert_eq!(facts.examples, [id(0), id(1), id(2), id(5), "car-1a2b3c4d-1-1".to_owned()]);
    assert_eq!(facts.statements, None);
}

#[test]
fn a_block_counts_as_many_rows_as_the_run_can_have_sent() {
    let load = load(Vec::new());
    let block = |tag: &str, first_call, calls| FakeBlock { tag: tag.to_owned(), vu: 1, first_call, calls };
    let blocks = vec![block(TAG, 0, 3), block(TAG, 3, 4), block("99999999", 0, 2)];
    let database = FakeDatabase { blocks, ..FakeDatabase::default() };
    let facts = read(&database, &Sent { tag: TAG, templates: &[template()], load: &load });
    // Five calls were begun.
    assert_eq!((facts.rows, facts.expected_rows, facts.expected_ids), (9, 5, 5));
}
