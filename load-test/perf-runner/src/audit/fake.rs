//! The audit's questions to the fake database.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Sent;
use crate::model::{EntityId, EventTemplate, FakeBlock, FakeDatabase, FakeRow, StoredFacts};

/// How many wrong rows are named.
const EXAMPLES: usize = 5;

pub(super) fn read(database: &FakeDatabase, sent: &Sent<'_>) -> StoredFacts {
    let FakeDatabase { rows, blocks, statements } = database;
    let refused: BTreeSet<&str> = sent.unacknowledged(true).into_iter().collect();
    let unanswered: BTreeSet<&str> = sent.unacknowledged(false).into_iter().collect();
    let (mut expected_ids, mut expected_rows, mut content_differs) = (BTreeSet::new(), 0, 0);
    let mut wrong = BTreeSet::new();
    for row in rows {
        let template = template_of(&row.id, sent);
        let differs = template.is_some_and(|template| differs(row, template));
        if template.is_some() {
            expected_rows += 1;
            expected_ids.insert(row.id.as_str());
        }
        content_differs += u64::from(differs);
        if template.is_none() || differs || refused.contains(row.id.as_str()) {
            wrong.insert(row.id.as_str());
        }
    }
    let in_blocks: u64 = blocks.iter().map(|block| block.calls).sum();
    let expected_in_blocks: u64 = blocks.iter().map(|block| expected(block, sent)).sum();
    StoredFacts {
        rows: rows.len() as u64 + in_blocks,
        expected_rows: expected_rows + expected_in_blocks,
        failed_but_stored: expected_ids.intersection(&refused).count() as u64,
        unknown_and_stored: expected_ids.intersection(&unanswered).count() as u64,
        expected_ids: expected_ids.len() as u64 + expected_in_blocks,
        content_differs,
        examples: wrong.into_iter().take(EXAMPLES).map(str::to_owned).collect(),
        statements: statements.clone(),
        statements_missing: statements.is_none().then(|| "the fake database ran no statements".to_owned()),
    }
}

/// How many rows of a block the run can have sent.
fn expected(block: &FakeBlock, sent: &Sent<'_>) -> u64 {
    let ours = block.tag == sent.tag && block.vu > 0;
    if ours { sent.attempts().saturating_sub(block.first_call).min(block.calls) } else { 0 }
}

/// The template of an id that the run can have sent.
fn template_of<'a>(id: &str, sent: &Sent<'a>) -> Option<&'a EventTemplate> {
    let mut parts = id.split('-');
    let kind = parts.next()?;
    let (tag, vu, call) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    // What it would be called decides, so that signs and missing zeros are not taken for it.
    let sound = EntityId { kind, tag, vu, call }.to_string() == id;
    let ours = sound && tag == sent.tag && vu > 0 && call < sent.attempts();
    sent.templates.iter().find(|template| ours && template.kind == kind)
}

fn differs(row: &FakeRow, template: &EventTemplate) -> bool {
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    row.entity_type != template.entity_type || value(&row.data) != value(&template.attributes)
}

#[cfg(test)]
mod tests;
