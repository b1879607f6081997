//! Compiles the contract's proto, without `protoc`: its messages and its service.

use std::error::Error;

const FOLDER: &str = "../../contract";
const FILE: &str = "event_service.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}/{FILE}");
    let descriptors = protox::compile([FILE], [FOLDER])?;
    tonic_prost_build::configure().build_client(false).build_transport(false).compile_fds(descriptors)?;
    Ok(())
}
