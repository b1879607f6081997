//! Compiles the one `.proto` of the repository, without `protoc`.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;
use protox::Compiler;

const CONTRACT: &str = "../../contract";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={CONTRACT}/event_service.proto");
    let mut compiler = Compiler::new([CONTRACT])?;
    compiler.include_imports(true).include_source_info(false).open_file("event_service.proto")?;
    let descriptors = compiler.file_descriptor_set();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("event_service.bin"), descriptors.encode_to_vec())?;
    // Calls go through a codec of raw bytes, so that a case can send what no
    // generated client would: only the messages are needed.
    tonic_prost_build::configure().build_server(false).build_client(false).compile_fds(descriptors)?;
    Ok(())
}
