//! The JSON form of an event as the gRPC message that carries the same event.

use prost_types::{ListValue, Struct, Value as PbValue, value::Kind};
use serde_json::{Map, Value};

use super::pb;

/// An event that the gRPC message cannot carry, such as one whose `eventName`
/// is a number. Only the REST wire can have it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {problem}, which a gRPC message cannot carry")]
pub struct NoMessage {
    /// `eventHeader.eventName`.
    pub path: String,
    /// `is a number`, `is no field of the message`.
    pub problem: &'static str,
}

type Mapped<T> = Result<T, NoMessage>;

/// Maps an event in its JSON form to the message with the same content. Absent
/// and null fields are left unset; a date given as a number becomes its digits.
///
/// # Errors
/// [`NoMessage`] for a wrong JSON type and for members the message does not have.
pub fn from_json(event: &Value) -> Mapped<pb::EventRequest> {
    let event = object(event, "the event")?;
    known(event, "", &["eventHeader", "eventBody"])?;
    Ok(pb::EventRequest {
        event_header: part(event, "eventHeader").map(header).transpose()?,
        event_body: part(event, "eventBody").map(body).transpose()?,
    })
}

fn header(header: &Value) -> Mapped<pb::EventHeader> {
    let header = object(header, "eventHeader")?;
    let path = "eventHeader";
    known(header, path, &["uuid", "eventName", "createdDate", "savedDate", "eventType"])?;
    Ok(pb::EventHeader {
        uuid: text(header, path, "uuid")?,
        event_name: text(header, path, "eventName")?,
        created_date: date(header, "createdDate")?,
        saved_date: date(header, "savedDate")?,
        event_type: text(header, path, "eventType")?,
    })
}

fn body(body: &Value) -> Mapped<pb::EventBody> {
    let body = object(body, "eventBody")?;
    known(body, "eventBody", &["entities"])?;
    let entities = match part(body, "entities") {
        None => Vec::new(),
        Some(Value::Array(entities)) => entities.iter().enumerate().map(entity).collect::<Mapped<_>>()?,
        Some(other) => return Err(wrong("eventBody.entities", other)),
    };
    Ok(pb::EventBody { entities })
}

fn entity((index, entity): (usize, &Value)) -> Mapped<pb::EntityUpdate> {
    let path = format!("eventBody.entities[{index}]");
    let entity = object(entity, &path)?;
    known(entity, &path, &["entityType", "entityId", "updatedAttributes"])?;
    let updated_attributes = match part(entity, "updatedAttributes") {
        None => None,
        Some(Value::Object(attributes)) => Some(to_struct(attributes)),
        Some(other) => return Err(wrong(&format!("{path}.updatedAttributes"), other)),
    };
    Ok(pb::EntityUpdate {
        entity_type: text(entity, &path, "entityType")?,
        entity_id: text(entity, &path, "entityId")?,
        updated_attributes,
    })
}

/// A JSON object as the typed form that protobuf has for it.
fn to_struct(object: &Map<String, Value>) -> Struct {
    Struct { fields: object.iter().map(|(key, value)| (key.clone(), to_value(value))).collect() }
}

fn to_value(value: &Value) -> PbValue {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(bool) => Kind::BoolValue(*bool),
        // Every JSON number that serde_json holds without arbitrary precision is an f64 or fits one.
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(values) => Kind::ListValue(ListValue { values: values.iter().map(to_value).collect() }),
        Value::Object(object) => Kind::StructValue(to_struct(object)),
    };
    PbValue { kind: Some(kind) }
}

/// A member that is there and not null.
fn part<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn object<'a>(value: &'a Value, path: &str) -> Mapped<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| wrong(path, value))
}

fn text(object: &Map<String, Value>, path: &str, name: &str) -> Mapped<String> {
    match part(object, name) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(wrong(&format!("{path}.{name}"), other)),
    }
}

fn date(header: &Map<String, Value>, name: &str) -> Mapped<String> {
    match part(header, name) {
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => text(header, "eventHeader", name),
    }
}

fn known(object: &Map<String, Value>, path: &str, names: &[&str]) -> Mapped<()> {
    match object.keys().find(|key| !names.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            Err(NoMessage { path, problem: "is no field of the message" })
        }
    }
}

fn wrong(path: &str, value: &Value) -> NoMessage {
    let problem = match value {
        Value::Null => "is null",
        Value::Bool(_) => "is a boolean",
        Value::Number(_) => "is a number",
        Value::String(_) => "is a string",
        Value::Array(_) => "is an array",
        Value::Object(_) => "is an object",
    };
    NoMessage { path: path.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_keeps_every_value_on_its_way_into_the_message() {
        let message = from_json(&json!({
            "eventHeader": { "eventName": "LoanCreated", "createdDate": 1_705_314_600_000_u64, "uuid": null },
            "eventBody": { "entities": [
                { "entityType": "Loan", "entityId": "loan-1",
                  "updatedAttributes": { "n": 24439.75, "list": [null, true, "x"], "deep": { "a": {} } } }
            ] }
        }))
        .unwrap();
        let header = message.event_header.unwrap();
        assert_eq!(
            (header.event_name.as_str(), header.created_date.as_str()),
            ("LoanCreated", "1705314600000")
        );
        let attributes = message.event_body.unwrap().entities[0].updated_attributes.clone().unwrap();
        assert_eq!(attributes.fields["n"].kind, Some(Kind::NumberValue(24439.75)));
        let Some(Kind::ListValue(list)) = &attributes.fields["list"].kind else { panic!("no list") };
        assert_eq!(list.values[0].kind, Some(Kind::NullValue(0)));
        assert_eq!(list.values[1].kind, Some(Kind::BoolValue(true)));
    }

    #[test]
    fn absent_and_empty_attributes_differ() {
        let event = |entity: Value| json!({ "eventBody": { "entities": [entity] } });
        let absent = from_json(&event(json!({ "updatedAttributes": null }))).unwrap();
        let empty = from_json(&event(json!({ "updatedAttributes": {} }))).unwrap();
        assert_eq!(absent.event_body.unwrap().entities[0].updated_attributes, None);
        assert_eq!(empty.event_body.unwrap().entities[0].updated_attributes, Some(Struct::default()));
    }

    #[test]
    fn what_a_message_cannot_carry_is_named() {
        let fault = from_json(&json!({ "eventHeader": { "eventName": 5 } })).unwrap_err();
        assert_eq!(fault.to_string(), "eventHeader.eventName is a number, which a gRPC message cannot carry");
        let fault =
            from_json(&json!({ "eventBody": { "entities": [{ "entitytype": "Car" }] } })).unwrap_err();
        assert_eq!(fault.path, "eventBody.entities[0].entitytype");
        assert_eq!(
            from_json(&json!({ "eventBody": { "entities": [null] } })).unwrap_err().problem,
            "is null"
        );
    }
}
