//! What a service is built from, as one hash over content: equal hashes, equal
//! builds. Time stamps play no part, so a fresh checkout of the same files is the
//! same.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use futures_util::future::join_all;
use ignore::WalkBuilder;
use sha2::{Digest as _, Sha256};
use tokio::{process::Command, time::timeout};

use crate::{
    host::gradle,
    model::{Api, Language},
};

/// Raised when the same files would have to be built again.
const FORM: &str = "1";
/// What every service is built from, beside its own folder.
const EVERYONE: [&str; 2] = ["contract", "postgres/queries"];
/// Settings of the user's that reach compilers by the environment.
const VARIABLES: [&str; 9] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "GOFLAGS",
    "GOAMD64",
    "GOEXPERIMENT",
    "CGO_ENABLED",
    "MAVEN_OPTS",
    "JAVA_TOOL_OPTIONS",
];
/// A compiler that has not said its version by then is built with all the same, always anew.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which compiler and build tool, as they name themselves; none when one did not say.
pub(super) type Toolchain = Option<String>;

/// The toolchain of each language among these.
pub(super) async fn toolchains(apis: &[Api], root: &Path) -> BTreeMap<Language, Toolchain> {
    let one_of_each: BTreeMap<Language, &Api> = apis.iter().map(|api| (api.language, api)).collect();
    let asked = one_of_each.into_iter().map(async |(language, api)| (language, toolchain(api, root).await));
    join_all(asked).await.into_iter().collect()
}

async fn toolchain(api: &Api, root: &Path) -> Toolchain {
    match api.language {
        Language::Rust => {
            let compiler = say("rustc", &["--version", "--verbose"], root).await?;
            Some(compiler + &say("cargo", &["--version"], root).await?)
        }
        Language::Go => say("go", &["version"], root).await,
        Language::Java => {
            // The start-up cache is of use to the very same JVM alone.
            let jdk = jdk::newest()?;
            let gradle = match api.build_tool() {
                "gradle" => gradle::find(&root.join(&api.id)).await.map(|found| found.version),
                // The wrapper in the service's folder says which Maven.
                _ => None,
            };
            Some(format!("{} {} {gradle:?}", jdk.version, jdk.home.display()))
        }
    }
}

async fn say(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The hash over everything that the build of this service reads, and by what it is built.
///
/// # Errors
/// When a file cannot be read, or the service has none.
pub(super) fn hash(api: &Api, root: &Path, toolchain: &str) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let variables = VARIABLES.map(|name| (name, env::var_os(name)));
    // Builds hold absolute paths, so the same files elsewhere are another build.
    let by = format!("{FORM} {} {:?} {:?} {toolchain} {variables:?}", root.display(), api.build, api.start);
    hasher.update(Sha256::digest(by));
    let files = files(api, root)?;
    if !files.iter().any(|path| path.starts_with(root.join(&api.id))) {
        return Err(io::ErrorKind::NotFound.into());
    }
    for path in files {
        let name = path.strip_prefix(root).unwrap_or(&path);
        hasher.update(Sha256::digest(name.as_os_str().as_encoded_bytes()));
        let content = if path.is_symlink() {
            fs::read_link(&path)?.into_os_string().into_encoded_bytes()
        } else {
            fs::read(&path)?
        };
        hasher.update(Sha256::digest(content));
    }
    Ok(hex::encode(hasher.finalize()))
}

/// The files of the service and of what it shares, sorted, without what git ignores.
fn files(api: &Api, root: &Path) -> io::Result<Vec<PathBuf>> {
    let shared: &[&str] = match api.language {
        Language::Rust => {
            &["producer-core/rust", "Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain.toml"]
        }
        Language::Go => &["producer-core/go", "go.work", "go.work.sum"],
        Language::Java => &["producer-core/java"],
    };
    let places: Vec<PathBuf> =
        EVERYONE.iter().chain(shared).chain([&api.id.as_str()]).map(|place| root.join(place)).collect();
    // From the root on, since a rule for ignoring holds for everything below it; no rule of a
    // folder above, and none that a user has for himself.
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .filter_entry(move |entry| {
            let path = entry.path();
            places.iter().any(|place| path.starts_with(place) || place.starts_with(path))
        })
        .build();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry.map_err(io::Error::other)?;
        if entry.file_type().is_some_and(|kind| !kind.is_dir()) {
            files.push(entry.into_path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Protocol;

    struct World(tempfile::TempDir);

    impl World {
        fn new() -> Self {
            let world = Self(tempfile::tempdir().expect("a folder"));
            world.write("producer-api-test/src/main.go", "package main");
            world.write("producer-api-test/.gitignore", "/producer-api-test");
            world.write("producer-core/go/event/event.go", "package event");
            world.write(".gitignore", "*.log");
            world
        }

        fn write(&self, name: &str, content: &str) {
            let path = self.0.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }

        fn hash(&self) -> String {
            self.hash_of(&api(), "go1.26")
        }

        fn hash_of(&self, api: &Api, toolchain: &str) -> String {
            hash(api, self.0.path(), toolchain).expect("readable files")
        }
    }

    fn api() -> Api {
        Api {
            id: "producer-api-test".to_owned(),
            language: Language::Go,
            protocol: Protocol::Rest,
            port: 8081,
            build: vec!["go".to_owned(), "build".to_owned()],
            start: vec!["./producer-api-test/producer-api-test".to_owned()],
            image: "producer-api-test".to_owned(),
        }
    }

    #[test]
    fn whatever_the_build_reads_changes_the_hash() {
        let world = World::new();
        let mut seen = vec![world.hash()];
        for (name, content) in [
            ("producer-api-test/src/main.go", "package main // changed"),
            ("producer-api-test/src/other.go", "package main"),
            ("producer-core/go/event/event.go", "package event // changed"),
            ("contract/event_service.proto", "syntax"),
            ("postgres/queries/upsert.sql", "insert"),
            ("go.work", "go 1.26"),
        ] {
            world.write(name, content);
            let hash = world.hash();
            assert!(!seen.contains(&hash), "{name} is part of the build");
            seen.push(hash);
        }
        fs::rename(world.0.path().join("go.work"), world.0.path().join("go.work.sum")).expect("renamed");
        assert!(!seen.contains(&world.hash()), "the names of files are part of the build");
        let other = Api { build: vec!["go".to_owned(), "install".to_owned()], ..api() };
        assert_ne!(world.hash_of(&other, "go1.26"), world.hash(), "so is the command");
        assert_ne!(world.hash_of(&api(), "go1.27"), world.hash(), "so is the compiler");
    }

    #[test]
    fn a_rule_of_a_folder_above_hides_nothing_and_without_files_nothing_is_known() {
        let world = World::new();
        let root = world.0.path().join("below");
        fs::create_dir(&root).expect("a folder");
        fs::rename(world.0.path().join("producer-api-test"), root.join("producer-api-test"))
            .expect("renamed");
        world.write(".gitignore", "*");
        let before = hash(&api(), &root, "go1.26").expect("files");
        world.write("below/producer-api-test/src/main.go", "package main // changed");
        assert_ne!(hash(&api(), &root, "go1.26").expect("files"), before);
        world.write("below/.gitignore", "*");
        assert!(hash(&api(), &root, "go1.26").is_err(), "an empty list of files is no build");
    }

    #[test]
    fn what_git_ignores_and_what_others_are_built_from_changes_nothing() {
        let world = World::new();
        let before = world.hash();
        for name in [
            "producer-api-test/producer-api-test",
            "producer-api-test/build.log",
            "producer-core/rust/src/lib.rs",
            "producer-api-other/main.go",
            "postgres/schema.sql",
            "Cargo.lock",
        ] {
            world.write(name, "changed");
            assert_eq!(world.hash(), before, "{name}");
        }
        world.write("producer-api-test/src/main.go", "package main");
        assert_eq!(world.hash(), before, "the same content is the same build, whenever it was written");
    }
}
