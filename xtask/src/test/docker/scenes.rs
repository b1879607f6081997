//! What is played on the engine with the runner itself.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use super::Scene;
use crate::{fault::Fault, invocation::Invocation, test::smoke};

/// What an image may take on the disk, in millions of bytes, as `docker images` shows it.
const LIMITS_MB: [(&str, u64); 3] = [("rust", 30), ("go", 30), ("java", 250)];
const K6: &str = "label=com.example.perf-runner.role=k6";
const OURS: &str = "label=com.example.perf-runner.owner";
/// From the start of a campaign to its load.
const LOAD_PATIENCE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(100);

/// Builds the images of the chosen services and of the tools, and judges their sizes.
///
/// Errors: one cannot be built, or is too large, or a Java service starts without its cache.
pub(super) fn images(scene: &Scene<'_>) -> Result<(), Fault> {
    let services = scene.services.iter().map(|id| (id.clone(), id.clone()));
    let of_tools = [("load-test/k6", "perf-k6"), ("load-test/perf-runner", "perf-runner")];
    let of_tools = of_tools.into_iter().take(if scene.all { 2 } else { 1 });
    let of_tools = of_tools.map(|(folder, tag)| (folder.to_owned(), tag.to_owned()));
    for (folder, tag) in services.chain(of_tools) {
        let begin = Instant::now();
        build(scene, &folder, &tag)?;
        let size = scene.docker(["image", "inspect", "--format", "{{.Size}}", &tag]).output()?;
        let megabytes = size.trim().parse::<u64>().unwrap_or(u64::MAX) / 1_000_000;
        println!("{tag}: {megabytes} MB in {:.0} s", begin.elapsed().as_secs_f64());
        let language = tag.split('-').nth(2).unwrap_or_default();
        let limit = LIMITS_MB.iter().find(|(known, _)| *known == language);
        if let Some((_, most)) = limit.filter(|(_, most)| megabytes > *most) {
            return Err(Fault::new(format!(
                "the image {tag} takes {megabytes} MB, and {most} are the limit"
            )));
        }
        if language == "java" {
            start_up_cache(scene, &tag)?;
        }
    }
    Ok(())
}

/// As somebody would by hand.
fn build(scene: &Scene<'_>, folder: &str, tag: &str) -> Result<(), Fault> {
    let file = format!("{folder}/Dockerfile");
    let arguments = scene.bases.variables().iter();
    let arguments: Vec<String> = arguments
        .filter(|(name, _)| *name != "POSTGRES_IMAGE")
        .flat_map(|(name, image)| ["--build-arg".to_owned(), format!("{name}={image}")])
        .collect();
    let words = ["build", "--quiet", "--file", &file, "--tag", tag];
    let words = words.into_iter().chain(arguments.iter().map(String::as_str)).chain(["."]);
    scene.docker(words).variable("DOCKER_BUILDKIT", "0").run()
}

/// A JVM that cannot use its cache says nothing and takes twice as long to start.
fn start_up_cache(scene: &Scene<'_>, tag: &str) -> Result<(), Fault> {
    let jar = format!("/app/{tag}.jar");
    let java = [
        "run",
        "--rm",
        "--read-only",
        "--entrypoint",
        "/opt/java/bin/java",
        tag,
        "@/app/jvm.options",
        "-XX:AOTCache=/app/app.aot",
        "-XX:AOTMode=on",
        "-Dspring.context.exit=onRefresh",
        "-jar",
        &jar,
    ];
    scene.docker(java).run()
}

/// A smoke campaign over the chosen services.
///
/// Errors: it fails, not every event of each is stored, or the runner makes another image than
/// `docker build` does.
pub(super) fn smoke(scene: &Scene<'_>) -> Result<(), Fault> {
    for id in &scene.services {
        build(scene, id, id)?;
    }
    let built = image_ids(scene)?;
    let begin = Instant::now();
    let words = ["perf", "smoke", "--runtime", "docker"].into_iter();
    let chosen = scene.services.iter().flat_map(|id| ["--api", id.as_str()]);
    let campaign = scene.told(scene.cargo(words.chain(chosen)));
    let expected: BTreeSet<&str> = scene.services.iter().map(String::as_str).collect();
    smoke::judge_campaign(scene.repository, &campaign, &expected)?;
    println!(
        "a smoke campaign of {} in containers took {:.0} s",
        expected.len(),
        begin.elapsed().as_secs_f64()
    );
    // Else everybody who does both builds everything twice.
    let measured = image_ids(scene)?;
    if measured != built {
        return Err(Fault::new(format!("`docker build` made {built:?}, and the runner {measured:?}"))
            .repair("where the checkout's umask is not 022, call `chmod -R u=rwX,go=rX .` in it"));
    }
    demand_none(scene, OURS)
}

/// What the tags of the chosen services stand for.
fn image_ids(scene: &Scene<'_>) -> Result<Vec<String>, Fault> {
    let tags = scene.services.iter().map(String::as_str);
    let words = ["image", "inspect", "--format", "{{.Id}}"].into_iter().chain(tags);
    Ok(scene.docker(words).output()?.lines().map(str::to_owned).collect())
}

/// Kills a runner in the middle of a load; the next one cleans up, and only that.
///
/// Errors: something of ours is left, or something else is touched.
pub(super) fn killed_runner(scene: &Scene<'_>) -> Result<(), Fault> {
    let place = tempfile::tempdir().map_err(Fault::because("cannot make a folder"))?;
    let image = scene.bases.variables().iter().find(|(name, _)| *name == "POSTGRES_IMAGE");
    let image = image.map_or("postgres:15.18-bookworm", |(_, image)| image.as_str());
    let foreign =
        scene.docker(["run", "--detach", "--rm", "--entrypoint", "sleep", image, "900"]).output()?;
    let foreign = foreign.trim();
    let mut runner = Loading::start(scene, &place)?;
    runner.kill(Signal::SIGKILL);
    runner.ended(LOAD_PATIENCE)?;
    let left = scene.docker(["ps", "--quiet", "--filter", OURS]).output()?;
    if left.lines().count() < 3 {
        return Err(Fault::new(format!("a killed runner should leave its containers, and left {left:?}")));
    }
    let next =
        perf(scene, &place, &["smoke", "--runtime", "docker", "--skip-build", "--api", service(scene)?]);
    next.run()?;
    demand_none(scene, OURS)?;
    let running = scene.docker(["inspect", "--format", "{{.State.Running}}", foreign]).output()?;
    if running.trim() != "true" {
        return Err(Fault::new(format!("the container {foreign}, which is not ours, was touched")));
    }
    scene.docker(["rm", "--force", foreign]).run()?;
    perf(scene, &place, &["cleanup", "docker"]).run()?;
    perf(scene, &place, &["cleanup", "docker", "--execute"]).run()?;
    let volumes = scene.docker(["volume", "ls", "--quiet", "--filter", OURS]).output()?;
    let owner = fs::read_to_string(place.path().join("state/docker-owner")).unwrap_or_default();
    if volumes.contains(owner.trim()) {
        return Err(Fault::new(format!("a volume is left: {volumes}")));
    }
    Ok(())
}

/// Ends the engine in the middle of a load.
///
/// Errors: the runner does not end, ends well, or does not say why.
pub(super) fn engine_gone(scene: &Scene<'_>) -> Result<(), Fault> {
    let place = tempfile::tempdir().map_err(Fault::because("cannot make a folder"))?;
    let mut runner = Loading::start(scene, &place)?;
    scene.engine.end();
    let code = runner.ended(LOAD_PATIENCE)?;
    let said = said(&place);
    println!("{said}");
    if code == Some(1) && said.contains("container engine") {
        return Ok(());
    }
    Err(Fault::new(format!("without its engine the runner ended with {code:?}")))
}

/// A runner that holds a load in a container.
struct Loading {
    child: Child,
}

impl Loading {
    fn start(scene: &Scene<'_>, place: &TempDir) -> Result<Self, Fault> {
        scene.cargo(["build", "--release", "--package", "perf-runner"]).run()?;
        let program = scene.repository.root().join("target/release/perf-runner");
        let log = place.path().join("runner.log");
        let cannot_write = || Fault::because(format!("cannot write {}", log.display()));
        let output = File::create(&log).map_err(cannot_write())?;
        let errors = output.try_clone().map_err(cannot_write())?;
        let mut command = Command::new(&program);
        command
            .args(own_places(place))
            .args(["full", "--runtime", "docker", "--skip-build", "--skip-verify", "--no-ceiling"])
            .args(["--phases", "2x60s", "--warm-up", "0s", "--api", service(scene)?])
            .current_dir(scene.repository.root())
            .env("DOCKER_HOST", scene.engine.host())
            .envs(scene.bases.variables().iter().map(|(name, image)| (name, image)))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors);
        let child = command.spawn().map_err(Fault::because(format!("cannot run {}", program.display())))?;
        let mut runner = Self { child };
        let begin = Instant::now();
        // A trial of each service comes first, with a k6 of its own.
        while !said(place).contains("test run 1/")
            || scene.docker(["ps", "--quiet", "--filter", K6]).output()?.trim().is_empty()
        {
            let is_over = !matches!(runner.child.try_wait(), Ok(None));
            if is_over || begin.elapsed() > LOAD_PATIENCE {
                return Err(Fault::new(format!("no load came about:\n{}", said(place))));
            }
            sleep(POLL);
        }
        Ok(runner)
    }

    fn kill(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // It may have ended by itself in between.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    /// Its exit code, once it has ended.
    fn ended(&mut self, patience: Duration) -> Result<Option<i32>, Fault> {
        let begin = Instant::now();
        while begin.elapsed() < patience {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status.code()),
                Ok(None) => sleep(POLL),
                Err(error) => return Err(Fault::because("cannot wait for the runner")(error)),
            }
        }
        self.kill(Signal::SIGKILL);
        Err(Fault::new(format!("the runner did not end within {} s", patience.as_secs())))
    }
}

/// One that nobody waits for any more still takes down what it has started.
impl Drop for Loading {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.kill(Signal::SIGTERM);
            // Nobody is left to tell.
            let _ = self.ended(LOAD_PATIENCE);
        }
    }
}

/// What the runner has printed so far.
fn said(place: &TempDir) -> String {
    fs::read_to_string(place.path().join("runner.log")).unwrap_or_default()
}

fn perf(scene: &Scene<'_>, place: &TempDir, words: &[&str]) -> Invocation {
    let places: Vec<String> = own_places(place).map(|path| path.display().to_string()).to_vec();
    let words = ["perf"].into_iter().chain(places.iter().map(String::as_str)).chain(words.iter().copied());
    scene.told(scene.cargo(words.collect::<Vec<_>>()))
}

fn own_places(place: &TempDir) -> [PathBuf; 4] {
    let inside = |name: &str| place.path().join(name);
    ["--state".into(), inside("state"), "--results".into(), inside("results")]
}

/// One that is built and starts quickly.
///
/// Errors: none is chosen.
fn service<'a>(scene: &'a Scene<'_>) -> Result<&'a str, Fault> {
    let is_quick = |id: &&String| id.contains("-go-");
    let chosen = scene.services.iter().find(is_quick).or(scene.services.first());
    chosen.map(String::as_str).ok_or_else(|| Fault::new("no service is chosen"))
}

fn demand_none(scene: &Scene<'_>, mark: &str) -> Result<(), Fault> {
    let left = scene.docker(["ps", "--all", "--quiet", "--filter", mark]).output()?;
    if left.trim().is_empty() { Ok(()) } else { Err(Fault::new(format!("containers are left: {left}"))) }
}
