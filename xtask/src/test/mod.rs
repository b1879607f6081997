//! Everything, in the order in which a developer wants to know it. What there is to
//! test is read from the repository: nothing is listed that is not there.

mod browser;
mod dist;
mod docker;
mod docs;
mod needs;
mod proof;
pub(crate) mod smoke;
mod standing;
mod workflows;

use std::io;

use clap::{Args, Subcommand};

use self::docker::DockerArguments;
use crate::{
    fault::Fault,
    generate,
    invocation::Invocation,
    lint,
    repository::Repository,
    stage::{self, Stage},
};

/// The stage that needs a container engine, or may start one.
const DOCKER: &str = "docker";
/// Generated requests per service.
const GENERATED: &str = "2000";
/// Always the same ones; `cargo perf verify --generated N` without a seed takes others.
const SEED: &str = "20240115";

/// What `cargo xtask test` takes.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct TestArguments {
    #[command(subcommand)]
    suite: Option<Suite>,
    /// Run this stage alone; may be given more than once
    #[arg(long, value_name = "STAGE")]
    only: Vec<String>,
    /// Leave this stage out; may be given more than once
    #[arg(long, value_name = "STAGE")]
    skip: Vec<String>,
    /// Run the stages after a failed one too
    #[arg(long)]
    keep_going: bool,
    /// Name the stages and run none
    #[arg(long)]
    list: bool,
}

/// What is tested apart from all the rest.
#[derive(Subcommand)]
enum Suite {
    /// Images, compose and the container environment on a real engine, started where there is none
    Docker(DockerArguments),
}

/// Runs the stages that were asked for.
///
/// Errors: a stage failed, or there is none of that name.
pub(crate) fn run(repository: &Repository, arguments: &TestArguments) -> Result<(), Fault> {
    if let Some(Suite::Docker(arguments)) = &arguments.suite {
        return docker::run(repository, arguments);
    }
    let stages = stages(repository, !arguments.skip.iter().any(|stage| stage == DOCKER))?;
    let stages = stage::select(stages, &arguments.only, &arguments.skip)?;
    let mut out = io::stdout();
    if arguments.list {
        return stage::list(&stages, &mut out);
    }
    stage::run(&stages, ("cargo xtask test", arguments.keep_going), &mut out)
}

/// `with_engine`: whether containers are tested, too, for which something is needed.
fn stages(repository: &Repository, with_engine: bool) -> Result<Vec<Stage<'_>>, Fault> {
    let mut stages = vec![
        Stage::new("needs", "the programs that all this needs are there", move || {
            needs::check(repository, with_engine)
        }),
        Stage::new("format", "every file is formatted", || check_format(repository)),
        Stage::new("lint", "the linters and the house rules find nothing", || lint::run(repository)),
    ];
    if !generate::modules(repository)?.is_empty() {
        stages.push(Stage::new("generated", "what is derived from the contract is up to date", || {
            generate::verify(repository)
        }));
    }
    stages.push(Stage::new("workflows", "the workflows are valid, and what they run is run here", || {
        workflows::check(repository)
    }));
    stages.extend(component_stages(repository)?);
    if browser::is_there(repository) {
        stages.push(Stage::new("browser", "the reports can be read in a real browser, by everybody", || {
            browser::check(repository)
        }));
    }
    let services = repository.services()?.len();
    stages.push(Stage::new(
        "contract",
        format!(
            "{services} services keep every case of the contract, and its rules for {GENERATED} random events"
        ),
        || {
            Invocation::cargo(repository.root(), ["perf", "verify"]).run()?;
            // The services were built a moment ago.
            let generated = ["perf", "verify", "--skip-build", "--generated", GENERATED, "--seed", SEED];
            Invocation::cargo(repository.root(), generated).run()
        },
    ));
    stages.push(Stage::new("smoke", "a smoke campaign ends with every event stored", || {
        smoke::check(repository)
    }));
    stages.push(Stage::new("dist", "the packed runner works where no repository is", || {
        dist::check(repository)
    }));
    stages.push(Stage::new(DOCKER, "images, compose and campaigns in containers, on a real engine", || {
        docker::run(repository, &DockerArguments::of_every_time())
    }));
    stages.push(Stage::new("docs", "every command that the documents show is one that works", || {
        docs::check(repository)
    }));
    Ok(stages)
}

/// One stage per Go module and Maven project, each tested from its own folder as its reader would, and
/// one for all crates: tested one by one, each would compile what they share with features of its own.
fn component_stages(repository: &Repository) -> Result<Vec<Stage<'_>>, Fault> {
    // A module without tests would be compiled under the race detector for nothing.
    let files = repository.files()?;
    let has_tests = |module: &String| {
        files.iter().any(|file| file.starts_with(module) && file.to_string_lossy().ends_with("_test.go"))
    };
    let modules = repository.go_modules()?.into_iter().filter(has_tests).map(|folder| {
        let place = repository.root().join(&folder);
        Stage::new(folder, "its tests under the race detector (go test)", move || {
            Invocation::go(&place, ["test", "-race", "./..."]).run()
        })
    });
    let projects = repository.maven_projects()?.into_iter().map(|folder| {
        let place = repository.root().join(&folder);
        Stage::new(folder, "its tests and linters (mvnw verify)", move || {
            let arguments = ["mvnw", "--batch-mode", "--no-transfer-progress", "verify"];
            Invocation::new(&place, "sh", arguments).run()
        })
    });
    Ok(modules.chain(projects).chain(crate_stages(repository)).collect())
}

/// The compiler's time apart from the tests'.
fn crate_stages(repository: &Repository) -> [Stage<'_>; 2] {
    let cargo = |arguments: &'static [&'static str]| {
        move || Invocation::cargo(repository.root(), arguments.iter().copied()).run()
    };
    [
        Stage::new(
            "crates-build",
            "all crates and their tests compile (cargo test --no-run)",
            cargo(&["test", "--workspace", "--locked", "--no-run"]),
        ),
        Stage::new(
            "crates",
            "their tests (cargo test)",
            cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]),
        ),
    ]
}

fn check_format(repository: &Repository) -> Result<(), Fault> {
    Invocation::cargo(repository.root(), ["fmt", "--all", "--check"]).run()?;
    let go_files = repository.files()?.into_iter().filter(|f| f.extension().is_some_and(|kind| kind == "go"));
    let mut arguments = vec!["-l".into()];
    arguments.extend(go_files);
    if arguments.len() == 1 {
        return Ok(());
    }
    let unformatted = Invocation::new(repository.root(), "gofmt", arguments).output()?;
    if unformatted.is_empty() {
        return Ok(());
    }
    Err(Fault::new(format!("not formatted:\n{unformatted}")).repair("run `gofmt -w` on them"))
}
