//! Whether the engine runs on this machine.

use super::{
    DockerSettings, K6_IMAGE,
    container::{Container, Specification},
    engine::Engine,
    generator,
    labels::Role,
};
use crate::fault::Fault;

/// An engine that does not see our files cannot run a generator with them.
///
/// # Errors
/// When it does not, with the repair.
pub(super) async fn demand_same_machine(
    engine: &Engine,
    network: &str,
    settings: &DockerSettings,
) -> Result<(), Fault> {
    let folder = tempfile::tempdir_in(&settings.places.state)
        .map_err(|error| Fault::failed("cannot write to the state folder").cause(error))?;
    let specification = Specification {
        role: Role::Probe,
        what: "a look at the files of this machine".to_owned(),
        alias: "probe".to_owned(),
        image: K6_IMAGE,
        command: Vec::new(),
        variables: Vec::new(),
        mounts: vec![generator::same_path(folder.path(), true)],
        ports: Vec::new(),
        limits: &settings.limits.k6,
        user: None,
        folder: None,
        hardened: true,
        shared_memory_bytes: None,
    };
    let probe = Container::create(engine, network, specification).await.map_err(|fault| {
        Fault::failed("the container engine does not see the files of this machine").cause(fault).repair(
            "run perf-runner on the machine of the engine; in a container, mount the repository under its own path",
        )
    })?;
    probe.remove().await
}
