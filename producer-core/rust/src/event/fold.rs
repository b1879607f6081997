//! The same entity twice in one event becomes one row: its attributes merged in order.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;

use super::Entity;

/// Merges repeated entities shallowly, later keys over earlier ones; the first one's place is kept.
///
/// Errors: attributes that are no JSON object, which a checked entity cannot have.
pub(super) fn fold(entities: Vec<Entity<'_>>) -> Result<Vec<Entity<'_>>, serde_json::Error> {
    if entities.len() < 2 {
        return Ok(entities);
    }
    let mut folded: Vec<Entity<'_>> = Vec::with_capacity(entities.len());
    let mut places: HashMap<(Cow<'_, str>, Cow<'_, str>), usize> = HashMap::with_capacity(entities.len());
    for entity in entities {
        let key = (entity.entity_type.clone(), entity.entity_id.clone());
        if let Some(place) = places.get(&key) {
            let earlier = &mut folded[*place];
            let merged = merge(&earlier.updated_attributes, &entity.updated_attributes)?;
            earlier.updated_attributes = Cow::Owned(merged);
        } else {
            places.insert(key, folded.len());
            folded.push(entity);
        }
    }
    Ok(folded)
}

fn merge(earlier: &str, later: &str) -> Result<String, serde_json::Error> {
    let mut members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(earlier)?;
    let later: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(later)?;
    members.extend(later);
    serde_json::to_string(&members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity<'a>(kind: &'a str, id: &'a str, attributes: &'a str) -> Entity<'a> {
        Entity { entity_type: kind.into(), entity_id: id.into(), updated_attributes: attributes.into() }
    }

    #[test]
    fn a_repeated_entity_is_merged_in_order_and_shallowly() {
        let folded = fold(vec![
            entity("Loan", "1", r#"{"a":1,"nested":{"x":1,"y":2},"gone":true}"#),
            entity("Car", "1", r#"{"a":9}"#),
            entity("Loan", "1", r#"{"b":1.50,"nested":{"x":3},"gone":null}"#),
            entity("Loan", "1", r#"{"\u0061":2}"#),
        ]);
        assert_eq!(
            folded.unwrap(),
            [
                entity("Loan", "1", r#"{"a":2,"b":1.50,"gone":null,"nested":{"x":3}}"#),
                entity("Car", "1", r#"{"a":9}"#),
            ]
        );
    }

    #[test]
    fn different_entities_are_left_as_they_were_written() {
        let written = || vec![entity("Loan", "1", r#"{ "b":1, "a" :2 }"#), entity("Loan", "2", "{}")];
        assert_eq!(fold(written()).unwrap(), written());
    }
}
