//! Events from the standard one and changes to it.

use serde_json::{Value, json};

use super::{EventSpec, generate};

/// The event that every change starts from: valid, with every field set.
pub fn standard_event() -> Value {
    json!({
        "eventHeader": {
            "uuid": "550e8400-e29b-41d4-a716-446655440000",
            "eventName": "LoanPaymentSubmitted",
            "createdDate": "2024-01-15T10:30:00Z",
            "savedDate": "2024-01-15T10:30:05Z",
            "eventType": "LoanPaymentSubmitted",
        },
        "eventBody": {
            "entities": [{
                "entityType": "Loan",
                "entityId": "loan-12345",
                "updatedAttributes": { "balance": 24439.75, "lastPaidDate": "2024-01-15T10:30:00Z" },
            }],
        },
    })
}

impl EventSpec {
    /// The event as JSON text, with the number of the request in place of `${n}`.
    ///
    /// # Errors
    /// Names the path or generator that does not work.
    pub(super) fn text(&self, number: usize) -> Result<String, String> {
        match &self.json {
            Some(text) if self.set.is_empty() && self.remove.is_empty() => {
                Ok(text.replace("${n}", &number.to_string()))
            }
            Some(_) => Err("`json` replaces the event: `set` and `remove` cannot stand beside it".to_owned()),
            None => self.value(number).map(|event| event.to_string()),
        }
    }

    /// The event as a value; `json` text is parsed.
    ///
    /// # Errors
    /// Names the path or generator that does not work, or says why the text is no JSON.
    pub(super) fn value(&self, number: usize) -> Result<Value, String> {
        if self.json.is_some() {
            return serde_json::from_str(&self.text(number)?)
                .map_err(|error| format!("`json` is needed as a message and is no JSON: {error}"));
        }
        let mut event = standard_event();
        for path in &self.remove {
            remove(&mut event, path)?;
        }
        for (path, value) in &self.set {
            *slot(&mut event, path)? = generate::expand(value)?;
        }
        Ok(generate::numbered(&event, "${n}", number))
    }
}

/// The place of a path, which is made if only its last name is missing.
fn slot<'a>(event: &'a mut Value, path: &str) -> Result<&'a mut Value, String> {
    let mut place = event;
    for step in steps(path)? {
        place = match (step, place) {
            (PathStep::Name(name), Value::Object(members)) => members.entry(name).or_insert(Value::Null),
            (PathStep::Index(index), Value::Array(values)) if index < values.len() => &mut values[index],
            _ => return Err(format!("`{path}` leads nowhere in the standard event")),
        };
    }
    Ok(place)
}

fn remove(event: &mut Value, path: &str) -> Result<(), String> {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let parent = if parent.is_empty() { event } else { slot(event, parent)? };
    let removed = parent.as_object_mut().and_then(|members| members.remove(name));
    removed.map(|_| ()).ok_or_else(|| format!("`{path}` is not in the standard event"))
}

enum PathStep {
    Name(String),
    Index(usize),
}

fn steps(path: &str) -> Result<Vec<PathStep>, String> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        steps.push(PathStep::Name(pieces.next().unwrap_or_default().to_owned()));
        for index in pieces {
            let index = index.strip_suffix(']').and_then(|index| index.parse().ok());
            steps.push(PathStep::Index(index.ok_or_else(|| format!("`{path}` is no path"))?));
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(yaml: &str) -> EventSpec {
        serde_saphyr::from_str(yaml).unwrap()
    }

    #[test]
    fn changes_are_made_to_the_standard_event() {
        let event = spec(
            "{ set: { 'eventBody.entities[0].entityId': 'a-${n}', eventBody.extra: 1 }, \
               remove: [eventHeader.uuid, eventBody.entities] }",
        );
        assert_eq!(
            event.value(7).unwrap_err(),
            "`eventBody.entities[0].entityId` leads nowhere in the standard event"
        );
        let event = spec(
            "{ set: { 'eventBody.entities[0].entityId': 'a-${n}', eventBody.extra: 1 }, remove: [eventHeader.uuid] }",
        );
        let event = event.value(7).unwrap();
        assert_eq!(event["eventBody"]["entities"][0]["entityId"], "a-7");
        assert_eq!(event["eventBody"]["extra"], 1);
        assert!(event["eventHeader"].get("uuid").is_none());
    }

    #[test]
    fn a_path_that_is_not_there_is_refused() {
        assert!(spec("{ remove: [eventHeader.name] }").value(0).is_err());
        assert!(spec("{ set: { 'eventBody.entities[1].entityId': x } }").value(0).is_err());
        assert!(spec("{ set: { 'eventBody.entities[x]': x } }").value(0).is_err());
    }

    #[test]
    fn text_is_sent_as_it_is_written() {
        let event = spec("{ json: '{ \"b\": 1e3, \"a\": -0 }' }");
        assert_eq!(event.text(0).unwrap(), "{ \"b\": 1e3, \"a\": -0 }");
        assert!(spec("{ json: '{}', remove: [eventBody] }").text(0).is_err());
    }
}
