//! What carries our mark: found again after a runner was killed, and removed.

use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
};

use super::{
    container,
    container::is_status,
    engine::Engine,
    labels::{self, ROLE, Role},
    postgres,
};
use crate::{
    fault::Fault,
    progress::{Event, Observer},
};

/// What kind of thing it is for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Running or not.
    Container,
    /// What they speak over.
    Network,
    /// Data.
    Volume,
    /// What containers are made from.
    Image,
}

/// Something of ours that the engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Its name for the engine.
    pub name: String,
    /// What it is for: `service`, `metrics`, ...
    pub role: String,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Container => "container",
            Self::Network => "network",
            Self::Volume => "volume",
            Self::Image => "image",
        })
    }
}

/// Everything that carries the mark of this engine's owner, in the order in which
/// it can be removed; volumes with stored results among it.
///
/// # Errors
/// When the engine does not answer.
pub(super) async fn find(engine: &Engine) -> Result<Vec<Found>, Fault> {
    let cannot =
        |error: bollard::errors::Error| Fault::failed("the engine cannot list what is there").cause(error);
    let marked = labels::filter(&engine.owner);
    let role = |labels: Option<&std::collections::HashMap<String, String>>| {
        labels.and_then(|labels| labels.get(ROLE)).cloned().unwrap_or_default()
    };
    let mut found = Vec::new();
    let options = ListContainersOptionsBuilder::new().all(true).filters(&marked).build();
    for container in engine.docker.list_containers(Some(options)).await.map_err(cannot)? {
        let name = container.names.into_iter().flatten().next().unwrap_or_default();
        let name = name.trim_start_matches('/').to_owned();
        found.push(Found { kind: Kind::Container, name, role: role(container.labels.as_ref()) });
    }
    let options = ListNetworksOptionsBuilder::new().filters(&marked).build();
    for network in engine.docker.list_networks(Some(options)).await.map_err(cannot)? {
        let name = network.name.unwrap_or_default();
        found.push(Found { kind: Kind::Network, name, role: role(network.labels.as_ref()) });
    }
    let options = ListVolumesOptionsBuilder::new().filters(&marked).build();
    let volumes = engine.docker.list_volumes(Some(options)).await.map_err(cannot)?.volumes;
    for volume in volumes.into_iter().flatten() {
        found.push(Found { kind: Kind::Volume, name: volume.name, role: role(Some(&volume.labels)) });
    }
    Ok(found)
}

/// Removes one thing.
///
/// # Errors
/// When the engine does not answer or refuses.
pub(super) async fn remove(engine: &Engine, thing: &Found) -> Result<(), Fault> {
    let name = thing.name.as_str();
    let removed = match thing.kind {
        Kind::Container => container::remove(engine, name).await,
        Kind::Network => match engine.docker.remove_network(name).await {
            Err(error) if !is_status(&error, &[404]) => Err(error),
            _ => Ok(()),
        },
        Kind::Volume => postgres::remove_volume(engine, name).await,
        Kind::Image => {
            let options = None::<bollard::query_parameters::RemoveImageOptions>;
            match engine.docker.remove_image(name, options, None).await {
                Err(error) if !is_status(&error, &[404]) => Err(error),
                _ => Ok(()),
            }
        }
    };
    removed.map_err(|error| Fault::failed(format!("cannot remove the {} {name}", thing.kind)).cause(error))
}

/// Removes what a killed runner left behind, and tells the observer. Stored
/// results stay.
///
/// # Errors
/// When the engine does not answer or refuses.
pub(super) async fn clear(engine: &Engine, observer: &dyn Observer) -> Result<(), Fault> {
    let mut left = find(engine).await?;
    left.retain(|thing| !(thing.kind == Kind::Volume && thing.role == Role::Metrics.word()));
    for thing in &left {
        remove(engine, thing).await?;
    }
    if !left.is_empty() {
        let names: Vec<String> =
            left.iter().map(|thing| format!("the {} {}", thing.kind, thing.name)).collect();
        let text = format!("an earlier run was killed; removed what it left: {}", names.join(", "));
        observer.observe(&Event::Note { text });
    }
    Ok(())
}
