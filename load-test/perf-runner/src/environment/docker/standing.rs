//! What is done to an engine outside of a campaign: asking whether there is one,
//! looking into the results of a running one, and cleaning up.

use super::{
    DockerSettings, Found, K6_IMAGE, Kind, engine::Engine, images, labels::Role, leftovers, postgres,
};
use crate::{environment::lease::Lease, fault::Fault, model::Api, progress::Observer};

/// Whether there is an engine that answers and that this user may speak to.
///
/// # Errors
/// When there is none, with the reason and the repair.
pub async fn is_there(settings: &DockerSettings) -> Result<(), Fault> {
    Engine::connect(settings.host.as_deref(), &settings.places.state).await.map(drop)
}

/// The URL of the metrics database that runs for this state folder; none when no
/// runner is at work.
pub async fn metrics_url_in_use(settings: &DockerSettings) -> Option<String> {
    let engine = Engine::connect(settings.host.as_deref(), &settings.places.state).await.ok()?;
    let found = leftovers::find(&engine).await.ok()?;
    let is_metrics = |thing: &&Found| thing.kind == Kind::Container && thing.role == Role::Metrics.word();
    let name = &found.iter().find(is_metrics)?.name;
    let password = settings.superuser_password(Role::Metrics).ok()?;
    postgres::found(&engine, name, password).await
}

/// What the runner with this state folder has made: containers, networks, volumes
/// (stored results among them) and, where `images_of` names any, the images of
/// these services and of the generator. All of it is removed when `execute` says
/// so. Nothing else is touched.
///
/// # Errors
/// When another runner is at work, or the engine does not answer or refuses.
pub async fn cleanup(
    settings: &DockerSettings,
    images_of: &[Api],
    execute: bool,
    observer: &dyn Observer,
) -> Result<Vec<Found>, Fault> {
    let _lease = Lease::take(&settings.places.state, observer)?;
    let engine = Engine::connect(settings.host.as_deref(), &settings.places.state).await?;
    let mut found = leftovers::find(&engine).await?;
    if !images_of.is_empty() {
        let tags = images_of.iter().map(|api| api.image.as_str()).chain([K6_IMAGE]);
        for tag in tags {
            if images::id_of(&engine, tag).await?.is_some() {
                found.push(Found { kind: Kind::Image, name: tag.to_owned(), role: String::new() });
            }
        }
    }
    if execute {
        for thing in &found {
            leftovers::remove(&engine, thing).await?;
        }
    }
    Ok(found)
}
