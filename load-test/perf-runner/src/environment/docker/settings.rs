use std::{collections::BTreeMap, fs};

use super::{Limits, POSTGRES_IMAGE, RoleLimits, engine::Engine, labels::Role};
use crate::{
    environment::files,
    fault::Fault,
    settings::{Given, Places},
};

/// The images that everything is built from or run as, by the names that the
/// Dockerfiles' arguments and `docker-compose.yml` have; none takes the default
/// that stands there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BaseImages {
    /// `GO_IMAGE`.
    pub go: Option<String>,
    /// `JDK_IMAGE`.
    pub jdk: Option<String>,
    /// `RUST_IMAGE`.
    pub rust: Option<String>,
    /// `POSTGRES_IMAGE`.
    pub postgres: Option<String>,
}

/// What the container environment is told.
#[derive(Debug, Clone)]
pub struct DockerSettings {
    /// Where things are.
    pub places: Places,
    /// What the user already has.
    pub given: Given,
    /// Pool size of every service.
    pub max_connections: u32,
    /// Use the images that are there.
    pub skip_build: bool,
    /// The engine, `unix:///…` or `tcp://…`; none looks in the usual places.
    pub host: Option<String>,
    /// The images that everything stands on.
    pub images: BaseImages,
    /// What each container may take.
    pub limits: RoleLimits,
}

impl DockerSettings {
    /// The default images and limits, pools of ten, everything built.
    pub fn new(places: Places, given: Given) -> Self {
        Self {
            places,
            given,
            max_connections: 10,
            skip_build: false,
            host: None,
            images: BaseImages::default(),
            limits: RoleLimits::default(),
        }
    }

    /// Refuses what makes no sense where everything runs in containers.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let Given { database_url, metrics_url: _, postgres_bin, k6, service: _ } = &self.given;
        if k6.is_some() || postgres_bin.is_some() {
            return Err(Fault::usage(
                "--k6 and --postgres-bin name programs of this host, and containers have their own",
            )
            .repair("leave them away, or use --runtime process"));
        }
        let loopback = ["@localhost", "@127.", "@[::1]", "//localhost", "//127.", "//[::1]"];
        if database_url.as_ref().is_some_and(|url| loopback.iter().any(|place| url.contains(place))) {
            return Err(Fault::usage(
                "--database-url names this host's loopback, where containers find only themselves",
            )
            .repair("name an address that containers can reach, or leave it away"));
        }
        Ok(())
    }

    pub(super) fn postgres_image(&self) -> &str {
        self.images.postgres.as_deref().unwrap_or(POSTGRES_IMAGE)
    }

    /// The limits of every role and what the engine is, by name.
    pub(super) fn facts(&self, engine: &Engine) -> BTreeMap<String, String> {
        let RoleLimits { service, database, k6 } = &self.limits;
        let limits = |role: &str, limits: &Limits| (format!("limits.{role}"), limits.in_words());
        BTreeMap::from([
            ("engine".to_owned(), engine.facts.version.clone()),
            ("control_groups".to_owned(), engine.facts.cgroups.to_string()),
            limits("service", service),
            limits("database", database),
            limits("k6", k6),
        ])
    }

    /// A new one where the data is new at each start; where it is kept, the one that
    /// was made with it, in the state folder.
    pub(super) fn superuser_password(&self, role: Role) -> Result<String, Fault> {
        let fresh = format!("{:032x}", rand::random::<u128>());
        if role != Role::Metrics {
            return Ok(fresh);
        }
        let path = self.places.state.join("docker-metrics-password");
        let cannot =
            |error| Fault::failed(format!("cannot keep a password in {}", path.display())).cause(error);
        match fs::read_to_string(&path) {
            Ok(known) if !known.trim().is_empty() => Ok(known.trim().to_owned()),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot(error)),
            _ => files::write_whole(&path, fresh.as_bytes()).map_err(cannot).map(|()| fresh),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(given: Given) -> DockerSettings {
        let place = std::path::PathBuf::from("nowhere");
        let places = Places { root: place.clone(), state: place.clone(), results: place };
        DockerSettings::new(places, given)
    }

    #[test]
    fn what_containers_cannot_reach_is_refused_by_its_name() {
        let refused = |given: Given| settings(given).check().unwrap_err().to_string();
        let url = |url: &str| Given { database_url: Some(url.to_owned()), ..Given::default() };
        assert!(refused(url("postgresql://p:x@localhost:5432/car_entities")).contains("--database-url"));
        assert!(refused(url("postgresql://127.0.0.1/car_entities")).contains("--database-url"));
        assert!(refused(Given { k6: Some("k6".into()), ..Given::default() }).contains("--k6"));
        settings(url("postgresql://p:x@db.example.org/car_entities")).check().unwrap();
    }

    #[test]
    fn the_password_of_kept_data_is_kept_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(Given::default());
        settings.places.state = folder.path().to_owned();
        let password = |role| settings.superuser_password(role).unwrap();
        assert_eq!(password(Role::Metrics), password(Role::Metrics));
        assert_ne!(password(Role::Application), password(Role::Application));
    }
}
