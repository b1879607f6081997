//! The one event that every generator sends, with an id of its own each time.

/// The attributes, about 115 bytes: what is stored.
pub(super) const ATTRIBUTES: &str = r#"{"balance":24439.75,"lastPaidDate":"2024-01-15T10:30:00Z","monthlyPayment":512.4,"status":"CURRENT","termMonths":48}"#;

/// The entity's type.
pub(super) const ENTITY_TYPE: &str = "Loan";

/// What every id begins with.
pub(super) const ID_PREFIX: &str = "loan-";

/// The JSON of an event over REST, about 400 bytes. `id` is put in as it is.
pub(super) fn rest_body(id: &str) -> String {
    format!(
        r#"{{"eventHeader":{{"uuid":"550e8400-e29b-41d4-a716-446655440000","eventName":"LoanPaymentSubmitted","createdDate":"2024-01-15T10:30:00Z","savedDate":"2024-01-15T10:30:05Z","eventType":"LoanPaymentSubmitted"}},"eventBody":{{"entities":[{{"entityType":"{ENTITY_TYPE}","entityId":"{id}","updatedAttributes":{ATTRIBUTES}}}]}}}}"#
    )
}

/// The same event in protobuf's JSON names.
pub(super) fn grpc_message(id: &str) -> String {
    format!(
        r#"{{"event_header":{{"uuid":"550e8400-e29b-41d4-a716-446655440000","event_name":"LoanPaymentSubmitted","created_date":"2024-01-15T10:30:00Z","saved_date":"2024-01-15T10:30:05Z","event_type":"LoanPaymentSubmitted"}},"event_body":{{"entities":[{{"entity_type":"{ENTITY_TYPE}","entity_id":"{id}","updated_attributes":{ATTRIBUTES}}}]}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wires_carry_the_same_attributes_as_valid_json() {
        let rest: serde_json::Value = serde_json::from_str(&rest_body("a")).unwrap();
        let grpc: serde_json::Value = serde_json::from_str(&grpc_message("a")).unwrap();
        let stored: serde_json::Value = serde_json::from_str(ATTRIBUTES).unwrap();
        assert_eq!(rest["eventBody"]["entities"][0]["updatedAttributes"], stored);
        assert_eq!(grpc["event_body"]["entities"][0]["updated_attributes"], stored);
        assert!((110..=120).contains(&ATTRIBUTES.len()), "{}", ATTRIBUTES.len());
        assert!((380..=420).contains(&rest_body("loan-1-1000").len()), "{}", rest_body("loan-1-1000").len());
    }
}
