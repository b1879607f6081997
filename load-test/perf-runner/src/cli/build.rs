//! How services are built, the same for every command that builds some.

use clap::Args;

use super::{Fault, Places};
use crate::{host::gradle, model::Api, registry, settings::BuildTool};

/// The program of the Gradle commands of the registry.
const GRADLE: &str = "gradle";

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// Use what an earlier call has built.
    #[arg(long, env = "PERF_SKIP_BUILD")]
    pub(super) skip_build: bool,
    /// What builds the Java services [default: gradle where the wrapper has fetched one before or
    /// PATH has one, else maven].
    #[arg(long, value_enum, value_name = "TOOL", env = "PERF_BUILD_TOOL")]
    build_tool: Option<BuildTool>,
}

impl BuildArgs {
    /// The APIs of these names with the commands of the build tool; all when none
    /// is named.
    ///
    /// # Errors
    /// A usage fault for an unknown name, or a registry that cannot be read; a
    /// fault when Gradle was asked for and there is none.
    pub(super) async fn select(&self, places: &Places, names: &[String]) -> Result<Vec<Api>, Fault> {
        let with = |tool| registry::select(&registry::read(&places.root, tool)?, names);
        if self.build_tool == Some(BuildTool::Maven) {
            return with(BuildTool::Maven);
        }
        let apis = with(BuildTool::Gradle)?;
        let Some(first) = apis.iter().find(|api| api.build.first().is_some_and(|word| word == GRADLE)) else {
            return Ok(apis);
        };
        let is_asked_for = self.build_tool.is_some();
        // To start what was built needs no Gradle.
        if is_asked_for && self.skip_build || gradle::find(&places.root.join(&first.id)).await.is_some() {
            return Ok(apis);
        }
        if is_asked_for {
            return Err(Fault::failed("--build-tool gradle: there is no Gradle that can be used").repair(format!(
                "run `./gradlew --version` in {} once, which fetches one, or put a Gradle of 9.1 or newer on \
                 PATH, or leave --build-tool away to build with Maven",
                first.id
            )));
        }
        with(BuildTool::Maven)
    }
}
