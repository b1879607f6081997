//! Maven or Gradle: what is taken when nobody says, and what is said when the one
//! that was asked for is not there.

use std::{env, fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Output};

use crate::runner::{Runner, stderr, stdout};

const REGISTRY: &str = r#"
[[service]]
id = "producer-api-java-rest"
language = "java"
protocol = "rest"
port = 8081
build = ["./mvnw", "package"]
start = ["/bin/true"]
image = "producer-api-java-rest"
[service.gradle]
build = ["gradle", "app"]
start = ["/bin/true"]
"#;

/// A repository with one Java service, and a PATH on which a `gradle` of this
/// version comes first; it says its arguments and fails.
struct World {
    runner: Runner,
    path: PathBuf,
}

impl World {
    fn new(version: &str) -> Self {
        let runner = Runner::with_registry(REGISTRY);
        fs::create_dir(runner.root().join("producer-api-java-rest")).expect("a folder");
        let path = runner.root().join("bin");
        fs::create_dir(&path).expect("a folder");
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Gradle {version}'; exit 0; fi\n\
             echo \"asked to make $*\"; exit 3\n"
        );
        fs::write(path.join("gradle"), script).expect("a script");
        fs::set_permissions(path.join("gradle"), fs::Permissions::from_mode(0o755)).expect("permissions");
        Self { runner, path }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.runner.command(arguments);
        let rest = env::var_os("PATH").expect("a PATH");
        let folders = [self.path.clone()].into_iter().chain(env::split_paths(&rest));
        command.env("PATH", env::join_paths(folders).expect("a PATH"));
        // Nothing that this user has fetched.
        command.env("GRADLE_USER_HOME", self.runner.root().join("gradle-home"));
        command.output().expect("the runner starts")
    }

    fn planned(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["smoke", "--plan"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let plan = stdout(&output);
        let line = plan.lines().find_map(|line| line.strip_prefix("builds ")).expect("a line").trim();
        line.to_owned()
    }
}

#[test]
fn gradle_is_taken_where_there_is_one_and_else_maven() {
    let (new, old) = (World::new("9.2.1"), World::new("4.4.1"));
    assert_eq!(new.planned(&[]), "gradle");
    assert_eq!(new.planned(&["--build-tool", "maven"]), "maven");
    assert_eq!(old.planned(&[]), "maven", "one that is too old is as good as none");
}

#[test]
fn a_gradle_that_was_asked_for_and_is_not_there_is_told_with_its_repair() {
    let output = World::new("4.4.1").run(&["smoke", "--build-tool", "gradle"]);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for words in ["--build-tool gradle: there is no Gradle", "./gradlew --version", "9.1"] {
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }
}

#[test]
fn the_gradle_that_was_found_is_what_builds() {
    let world = World::new("9.2.1");
    let output = world.run(&["up", "producer-api-java-rest"]);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("could not build producer-api-java-rest (exit code 3)"), "{text}");
    assert!(text.contains("asked to make app"), "{text}");
}
