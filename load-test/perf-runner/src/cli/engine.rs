//! Where things run, and what a container engine is told.

use clap::{Args, ValueEnum};
use postgres_cluster::Binaries;

use super::{Fault, Given, Places};
use crate::{
    environment::docker::{self, BaseImages, DockerSettings, Limits, Memory, RoleLimits},
    model::{Api, HostFacts},
    plan,
    settings::Runtime,
};

/// What a user types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RuntimeChoice {
    /// Processes where the tool chains are there, else containers.
    Auto,
    /// As child processes of the runner.
    Process,
    /// As containers, on a Docker engine of this machine.
    Docker,
    /// Nowhere: numbers are made up, to try the line itself.
    Fake,
}

/// Where things run, the same for every command that starts some.
#[derive(Debug, Clone, Args)]
pub(super) struct RuntimeArgs {
    /// Where services, databases and k6 run.
    #[arg(long, value_enum, default_value = "auto", env = "PERF_RUNTIME")]
    pub(super) runtime: RuntimeChoice,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Which engine.
#[derive(Debug, Clone, Args)]
pub(super) struct DockerHostArgs {
    /// The engine: unix:///… or tcp://… [default: where engines usually are].
    #[arg(long, value_name = "URL", env = "DOCKER_HOST")]
    docker_host: Option<String>,
}

/// Which engine, and the images that everything stands on.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "With --runtime docker")]
pub(super) struct EngineArgs {
    #[command(flatten)]
    engine: DockerHostArgs,
    /// What Go programs are built in [default: the Dockerfiles say it].
    #[arg(long, value_name = "IMAGE", env = "GO_IMAGE")]
    go_image: Option<String>,
    /// What Java services are built in [default: the Dockerfiles say it].
    #[arg(long, value_name = "IMAGE", env = "JDK_IMAGE")]
    jdk_image: Option<String>,
    /// What Rust programs are built in [default: the Dockerfiles say it].
    #[arg(long, value_name = "IMAGE", env = "RUST_IMAGE")]
    rust_image: Option<String>,
    /// PostgreSQL [default: the one of docker-compose.yml].
    #[arg(long, value_name = "IMAGE", env = "POSTGRES_IMAGE")]
    postgres_image: Option<String>,
}

/// What each container may take.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "With --runtime docker")]
pub(super) struct LimitArgs {
    /// Processors' worth of time of the service.
    #[arg(long, value_name = "N", default_value = "2", value_parser = cpus, env = "PERF_SERVICE_CPUS")]
    service_cpus: f64,
    /// Memory of the service.
    #[arg(long, value_name = "SIZE", default_value = "2g", env = "PERF_SERVICE_MEMORY")]
    service_memory: Memory,
    /// Processors of the service, such as 0-3,6 [default: any].
    #[arg(long, value_name = "LIST", value_parser = cpuset, env = "PERF_SERVICE_CPUSET")]
    service_cpuset: Option<String>,
    /// Processors' worth of time of each database.
    #[arg(long, value_name = "N", default_value = "4", value_parser = cpus, env = "PERF_DATABASE_CPUS")]
    database_cpus: f64,
    /// Memory of each database.
    #[arg(long, value_name = "SIZE", default_value = "4g", env = "PERF_DATABASE_MEMORY")]
    database_memory: Memory,
    /// Processors of each database [default: any].
    #[arg(long, value_name = "LIST", value_parser = cpuset, env = "PERF_DATABASE_CPUSET")]
    database_cpuset: Option<String>,
    /// Processors' worth of time of k6.
    #[arg(long, value_name = "N", default_value = "2", value_parser = cpus, env = "PERF_K6_CPUS")]
    k6_cpus: f64,
    /// Memory of k6.
    #[arg(long, value_name = "SIZE", default_value = "2g", env = "PERF_K6_MEMORY")]
    k6_memory: Memory,
    /// Processors of k6 [default: any].
    #[arg(long, value_name = "LIST", value_parser = cpuset, env = "PERF_K6_CPUSET")]
    k6_cpuset: Option<String>,
}

/// An empty variable counts as absent.
fn named(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl DockerHostArgs {
    /// What the container environment is told by a command that starts nothing.
    pub(super) fn docker(self, places: &Places, given: Given) -> DockerSettings {
        DockerSettings { host: named(self.docker_host), ..DockerSettings::new(places.clone(), given) }
    }
}

impl RuntimeArgs {
    /// What the container environment is told by this command.
    pub(super) fn docker(&self, places: &Places, given: Given) -> DockerSettings {
        let EngineArgs { engine, go_image, jdk_image, rust_image, postgres_image } = self.engine.clone();
        DockerSettings {
            images: BaseImages {
                go: named(go_image),
                jdk: named(jdk_image),
                rust: named(rust_image),
                postgres: named(postgres_image),
            },
            ..engine.docker(places, given)
        }
    }

    /// Where the metrics database of a command that measures nothing is kept. Reading
    /// all facts of the host would take longer than the command.
    pub(super) fn of_store(&self, given: &Given) -> Runtime {
        match self.runtime {
            RuntimeChoice::Docker => Runtime::Docker,
            RuntimeChoice::Process | RuntimeChoice::Fake => Runtime::Process,
            RuntimeChoice::Auto => {
                let is_there = Binaries::find(given.postgres_bin.as_deref()).is_ok();
                if is_there || given.metrics_url.is_some() { Runtime::Process } else { Runtime::Docker }
            }
        }
    }

    /// Decides where these APIs run. `built` says that nothing needs to be built.
    ///
    /// # Errors
    /// When it is to be found out and neither way can be gone, with what each lacks.
    pub(super) async fn resolve(
        &self,
        (apis, built): (&[Api], bool),
        facts: &HostFacts,
        docker: &DockerSettings,
    ) -> Result<Runtime, Fault> {
        match self.runtime {
            RuntimeChoice::Process => return Ok(Runtime::Process),
            RuntimeChoice::Docker => return Ok(Runtime::Docker),
            RuntimeChoice::Fake => return Ok(Runtime::Fake),
            RuntimeChoice::Auto => {}
        }
        let lacking = lacking(apis, built, facts, &docker.given);
        if lacking.is_empty() {
            return Ok(Runtime::Process);
        }
        match docker::is_there(docker).await {
            Ok(()) => Ok(Runtime::Docker),
            Err(fault) => Err(Fault::failed(format!(
                "nothing can run here: as processes, {}; as containers, {fault}",
                lacking.join(", ")
            ))
            .repair(
                "install what is missing for one of the two, or take what can run with --runtime process --api NAME",
            )),
        }
    }
}

/// What the process runtime misses on this host, in words; empty when it can run all.
fn lacking(apis: &[Api], built: bool, facts: &HostFacts, given: &Given) -> Vec<String> {
    let mut lacking: Vec<String> = if built { Vec::new() } else { plan::missing_tools(apis, facts) };
    if !built && given.k6.is_none() && facts.tool("go").is_none() {
        lacking.push("go is not installed (for k6)".to_owned());
    }
    // Without a server of its own the runner fetches one by Maven.
    let needs_server = given.database_url.is_none() || given.metrics_url.is_none();
    if needs_server && facts.tool("postgres").is_none() && facts.tool("mvn").is_none() {
        lacking.push("PostgreSQL is not installed".to_owned());
    }
    lacking.sort();
    lacking.dedup();
    lacking
}

impl LimitArgs {
    /// The limits of every role.
    pub(super) fn limits(&self) -> RoleLimits {
        let limits = |cpus, memory, cpuset: &Option<String>| Limits { cpus, memory, cpuset: cpuset.clone() };
        RoleLimits {
            service: limits(self.service_cpus, self.service_memory, &self.service_cpuset),
            database: limits(self.database_cpus, self.database_memory, &self.database_cpuset),
            k6: limits(self.k6_cpus, self.k6_memory, &self.k6_cpuset),
        }
    }
}

fn cpus(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(count) if (0.01..=1024.0).contains(&count) => Ok(count),
        _ => Err(format!("{text:?} is no number of processors from 0.01 to 1024, such as 1.5")),
    }
}

fn cpuset(text: &str) -> Result<String, String> {
    let is_range = |range: &str| {
        let mut ends = range.splitn(2, '-').map(str::parse::<u32>);
        match (ends.next(), ends.next()) {
            (Some(Ok(_)), None) => true,
            (Some(Ok(first)), Some(Ok(last))) => first <= last,
            _ => false,
        }
    };
    let is_list = text.split(',').all(is_range);
    if is_list {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is no list of processors such as 0-3,6"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::model::ToolVersion;

    #[derive(clap::Parser)]
    struct Typed {
        #[command(flatten)]
        runtime: RuntimeArgs,
    }

    fn placed(words: &[&str]) -> (RuntimeArgs, DockerSettings) {
        let typed = Typed::parse_from(["x"].iter().chain(words)).runtime;
        let nowhere = std::path::PathBuf::from("nowhere");
        let places = Places { root: nowhere.clone(), state: nowhere.clone(), results: nowhere };
        let docker = typed.docker(&places, Given::default());
        (typed, docker)
    }

    #[tokio::test]
    async fn processes_are_taken_where_they_can_run_and_else_both_ways_are_told() {
        let campaign = crate::sample::nothing_measured().campaign;
        let apis: Vec<Api> = campaign.plan.runs.iter().map(|run| run.api.clone()).collect();
        let (auto, docker) = placed(&["--runtime", "auto", "--docker-host", "unix:///nowhere/docker.sock"]);
        let tool = |name: &str| ToolVersion { name: name.to_owned(), version: Some("1.2.3".to_owned()) };
        let tools = ["cargo", "rustc", "go", "java", "postgres"].map(tool).to_vec();
        let equipped = HostFacts { tools, ..campaign.host.clone() };
        let taken = auto.resolve((&apis, false), &equipped, &docker).await.unwrap();
        assert_eq!(taken, Runtime::Process);

        let bare = HostFacts { tools: Vec::new(), ..campaign.host };
        let fault = auto.resolve((&apis, false), &bare, &docker).await.unwrap_err();
        let told = fault.to_string();
        for lacking in ["go is not installed (for k6)", "PostgreSQL is not installed", "/nowhere/docker.sock"]
        {
            assert!(told.contains(lacking), "{told}");
        }
        let (named, docker) = placed(&["--runtime", "process"]);
        assert_eq!(named.resolve((&apis, false), &bare, &docker).await.unwrap(), Runtime::Process);
    }

    #[test]
    fn limits_are_read_or_refused_by_their_name() {
        assert_eq!(cpus("1.5"), Ok(1.5));
        for text in ["0", "-1", "many", "NaN", ""] {
            assert!(cpus(text).is_err(), "{text}");
        }
        assert!(cpuset("0-3,6").is_ok() && cpuset("1").is_ok());
        for text in ["", "3-0", "a", "1,,2", "0-3-5", "0 "] {
            assert!(cpuset(text).is_err(), "{text}");
        }
    }
}
