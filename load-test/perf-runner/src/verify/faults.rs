//! The closed list of faults, as `contract/faults.yaml` has it.

use std::path::Path;

use serde::Deserialize;

use crate::{fault::Fault, wire::GrpcCode};

/// One fault of the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedFault {
    /// The word in `fault` of a reply.
    pub name: String,
    /// `title` of a problem+json reply.
    pub title: String,
    /// Its HTTP status; none where the REST wire cannot have it.
    pub http: Option<u16>,
    /// The name of its gRPC status code; none where the gRPC wire cannot have it.
    pub grpc: Option<String>,
    /// HTTP headers that go with it.
    pub headers: Vec<String>,
    /// What provokes it.
    pub when: String,
}

/// The whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<ListedFault>);

impl Faults {
    /// Reads `faults.yaml`.
    ///
    /// # Errors
    /// Names the file and the line that cannot be understood.
    pub fn load(file: &Path) -> Result<Self, Fault> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| Fault::failed(format!("cannot read {}", file.display())).cause(source))?;
        Self::parse(&text).map_err(|(line, text)| {
            Fault::failed(format!("{}{line}: {text}", file.display()))
                .repair("the head of that file says what stands in it")
        })
    }

    fn parse(text: &str) -> Result<Self, (String, String)> {
        let faults: Vec<ListedFault> = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map(|at| format!(":{}", at.line())).unwrap_or_default();
            (line, error.without_snippet().to_string())
        })?;
        for fault in &faults {
            if let Some(code) = &fault.grpc {
                code.parse::<GrpcCode>()
                    .map_err(|text| (String::new(), format!("{}: {text}", fault.name)))?;
            }
        }
        Ok(Self(faults))
    }

    /// The fault of this name.
    pub fn get(&self, name: &str) -> Option<&ListedFault> {
        self.0.iter().find(|fault| fault.name == name)
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &ListedFault> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_contract_is_read_and_a_bad_one_is_refused() {
        let faults = Faults::load(Path::new("../../contract/faults.yaml")).unwrap();
        assert_eq!(faults.get("too_large").unwrap().http, Some(413));
        assert_eq!(faults.iter().count(), 8);
        assert!(Faults::parse("- name: a\n  grpc: 5\n").is_err());
        let odd = "- { name: a, title: A, http: 400, grpc: BAD, headers: [], when: never }";
        assert_eq!(Faults::parse(odd).unwrap_err().1, "a: `BAD` is no gRPC status code");
    }
}
