//! A service that runs already, in the place of one that is built and started.

use super::super::{Fault, Places, engine::RuntimeChoice, url};
use crate::{
    model::{Api, Endpoint},
    registry,
    settings::BuildTool,
};

/// The one API that is there.
///
/// # Errors
/// When it is not said which one it is, or it speaks another wire.
pub(super) fn api(places: &Places, names: &[String], endpoint: &Endpoint) -> Result<Vec<Api>, Fault> {
    let mut chosen = registry::select(&registry::read(&places.root, BuildTool::Maven)?, names)?;
    match (chosen.pop(), chosen.as_slice()) {
        (Some(api), []) if api.protocol == endpoint.protocol => Ok(vec![api.given()]),
        (Some(api), []) => {
            Err(Fault::usage(format!("--url speaks {} and {} does not", endpoint.protocol, api.id))
                .repair("write http://HOST:PORT for REST and grpc://HOST:PORT for gRPC"))
        }
        _ => Err(Fault::usage("--url is one service, and which one is not said")
            .repair("name it with --api NAME, once")),
    }
}

/// # Errors
/// When something is to be started where something runs already.
pub(super) fn refuse_runtime(chosen: RuntimeChoice) -> Result<(), Fault> {
    match chosen {
        RuntimeChoice::Auto | RuntimeChoice::Process => Ok(()),
        RuntimeChoice::Docker | RuntimeChoice::Fake => {
            Err(Fault::usage("--url is a service that runs already, and --runtime is to start some")
                .repair("leave out one of the two"))
        }
    }
}

/// Where it is.
pub(super) fn endpoint(text: &str) -> Result<Endpoint, String> {
    url::endpoint(text).map_err(|fault| fault.to_string())
}
