//! The real Rust services, for tests that need one.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use perf_runner::model::{Endpoint, Protocol};
use producer_testing::{ApplicationDatabase, Service, free_port};

/// Builds the Rust services once, beside the tests.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "build",
            "--quiet",
            "--package=producer-api-rust-rest",
            "--package=producer-api-rust-grpc",
        ]);
        assert!(cargo.status().unwrap().success(), "the services are built");
        let test = std::env::current_exe().unwrap();
        test.parent().and_then(Path::parent).unwrap().to_owned()
    });
    folder.join(name)
}

/// Starts the Rust service of a wire on a database.
pub(crate) fn start(protocol: Protocol, database: &ApplicationDatabase) -> Service {
    let (name, port) = match protocol {
        Protocol::Rest => ("producer-api-rust-rest", "SERVER_PORT"),
        Protocol::Grpc => ("producer-api-rust-grpc", "GRPC_SERVER_PORT"),
    };
    let variables = [("DATABASE_URL", database.producer_url()), (port, free_port())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    Service::start(program(name).to_str().unwrap(), &variables)
}

/// Where it answers.
pub(crate) fn endpoint(protocol: Protocol, port: u16) -> Endpoint {
    Endpoint { protocol, authority: format!("127.0.0.1:{port}") }
}
