use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    verify::{case::BulkExpect, verdict::Difference},
    wire::{Reply, Status},
};

/// Holds the reply to a bulk request against its expected counts and failures.
pub(super) fn reply(expected: &BulkExpect, reply: &Reply) -> Vec<Difference> {
    let body = reply.json();
    let (Status::Http(200), Some(body)) = (reply.status, body) else {
        return vec![Difference::new("HTTP 200 with a JSON body", reply.to_string())];
    };
    let mut differences = Vec::new();
    let failed = expected.errors.len();
    let members = [
        ("success", json!(failed == 0)),
        ("processedCount", json!(expected.processed)),
        ("failedCount", json!(failed)),
    ];
    for (name, value) in members {
        if body[name] != value {
            differences.push(Difference::new(format!("\"{name}\": {value}"), body[name].to_string()));
        }
    }
    let kinds = [
        ("message", "a text", body["message"].as_str().is_some_and(|text| !text.is_empty())),
        ("batchId", "a UUID", body["batchId"].as_str().is_some_and(is_uuid)),
        ("processingTimeMs", "a time", body["processingTimeMs"].as_f64().is_some_and(|time| time >= 0.0)),
    ];
    for (name, kind, is_kind) in kinds {
        if !is_kind {
            differences.push(Difference::new(format!("{kind} in \"{name}\""), body[name].to_string()));
        }
    }
    differences.extend(errors(expected, &body["errors"]));
    differences
}

fn errors(expected: &BulkExpect, errors: &Value) -> Option<Difference> {
    let Some(list) = errors.as_array() else {
        return Some(Difference::new("an array in \"errors\"", errors.to_string()));
    };
    let entry = |error: &Value| {
        let index = usize::try_from(error["index"].as_u64()?).ok()?;
        let is_explained = error["detail"].as_str().is_some_and(|detail| !detail.is_empty());
        is_explained.then_some((index, error["fault"].as_str()?.to_owned()))
    };
    let got: Option<BTreeMap<usize, String>> = list.iter().map(entry).collect();
    let is_same = got.is_some_and(|got| got == expected.errors && got.len() == list.len());
    (!is_same).then(|| Difference::new(format!("errors {:?}", expected.errors), errors.to_string()))
}

fn is_uuid(text: &str) -> bool {
    let group =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| group(part, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(processed: u64, body: &Value) -> Vec<Difference> {
        let expected = BulkExpect { processed, errors: BTreeMap::from([(1, "malformed".to_owned())]) };
        let body = body.to_string().into_bytes();
        let message = String::new();
        reply(
            &expected,
            &Reply { status: Status::Http(200), headers: vec![], body, message, violations: vec![] },
        )
    }

    fn good() -> Value {
        json!({
            "success": false, "message": "m", "processedCount": 2, "failedCount": 1,
            "batchId": "0191b2c4-1111-7222-8333-444455556666", "processingTimeMs": 0.5,
            "errors": [{ "index": 1, "fault": "malformed", "detail": "d" }],
        })
    }

    #[test]
    fn a_reply_as_the_contract_says_has_no_difference() {
        assert_eq!(differences(2, &good()), []);
    }

    #[test]
    fn every_member_is_looked_at() {
        let changes = [
            ("success", json!(true)),
            ("message", json!("")),
            ("processedCount", json!(3)),
            ("failedCount", json!(0)),
            ("batchId", json!("7")),
            ("processingTimeMs", json!("0.5")),
            ("errors", json!([])),
            ("errors", json!([{ "index": 0, "fault": "malformed", "detail": "d" }])),
            ("errors", json!([{ "index": 1, "fault": "invalid_event", "detail": "d" }])),
            ("errors", json!([{ "index": 1, "fault": "malformed" }])),
        ];
        for (name, value) in changes {
            let mut body = good();
            body[name] = value;
            assert_eq!(differences(2, &body).len(), 1, "{body}");
        }
    }
}
