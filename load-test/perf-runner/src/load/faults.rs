//! The kinds of failure that the generator counts apart, from the contract's
//! closed list and the statuses a reply can have besides.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{fault::Fault, model::Protocol, wire::GRPC_CODE_NAMES};

const CONTRACT_FAULTS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract/faults.yaml"));

/// The fault that is told from its namesakes by a reply that names broken fields.
const WITH_DETAILS: &str = "invalid_event";

/// HTTP statuses that a service, its server or a proxy is likely to answer with
/// when it names no fault.
const HTTP_STATUSES: [u16; 30] = [
    201, 202, 204, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 411, 412, 413, 414, 415,
    421, 422, 429, 431, 500, 501, 502, 503, 504,
];

#[derive(Deserialize)]
struct ContractFault {
    name: String,
    grpc: Option<String>,
}

/// How a wire's replies become kinds of failure.
pub(super) struct FailureKinds {
    /// Counted apart.
    pub(super) kinds: Vec<String>,
    /// All others.
    pub(super) other: String,
    /// gRPC: the fault a status stands for.
    pub(super) by_status: BTreeMap<u32, String>,
    /// gRPC: the fault of a status whose reply names broken fields.
    pub(super) with_details: BTreeMap<u32, String>,
}

/// The kinds of failure of a wire.
///
/// # Errors
/// When the contract's list, which is part of this program, cannot be read.
pub(super) fn of(protocol: Protocol) -> Result<FailureKinds, Fault> {
    let faults: Vec<ContractFault> = serde_saphyr::from_str(CONTRACT_FAULTS)
        .map_err(|error| Fault::failed("cannot read the contract's faults.yaml").cause(error))?;
    let mut kinds: Vec<String> = faults.iter().map(|fault| fault.name.clone()).collect();
    let mut by_status = BTreeMap::new();
    let mut with_details = BTreeMap::new();
    match protocol {
        Protocol::Rest => kinds.extend(HTTP_STATUSES.map(|status| format!("http_{status}"))),
        Protocol::Grpc => {
            kinds.extend((1..GRPC_CODE_NAMES.len()).map(|code| format!("grpc_{code}")));
            for fault in faults {
                let Some(code) = fault.grpc.as_deref().and_then(grpc_code) else { continue };
                let names = if fault.name == WITH_DETAILS { &mut with_details } else { &mut by_status };
                names.insert(code, fault.name);
            }
        }
    }
    Ok(FailureKinds { kinds, other: format!("{}_other", wire_word(protocol)), by_status, with_details })
}

fn wire_word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Rest => "http",
        Protocol::Grpc => "grpc",
    }
}

fn grpc_code(name: &str) -> Option<u32> {
    GRPC_CODE_NAMES.iter().zip(0..).find_map(|(status, code)| (*status == name).then_some(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_the_contract_is_counted_apart_and_grpc_statuses_stand_for_theirs() {
        let grpc = of(Protocol::Grpc).unwrap();
        for name in ["malformed", "invalid_event", "too_large", "unavailable", "internal"] {
            assert!(grpc.kinds.iter().any(|kind| kind == name), "{name} is missing");
        }
        let expected: BTreeMap<u32, String> =
            [(3, "malformed"), (8, "too_large"), (12, "not_found"), (13, "internal"), (14, "unavailable")]
                .map(|(code, name)| (code, name.to_owned()))
                .into();
        assert_eq!(grpc.by_status, expected);
        assert_eq!(grpc.with_details, BTreeMap::from([(3, "invalid_event".to_owned())]));
    }

    #[test]
    fn rest_replies_name_their_fault_themselves() {
        let rest = of(Protocol::Rest).unwrap();
        assert!(rest.by_status.is_empty());
        assert!(rest.kinds.iter().any(|kind| kind == "http_503"));
        assert_eq!(rest.other, "http_other");
    }
}
