//! A fault as an RFC 9457 problem document.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use producer_core::event::{BrokenField, Spelling};
use producer_core::fault::{Fault, FaultKind};
use serde::Serialize;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
/// Seconds; an exhausted pool and a database that restarts are both a matter of moments.
const RETRY_AFTER_S: HeaderValue = HeaderValue::from_static("1");

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    about: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    fault: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

#[derive(Serialize)]
struct FieldError {
    field: String,
    detail: &'static str,
}

/// The one table from faults to statuses.
const fn status(kind: FaultKind) -> StatusCode {
    match kind {
        FaultKind::Malformed | FaultKind::InvalidEvent => StatusCode::BAD_REQUEST,
        FaultKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        FaultKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Logs the fault and gives the reply that tells it. The `Allow` header is the router's to add.
pub(super) fn response(fault: &Fault) -> Response {
    fault.log();
    let status = status(fault.kind);
    let problem = Problem {
        about: "about:blank",
        title: fault.kind.title(),
        status: status.as_u16(),
        detail: &fault.detail,
        fault: fault.kind.name(),
        errors: fault.broken_fields.iter().map(FieldError::from).collect(),
    };
    let mut response = (status, axum::Json(problem)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
    if fault.kind == FaultKind::Unavailable {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_S);
    }
    response
}

/// One line that names the broken fields too, where there is no room for a list of them.
pub(super) fn detail_with_fields(fault: &Fault) -> String {
    let fields: Vec<String> = fault
        .broken_fields
        .iter()
        .map(|broken| format!("{} {}", broken.field.path(Spelling::Camel), broken.detail))
        .collect();
    if fields.is_empty() { fault.detail.clone().into_owned() } else { fields.join("; ") }
}

impl From<&BrokenField> for FieldError {
    fn from(broken: &BrokenField) -> Self {
        Self { field: broken.field.path(Spelling::Camel), detail: broken.detail }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Listed {
        name: String,
        http: Option<u16>,
        headers: Vec<String>,
    }

    #[test]
    fn statuses_and_headers_are_those_of_the_contract() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/faults.yaml");
        let listed: Vec<Listed> = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        for (listed, kind) in listed.iter().zip(FaultKind::ALL) {
            assert_eq!(listed.name, kind.name());
            let response = response(&Fault::new(kind, "why"));
            assert_eq!(Some(response.status().as_u16()), listed.http, "{}", listed.name);
            assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
            // Allow depends on the route: the router adds it.
            for name in listed.headers.iter().filter(|name| *name != "Allow") {
                assert!(response.headers().contains_key(name), "{} needs {name}", listed.name);
            }
        }
    }
}
