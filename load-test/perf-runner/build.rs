//! Compiles the one `.proto` of the repository, without `protoc`, and notes the commit that the
//! runner is built from.

#[path = "src/host/git.rs"]
mod git;

use std::{env, error::Error, path::Path};

use protox::Compiler;

const CONTRACT: &str = "../../contract";
const REPOSITORY: &str = "../..";

/// Where there is no repository, such as in the build of an image: who builds may say the commit.
const REVISION: &str = "PERF_RUNNER_REVISION";

/// What the runner is made of. The commit is asked for again when one of these changes, so that a
/// commit that touches none of them builds nothing: the program is then still that of the one before.
const SOURCES: [&str; 7] =
    ["build.rs", "Cargo.toml", "src", "templates", "../../contract", "../../postgres", "../../Cargo.lock"];

fn main() -> Result<(), Box<dyn Error>> {
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    println!("cargo:rerun-if-env-changed={REVISION}");
    let commit = commit();
    println!("cargo:rustc-env=PERF_RUNNER_COMMIT={commit}");
    println!("cargo:rustc-env=PERF_RUNNER_VERSION={} ({})", env::var("CARGO_PKG_VERSION")?, short(&commit));
    compile_contract()
}

fn compile_contract() -> Result<(), Box<dyn Error>> {
    let mut compiler = Compiler::new([CONTRACT])?;
    compiler.include_imports(true).include_source_info(false).open_file("event_service.proto")?;
    let descriptors = compiler.file_descriptor_set();
    // Calls go through a codec of raw bytes, so that a case can send what no
    // generated client would: only the messages are needed.
    tonic_prost_build::configure().build_server(false).build_client(false).compile_fds(descriptors)?;
    Ok(())
}

/// The commit, with `-dirty` behind it where a tracked file differs from it; `unknown` where nobody
/// can tell.
fn commit() -> String {
    let told = env::var(REVISION).unwrap_or_default();
    if told.is_empty() {
        match git::commit_and_changes(Path::new(REPOSITORY)) {
            Some((commit, true)) => format!("{commit}-dirty"),
            Some((commit, false)) => commit,
            None => "unknown".to_owned(),
        }
    } else {
        told
    }
}

/// Twelve digits of a commit, and what is behind it.
fn short(commit: &str) -> String {
    let (commit, rest) = commit.split_once('-').map_or((commit, ""), |(commit, _)| (commit, "-dirty"));
    format!("{}{rest}", commit.get(..12).unwrap_or(commit))
}
