use std::{fmt, str::FromStr};

/// A gRPC status code, under the name that gRPC's own documents use.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct GrpcCode(tonic::Code);

/// gRPC's status codes by number; 0 is no failure.
pub const GRPC_CODE_NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

impl GrpcCode {
    /// Success.
    pub const OK: Self = Self(tonic::Code::Ok);
    /// Unavailable.
    pub const UNAVAILABLE: Self = Self(tonic::Code::Unavailable);

    /// `INVALID_ARGUMENT`.
    pub fn name(self) -> &'static str {
        usize::try_from(self.0 as i32)
            .ok()
            .and_then(|code| GRPC_CODE_NAMES.get(code))
            .copied()
            .unwrap_or("UNKNOWN")
    }
}

impl From<tonic::Code> for GrpcCode {
    fn from(code: tonic::Code) -> Self {
        Self(code)
    }
}

impl FromStr for GrpcCode {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let code = GRPC_CODE_NAMES.iter().position(|known| *known == name);
        let code = code.and_then(|code| i32::try_from(code).ok());
        code.map(|code| Self(tonic::Code::from_i32(code)))
            .ok_or_else(|| format!("`{name}` is no gRPC status code"))
    }
}

impl fmt::Display for GrpcCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for GrpcCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_again_by_its_name() {
        for code in 0..=16 {
            let code = GrpcCode(tonic::Code::from_i32(code));
            assert_eq!(code.name().parse(), Ok(code));
        }
        assert_eq!(GrpcCode(tonic::Code::Unauthenticated).name(), "UNAUTHENTICATED");
        assert!("Ok".parse::<GrpcCode>().is_err());
    }
}
