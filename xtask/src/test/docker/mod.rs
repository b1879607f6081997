//! Containers on a real engine: one that is there, or one that is started for this
//! and ended after it.

mod bases;
mod compose;
mod debian;
mod engine;
mod hadolint;
mod scenes;

use std::{io, path::PathBuf};

use clap::Args;

pub(super) use self::engine::lack;
use self::{
    bases::Bases,
    engine::{Data, Engine},
};
use crate::{
    fault::Fault,
    invocation::Invocation,
    repository::Repository,
    stage::{self, Stage},
};

/// One service of each language.
const FEW: [&str; 3] = ["producer-api-rust-rest", "producer-api-go-rest", "producer-api-java-rest"];

/// Those that are run with all other tests.
const EVERY_TIME: [&str; 6] = ["hadolint", "images", "environment", "smoke", "killed", "compose-2"];

/// What `cargo xtask test docker` takes.
#[derive(Debug, Default, Args)]
pub(crate) struct DockerArguments {
    /// Build and measure all services, not one of each language; try compose of both generations
    #[arg(long)]
    all: bool,
    /// Where an engine that is started here keeps its images for the next time [default: among the user's caches]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Begin without what an earlier call has kept there
    #[arg(long)]
    fresh: bool,
    /// Run this stage alone; may be given more than once
    #[arg(long, value_name = "STAGE")]
    only: Vec<String>,
    /// Run the stages after a failed one too
    #[arg(long)]
    keep_going: bool,
}

impl DockerArguments {
    /// For the stages that are run with all other tests.
    pub(super) fn of_every_time() -> Self {
        Self { only: EVERY_TIME.map(str::to_owned).to_vec(), ..Self::default() }
    }
}

/// Everything that a stage needs.
pub(super) struct Scene<'a> {
    repository: &'a Repository,
    engine: &'a Engine,
    bases: &'a Bases,
    /// The services that are built and measured.
    services: Vec<String>,
    /// Everything, not one of each language.
    all: bool,
}

/// Runs the stages that were asked for.
///
/// Errors: there is no engine and none can be started, or a stage failed.
pub(crate) fn run(repository: &Repository, arguments: &DockerArguments) -> Result<(), Fault> {
    let data = Data::new(repository, arguments.data.as_deref(), arguments.fresh)?;
    let engine = Engine::find_or_start(repository, &data)?;
    let bases = Bases::provide(repository, &engine)?;
    let ids = repository.services()?.into_iter().map(|service| service.id);
    let services = ids.filter(|id| arguments.all || FEW.contains(&id.as_str())).collect();
    let scene = Scene { repository, engine: &engine, bases: &bases, services, all: arguments.all };
    let stages = stage::select(stages(&scene), &arguments.only, &[])?;
    stage::run(&stages, ("cargo xtask test docker", arguments.keep_going), &mut io::stdout())
}

fn stages<'a>(scene: &'a Scene<'_>) -> Vec<Stage<'a>> {
    let mut stages = vec![
        Stage::new("hadolint", "the Dockerfiles are as they should be", || hadolint::check(scene.repository)),
        Stage::new("images", "each image is built, and of the size that it may have", || {
            scenes::images(scene)
        }),
        Stage::new("environment", "the runner's container environment (cargo test)", || {
            // As one of all crates: alone it would compile what they share with features of its own.
            let of = ["test", "--workspace", "--locked", "--features", "perf-runner/docker-tests"];
            scene.told(scene.cargo(of.into_iter().chain(["--test", "docker"]))).run()
        }),
        Stage::new("smoke", "a smoke campaign in containers ends with every event stored", || {
            scenes::smoke(scene)
        }),
        Stage::new("killed", "what a killed runner leaves is removed by the next, and nothing else", || {
            scenes::killed_runner(scene)
        }),
    ];
    for tool in compose::tools(scene.all) {
        let name = format!("compose-{}", tool.generation());
        stages.push(Stage::new(name, "each service comes up alone and goes without a trace", move || {
            compose::check(scene, tool)
        }));
    }
    if scene.all {
        stages.push(Stage::new("compose-run", "a campaign with nothing but an engine (compose run)", || {
            compose::campaign(scene)
        }));
    }
    if scene.engine.is_ours() {
        // Last: the engine is gone afterwards.
        stages.push(Stage::new("engine-gone", "an engine that goes away in the middle is told", || {
            scenes::engine_gone(scene)
        }));
    }
    stages
}

impl Scene<'_> {
    fn cargo<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Invocation {
        Invocation::cargo(self.repository.root(), words)
    }

    /// `docker …` on the engine.
    fn docker<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Invocation {
        self.told(Invocation::new(self.repository.root(), "docker", words))
    }

    /// Tells a program which engine, and which images to stand on.
    fn told(&self, invocation: Invocation) -> Invocation {
        let of_engine = invocation.variable("DOCKER_HOST", self.engine.host());
        self.bases.variables().iter().fold(of_engine, |told, (name, image)| told.variable(name, image))
    }
}
