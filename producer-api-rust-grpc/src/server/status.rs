//! A fault as a gRPC status.

use http::{HeaderValue, Response};
use producer_core::event::Spelling;
use producer_core::fault::{Fault, FaultKind};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The one table from faults to codes. Kinds that this wire cannot have are ours to explain.
const fn code(kind: FaultKind) -> Code {
    match kind {
        FaultKind::Malformed | FaultKind::InvalidEvent => Code::InvalidArgument,
        FaultKind::TooLarge => Code::ResourceExhausted,
        FaultKind::NotFound => Code::Unimplemented,
        FaultKind::Unavailable => Code::Unavailable,
        FaultKind::UnsupportedMedia | FaultKind::MethodNotAllowed | FaultKind::Internal => Code::Internal,
    }
}

/// Logs the fault and gives the status that tells it, with a violation for every broken field.
pub(super) fn status(fault: &Fault) -> Status {
    fault.log();
    let mut details = ErrorDetails::new();
    for broken in &fault.broken_fields {
        details.add_bad_request_violation(broken.field.path(Spelling::Snake), broken.detail);
    }
    if fault.broken_fields.is_empty() {
        return Status::new(code(fault.kind), fault.detail.clone());
    }
    Status::with_error_details(code(fault.kind), fault.detail.clone(), details)
}

/// The transport calls a message over the limit `OUT_OF_RANGE`; gRPC and the contract say
/// `RESOURCE_EXHAUSTED`. Nothing of ours answers `OUT_OF_RANGE`, so all of them are meant.
pub(super) fn too_large_for_out_of_range<B>(mut response: Response<B>) -> Response<B> {
    let out_of_range = response.headers().get(Status::GRPC_STATUS).is_some_and(|code| code == "11");
    if out_of_range {
        let fault = Fault::new(FaultKind::TooLarge, "The message is over 1 MiB");
        fault.log();
        let headers = response.headers_mut();
        headers.insert(Status::GRPC_STATUS, HeaderValue::from_static("8"));
        headers.insert(Status::GRPC_MESSAGE, HeaderValue::from_static("The message is over 1 MiB"));
    }
    response
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Listed {
        name: String,
        grpc: Option<String>,
    }

    #[test]
    fn codes_are_those_of_the_contract() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/faults.yaml");
        let listed: Vec<Listed> = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        for (listed, kind) in listed.iter().zip(FaultKind::ALL) {
            assert_eq!(listed.name, kind.name());
            if let Some(expected) = &listed.grpc {
                let ours = format!("{:?}", status(&Fault::new(kind, "why")).code());
                assert_eq!(ours.to_uppercase(), expected.replace('_', ""), "{}", listed.name);
            }
        }
    }
}
