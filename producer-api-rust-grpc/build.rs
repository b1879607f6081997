//! Compiles the contract's proto, without `protoc`: its messages and service, and the
//! descriptors that server reflection hands out.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use prost::Message;

const FOLDER: &str = "../contract";
const FILE: &str = "event_service.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}/{FILE}");
    let descriptors = protox::compile([FILE], [FOLDER])?;
    let output = env::var("OUT_DIR")?;
    fs::write(Path::new(&output).join("event_service.bin"), descriptors.encode_to_vec())?;
    // The client is for the tests; the service does not link it.
    tonic_prost_build::configure().build_transport(false).compile_fds(descriptors)?;
    Ok(())
}
