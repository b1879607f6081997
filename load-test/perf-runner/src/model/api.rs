use std::fmt;

use serde::{Deserialize, Serialize};

/// The language a producer API is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Java on the newest JDK found.
    Java,
    /// Rust, release profile.
    Rust,
    /// Go.
    Go,
}

/// The wire a producer API speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.1 with JSON bodies.
    Rest,
    /// gRPC over cleartext HTTP/2.
    Grpc,
}

/// One producer API as the registry (`load-test/services.toml`) describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Unique name, also the name of its folder: `producer-api-rust-rest`.
    pub id: String,
    /// The language it is written in.
    pub language: Language,
    /// The wire it speaks.
    pub protocol: Protocol,
    /// The port it listens on when nobody says otherwise.
    pub port: u16,
    /// The command that builds it, run in its folder: program and arguments.
    pub build: Vec<String>,
    /// The command that starts it: program and arguments; a program with a
    /// slash is relative to the repository root.
    pub start: Vec<String>,
    /// Name of its container image.
    pub image: String,
}

impl Api {
    /// The same service where it runs already: nobody builds or starts it.
    #[must_use]
    pub fn given(self) -> Self {
        Self { build: Vec::new(), start: Vec::new(), ..self }
    }

    /// Whether it runs already.
    pub fn is_given(&self) -> bool {
        self.start.is_empty()
    }

    /// What builds it: `cargo`, `go`, `maven`, `gradle`; empty when nothing does.
    pub fn build_tool(&self) -> &str {
        let program = self.build.first().map_or("", String::as_str);
        match program.rsplit('/').next().unwrap_or(program) {
            "mvnw" | "mvn" => "maven",
            "gradlew" => "gradle",
            other => other,
        }
    }

    /// The variable by which a service is told its port.
    pub fn port_variable(&self) -> &'static str {
        match self.protocol {
            Protocol::Rest => "SERVER_PORT",
            Protocol::Grpc => "GRPC_SERVER_PORT",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Java => "java",
            Self::Rust => "rust",
            Self::Go => "go",
        })
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rest => "rest",
            Self::Grpc => "grpc",
        })
    }
}
