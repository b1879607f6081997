//! `docker-compose.yml`, with compose of either generation.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Scene, debian};
use crate::{fault::Fault, invocation::Invocation, test::smoke};

/// Where compose of today is pinned, as a Go tool.
const MODULE: &str = "xtask/compose";
const PACKAGE: &str = "github.com/docker/compose/v2/cmd";
/// What `docker` takes for its user's settings: it looks for compose in there.
const SETTINGS: &str = ".perf/tools/docker";
const PLUGIN: &str = "cli-plugins/docker-compose";
/// What marks everything of this test for the engine.
const PROJECT: &str = "xtask-compose";
const MARK: &str = "label=com.docker.compose.project=xtask-compose";
/// Compose 1 reads what is given for these as times, not as microseconds.
const TIMES: [(&str, &str); 3] =
    [("SERVICE_CPU_QUOTA", "200ms"), ("DATABASE_CPU_QUOTA", "400ms"), ("K6_CPU_QUOTA", "200ms")];
/// A JVM on a machine that is busy otherwise.
const HEALTHY_PATIENCE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(500);

/// A compose of one generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// `docker compose`, in Go.
    Two,
    /// `docker-compose` 1.29, in Python, which some distributions have.
    One,
}

/// Those that are tried.
pub(super) fn tools(all: bool) -> Vec<Tool> {
    if all { vec![Tool::Two, Tool::One] } else { vec![Tool::Two] }
}

impl Tool {
    pub(super) fn generation(self) -> &'static str {
        match self {
            Self::Two => "2",
            Self::One => "1",
        }
    }

    /// Finds or makes it; gives the program that is called.
    fn program(self, scene: &Scene<'_>) -> Result<String, Fault> {
        let root = scene.repository.root();
        match self {
            Self::Two => {
                let built = root.join(SETTINGS).join(PLUGIN);
                if !built.is_file() {
                    let out = built.display().to_string();
                    Invocation::go(&root.join(MODULE), ["build", "-trimpath", "-o", &out, PACKAGE]).run()?;
                }
                Ok("docker".to_owned())
            }
            Self::One => {
                if Invocation::new(root, "docker-compose", ["version"]).outcome().is_err() {
                    debian::install(scene.repository, &["docker-compose"])?;
                }
                Ok("docker-compose".to_owned())
            }
        }
    }

    fn up(self, named: &[&str]) -> Vec<String> {
        let wait: &[&str] = if self == Self::Two { &["--wait"] } else { &[] };
        let words = ["up", "-d", "--no-build"].iter().chain(wait).chain(named);
        words.map(|word| (*word).to_owned()).collect()
    }
}

/// One compose on one engine, with ports of its own.
struct Compose<'a> {
    scene: &'a Scene<'a>,
    tool: Tool,
    program: String,
    ports: Vec<(&'static str, String)>,
}

/// Brings each service up alone, with what it needs, then all of them; nothing is
/// left each time.
///
/// Errors: one does not become healthy, comes with more or less than it needs, has
/// no limits, or leaves something behind.
pub(super) fn check(scene: &Scene<'_>, tool: Tool) -> Result<(), Fault> {
    let compose = Compose { scene, tool, program: tool.program(scene)?, ports: free_ports()? };
    for service in &scene.services {
        let done = compose.call(&[], tool.up(&[service])).run().and_then(|()| {
            compose.demand_healthy(&["postgres", service])?;
            compose.demand_limits(service)
        });
        compose.down()?;
        done?;
    }
    let mut all: Vec<&str> = scene.services.iter().map(String::as_str).collect();
    all.extend(["postgres", "postgres-metrics"]);
    // Without the images of all, naming those that are built is all that can be done.
    let is_all = scene.services.len() == scene.repository.services()?.len();
    let started = if is_all {
        compose.call(&["--profile", "all"], tool.up(&[])).run()
    } else {
        compose.call(&[], tool.up(&all)).run()
    };
    let done = started.and_then(|()| compose.demand_healthy(&all));
    compose.down()?;
    done
}

/// `docker compose run --rm perf-runner smoke`: the runner is a container, too.
///
/// Errors: the campaign fails, or not every event is stored, or the engine has no socket here.
pub(super) fn campaign(scene: &Scene<'_>) -> Result<(), Fault> {
    let compose =
        Compose { scene, tool: Tool::Two, program: Tool::Two.program(scene)?, ports: free_ports()? };
    let socket = scene.engine.host().strip_prefix("unix://").ok_or_else(|| {
        Fault::new(format!(
            "the engine at {} is not reached by a socket of this machine",
            scene.engine.host()
        ))
    })?;
    let words = ["run", "--rm", "--no-TTY", "perf-runner", "smoke"];
    let call = compose.call(&[], words.map(str::to_owned).to_vec()).variable("DOCKER_SOCKET", socket);
    let expected: BTreeSet<&str> = scene.services.iter().map(String::as_str).collect();
    let judged = smoke::judge_campaign(scene.repository, &call, &expected);
    compose.down()?;
    judged
}

impl Compose<'_> {
    fn call(&self, before: &[&str], words: Vec<String>) -> Invocation {
        let root = self.scene.repository.root();
        let words = before.iter().map(|word| (*word).to_owned()).chain(words);
        let plugin = (self.tool == Tool::Two).then(|| "compose".to_owned());
        let call = Invocation::new(root, self.program.as_str(), plugin.into_iter().chain(words));
        let call = self
            .scene
            .told(call)
            .variable("DOCKER_CONFIG", root.join(SETTINGS))
            .variable("COMPOSE_PROJECT_NAME", PROJECT)
            .variable("PWD", root);
        let call = self.ports.iter().fold(call, |call, (name, port)| call.variable(name, port));
        match self.tool {
            Tool::Two => call,
            Tool::One => TIMES.iter().fold(call, |call, (name, time)| call.variable(name, time)),
        }
    }

    /// Exactly these run, and each says that it is well.
    fn demand_healthy(&self, expected: &[&str]) -> Result<(), Fault> {
        let begin = Instant::now();
        loop {
            let states = self.states()?;
            let mut names: Vec<&str> = states.iter().map(|(name, _)| name.as_str()).collect();
            let mut expected = expected.to_vec();
            names.sort_unstable();
            expected.sort_unstable();
            if names != expected {
                return Err(Fault::new(format!(
                    "of the project {PROJECT} run {names:?}, and {expected:?} should"
                )));
            }
            if states.iter().all(|(_, health)| health == "healthy") {
                return Ok(());
            }
            if begin.elapsed() > HEALTHY_PATIENCE {
                return Err(Fault::new(format!("not healthy of the project {PROJECT}: {states:?}")));
            }
            sleep(POLL);
        }
    }

    /// Names and health of what runs.
    fn states(&self) -> Result<Vec<(String, String)>, Fault> {
        let ids = self.scene.docker(["ps", "--quiet", "--filter", MARK]).output()?;
        let format = "{{index .Config.Labels \"com.docker.compose.service\"}} {{.State.Health.Status}}";
        let words = ["inspect", "--format", format].into_iter().chain(ids.split_whitespace());
        let told = self.scene.docker(words).output()?;
        let pairs = told.lines().filter_map(|line| line.split_once(' '));
        Ok(pairs.map(|(name, health)| (name.to_owned(), health.to_owned())).collect())
    }

    /// Two processors and 2 GiB, a file system that cannot be written, no privileges.
    fn demand_limits(&self, service: &str) -> Result<(), Fault> {
        let of_service = format!("label=com.docker.compose.service={service}");
        let words = ["ps", "--quiet", "--filter", MARK, "--filter", &of_service];
        let id = self.scene.docker(words).output()?;
        let format = "{{.HostConfig.Memory}} {{.HostConfig.CpuQuota}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.Config.User}}";
        let told = self.scene.docker(["inspect", "--format", format, id.trim()]).output()?;
        let expected = "2147483648 200000 true [ALL] 10001:10001";
        if told.trim() == expected {
            return Ok(());
        }
        Err(Fault::new(format!("{service}: the engine says {:?} and not {expected:?}", told.trim())))
    }

    /// Takes everything down; nothing of it may be left.
    fn down(&self) -> Result<(), Fault> {
        let words = ["down", "--volumes", "--remove-orphans"].map(str::to_owned);
        self.call(&["--profile", "all"], words.to_vec()).run()?;
        for kind in ["container", "network", "volume"] {
            let all: &[&str] = if kind == "container" { &["--all"] } else { &[] };
            let words = [kind, "ls", "--quiet", "--filter", MARK].into_iter().chain(all.iter().copied());
            let left = self.scene.docker(words).output()?;
            if !left.trim().is_empty() {
                return Err(Fault::new(format!("a {kind} is left: {}", left.trim())));
            }
        }
        Ok(())
    }
}

/// One for everything that is published: the usual ones may be taken.
fn free_ports() -> Result<Vec<(&'static str, String)>, Fault> {
    const VARIABLES: [&str; 8] = [
        "POSTGRES_PORT",
        "POSTGRES_METRICS_PORT",
        "JAVA_REST_PORT",
        "JAVA_GRPC_PORT",
        "RUST_REST_PORT",
        "RUST_GRPC_PORT",
        "GO_REST_PORT",
        "GO_GRPC_PORT",
    ];
    let cannot = || Fault::because("no port of 127.0.0.1 is free");
    // All are held until all are known, so that none is given twice.
    let held = VARIABLES.map(|_| TcpListener::bind("127.0.0.1:0"));
    let mut ports = Vec::new();
    for (variable, listener) in VARIABLES.into_iter().zip(held) {
        let address = listener.and_then(|listener| listener.local_addr()).map_err(cannot())?;
        ports.push((variable, address.port().to_string()));
    }
    Ok(ports)
}
