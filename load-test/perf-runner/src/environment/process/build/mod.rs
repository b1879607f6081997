//! Builds services and the generator: only what changed since it was built, and
//! as much at once as the host bears.

mod command;
mod inputs;
mod record;
mod slots;

use std::{cell::RefCell, collections::BTreeMap, ffi::OsString};

use futures_util::future::{join_all, try_join};
use tokio::sync::Semaphore;

pub(super) use self::command::BuildCommand;
use self::record::BuildRecord;
use super::{ProcessEnvironment, ProcessSettings, k6::PinnedK6, launch::DeathSignal, lease::Lease};
use crate::{
    fault::Fault,
    host::gradle,
    model::{Api, Build, Language},
    progress::{Event, Observer, watched},
};

/// The word of the registry that stands for the Gradle that was found.
const GRADLE: &str = "gradle";

/// A build of each API, or why there is none.
type Builds = Vec<Result<Build, (String, Fault)>>;

impl ProcessEnvironment {
    /// Builds these services and nothing else, unless what was built before shall be used.
    ///
    /// # Errors
    /// When a build fails, with its last lines, or gives no program.
    pub async fn build_services(
        &mut self,
        apis: &[Api],
        observer: &dyn Observer,
    ) -> Result<Vec<Build>, Fault> {
        let builds = self.builder(observer)?.services(apis).await;
        builds.into_iter().map(|build| build.map_err(|(_, fault)| fault)).collect()
    }

    /// Builds the generator and these services.
    pub(super) async fn build_all(&mut self, apis: &[Api], observer: &dyn Observer) -> Result<Builds, Fault> {
        let builder = self.builder(observer)?;
        // Without the generator nothing can be measured: its failure ends the others.
        let services = async { Ok(builder.services(apis).await) };
        let ((), builds) = try_join(builder.generator(), services).await?;
        Ok(builds)
    }

    fn builder<'a>(&'a mut self, observer: &'a dyn Observer) -> Result<Builder<'a>, Fault> {
        let Self { settings, lease, .. } = self;
        let lease = lease.as_mut().ok_or_else(|| Fault::failed("the environment was shut down"))?;
        Ok(Builder {
            settings,
            lease: RefCell::new(lease),
            slots: Semaphore::new(slots::on_this_host()),
            observer,
        })
    }
}

struct Builder<'a> {
    settings: &'a ProcessSettings,
    /// Builds run side by side, on one thread.
    lease: RefCell<&'a mut Lease>,
    slots: Semaphore,
    observer: &'a dyn Observer,
}

impl Builder<'_> {
    async fn generator(&self) -> Result<(), Fault> {
        if let Some(given) = &self.settings.given.k6 {
            return if given.is_file() {
                Ok(())
            } else {
                Err(Fault::failed(format!("there is no k6 at {}", given.display()))
                    .repair("name another with --k6, or leave the flag away to build the pinned one"))
            };
        }
        let places = &self.settings.places;
        let k6 = PinnedK6::new(&places.root, &places.state);
        if self.settings.skip_build && k6.program.is_file() {
            return Ok(());
        }
        let Some(hash) = k6.outdated()? else { return Ok(()) };
        let _slot = self.slots.acquire().await;
        self.run(k6.command(places.state.join("logs/build-k6.log"))).await?;
        k6.keep(&hash)
    }

    /// In the order of `apis`, whatever ended first.
    async fn services(&self, apis: &[Api]) -> Builds {
        let mut failed =
            if self.settings.skip_build { BTreeMap::new() } else { self.build_changed(apis).await };
        let result = |api: &Api| match failed.remove(&api.id) {
            Some(fault) => Err((api.id.clone(), fault)),
            None => {
                record::identify(api, &self.settings.places.root).map_err(|fault| (api.id.clone(), fault))
            }
        };
        apis.iter().map(result).collect()
    }

    /// Builds what is not as it was built; gives what could not be.
    async fn build_changed(&self, apis: &[Api]) -> BTreeMap<String, Fault> {
        let places = &self.settings.places;
        let toolchains = inputs::toolchains(apis, &places.root).await;
        let mut lanes: Vec<Vec<(&Api, BuildRecord)>> = Vec::new();
        let mut unchanged = Vec::new();
        for api in apis {
            let toolchain = toolchains.get(&api.language).and_then(Option::as_deref);
            let record = BuildRecord::new(api, places, toolchain);
            if record.is_current() {
                unchanged.push(api.id.as_str());
                continue;
            }
            // Cargo locks the target folder, so its builds wait for each other, in one slot.
            let cargo = lanes.iter_mut().find(|lane| lane.iter().all(|(other, _)| is_cargo(other)));
            match cargo {
                Some(lane) if is_cargo(api) => lane.push((api, record)),
                _ if is_cargo(api) => lanes.insert(0, vec![(api, record)]),
                _ => lanes.push(vec![(api, record)]),
            }
        }
        if !unchanged.is_empty() {
            let text = format!("unchanged since they were built: {}", unchanged.join(", "));
            self.observer.observe(&Event::Note { text });
        }
        join_all(lanes.into_iter().map(|lane| self.lane(lane))).await.into_iter().flatten().collect()
    }

    /// One build after the other; gives those that failed.
    async fn lane(&self, lane: Vec<(&Api, BuildRecord)>) -> Vec<(String, Fault)> {
        let _slot = self.slots.acquire().await;
        let mut failed = Vec::new();
        for (api, record) in lane {
            if let Err(fault) = self.service(api, &record).await {
                failed.push((api.id.clone(), fault));
            }
        }
        failed
    }

    async fn service(&self, api: &Api, record: &BuildRecord) -> Result<(), Fault> {
        record.forget()?;
        let ProcessSettings { places, .. } = self.settings;
        let folder = places.root.join(&api.id);
        let mut words = api.build.clone();
        if words.first().is_some_and(|word| word == GRADLE)
            && let Some(found) = gradle::find(&folder).await
        {
            words[0] = found.program.display().to_string();
        }
        let command = BuildCommand {
            what: format!("build {}", api.id),
            words,
            folder,
            variables: self.variables(api),
            log: places.state.join(format!("logs/build-{}.log", api.id)),
            launcher: Vec::new(),
        };
        self.run(command).await?;
        record.keep()
    }

    fn variables(&self, api: &Api) -> Vec<(&'static str, OsString)> {
        // Where the start command looks, whatever the user's own setting is.
        let target = self.settings.places.root.join("target");
        let mut variables = vec![("CARGO_TARGET_DIR", target.into()), ("CARGO_TERM_COLOR", "never".into())];
        if api.language == Language::Java {
            variables.extend(jdk::variables());
        }
        variables
    }

    async fn run(&self, mut command: BuildCommand) -> Result<(), Fault> {
        command.launcher = self.settings.launcher.prefix(DeathSignal::Kill);
        watched(self.observer, &command.what, command.run(&self.lease, self.observer)).await
    }
}

fn is_cargo(api: &Api) -> bool {
    api.build_tool() == "cargo"
}
