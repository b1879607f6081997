//! The images that ours are built from: pulled, or local stand-ins made from what
//! this machine has, where nothing can be pulled.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jdk::Jdk;
use tempfile::TempDir;

use super::Engine;
use crate::{fault::Fault, invocation::Invocation, repository::Repository, test::needs};

/// The folder of the stand-ins' Dockerfiles.
const FOLDER: &str = "xtask/stand-ins";
/// The oldest JDK that can make the Java images.
const JDK_LEAST: u32 = 25;

/// What the Dockerfiles' arguments are set to; empty where the defaults can be had.
pub(super) struct Bases(Vec<(&'static str, String)>);

/// How one of them is made.
struct StandIn {
    name: &'static str,
    /// The argument that it stands in for.
    argument: Option<&'static str>,
}

const STAND_INS: [StandIn; 5] = [
    StandIn { name: "debian", argument: None },
    StandIn { name: "rust", argument: Some("RUST_IMAGE") },
    StandIn { name: "golang", argument: Some("GO_IMAGE") },
    StandIn { name: "jdk", argument: Some("JDK_IMAGE") },
    StandIn { name: "postgres", argument: Some("POSTGRES_IMAGE") },
];

impl Bases {
    /// Pulls one of the defaults; where that fails, makes all stand-ins that are not there.
    ///
    /// Errors: a stand-in cannot be made.
    pub(super) fn provide(repository: &Repository, engine: &Engine) -> Result<Self, Fault> {
        let docker = |words: &[&str]| {
            let call = Invocation::new(repository.root(), "docker", words);
            // The client of today has a builder that the engine of yesterday does not know.
            call.variable("DOCKER_HOST", engine.host()).variable("DOCKER_BUILDKIT", "0")
        };
        let sample = default_of(&repository.read("docker-compose.yml")?, "GO_IMAGE")?;
        if docker(&["pull", "--quiet", &sample]).outcome().is_ok_and(|pulled| pulled.status.success()) {
            return Ok(Self(Vec::new()));
        }
        println!("{sample} cannot be pulled: taking stand-ins made from this machine's tools");
        let mut variables = Vec::new();
        for StandIn { name, argument } in STAND_INS {
            let tag = format!("perf-stand-in/{name}:local");
            if !docker(&["image", "inspect", &tag]).outcome().is_ok_and(|found| found.status.success()) {
                let context = tempfile::tempdir().map_err(Fault::because("cannot make a folder"))?;
                fill(repository, &context, name)?;
                let folder = context.path().display().to_string();
                docker(&["build", "--quiet", "--tag", &tag, &folder]).run()?;
            }
            variables.extend(argument.map(|argument| (argument, tag)));
        }
        Ok(Self(variables))
    }

    /// Names and values for whatever builds or starts an image.
    pub(super) fn variables(&self) -> &[(&'static str, String)] {
        &self.0
    }
}

/// Puts together what the stand-in's Dockerfile asks for.
fn fill(repository: &Repository, context: &TempDir, name: &str) -> Result<(), Fault> {
    let folder = context.path();
    let source = repository.root().join(FOLDER);
    copy(&source.join(format!("{name}.Dockerfile")), &folder.join("Dockerfile"))?;
    match name {
        "debian" => debian(folder),
        "rust" => {
            let words = ["--print", "sysroot"];
            let root = Invocation::new(repository.root(), "rustc", words).output()?;
            pack(Path::new(root.trim()), &folder.join("toolchain.tar"), &["bin/cargo", "bin/rustc", "lib"])
        }
        "golang" => {
            let root = Invocation::new(repository.root(), "go", ["env", "GOROOT"]).output()?;
            pack(
                Path::new(root.trim()),
                &folder.join("go.tar"),
                &["bin", "go.env", "lib", "pkg", "src", "VERSION"],
            )
        }
        "jdk" => pack(&newest_jdk()?, &folder.join("jdk.tar"), &["."]),
        _ => copy(&source.join("postgres-entrypoint.sh"), &folder.join("postgres-entrypoint.sh")),
    }
}

/// A fresh root of Debian with the certificates that this machine trusts.
fn debian(folder: &Path) -> Result<(), Fault> {
    let root = folder.join("root");
    let path = root.display().to_string();
    let wanted = ["--variant=minbase", "--include=ca-certificates", "bookworm", &path];
    Invocation::new(folder, "debootstrap", wanted).output()?;
    let certificates = "etc/ssl/certs/ca-certificates.crt";
    copy(&Path::new("/").join(certificates), &root.join(certificates))?;
    for left in ["var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"] {
        let left = root.join(left);
        fs::remove_dir_all(&left)
            .and_then(|()| fs::create_dir_all(&left))
            .map_err(Fault::because(format!("cannot empty {}", left.display())))?;
    }
    pack(&root, &folder.join("root.tar"), &["."])?;
    fs::remove_dir_all(&root).map_err(Fault::because(format!("cannot remove {}", root.display())))
}

/// The links of a system's root stay links; a tool's are followed, because a JDK's
/// certificates are often elsewhere.
fn pack(folder: &Path, archive: &Path, parts: &[&str]) -> Result<(), Fault> {
    let is_system = folder.join("etc/debian_version").exists();
    let mut words = vec!["-C".to_owned(), folder.display().to_string()];
    words.extend((!is_system).then(|| "--dereference".to_owned()));
    words.extend(["--create".to_owned(), "--file".to_owned(), archive.display().to_string()]);
    words.extend(parts.iter().map(|part| (*part).to_owned()));
    Invocation::new(folder, "tar", words).output().map(drop)
}

fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    let copied = fs::copy(from, to);
    copied.map(drop).map_err(Fault::because(format!("cannot copy {} to {}", from.display(), to.display())))
}

/// The folder of the newest JDK, which must be new enough.
fn newest_jdk() -> Result<PathBuf, Fault> {
    let is_enough = |jdk: &Jdk| needs::major(&jdk.version).is_some_and(|major| major >= JDK_LEAST);
    jdk::newest().filter(is_enough).map(|jdk| jdk.home).ok_or_else(|| {
        Fault::new(format!("the Java images need a JDK of {JDK_LEAST} or newer, and there is none"))
            .repair("install one below /usr/lib/jvm, or name it with JAVA_HOME")
    })
}

/// The default of a variable as the compose file has it.
fn default_of(compose: &str, variable: &str) -> Result<String, Fault> {
    let after = compose.split_once(&format!("${{{variable}:-")).map(|(_, after)| after);
    let default = after.and_then(|after| after.split_once('}')).map(|(default, _)| default.to_owned());
    default.ok_or_else(|| {
        Fault::new(format!("docker-compose.yml has no default for {variable}"))
            .repair(format!("write ${{{variable}:-IMAGE}} where the image is named"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_of_a_variable_is_read_from_compose() {
        assert_eq!(
            default_of("a: ${GO_IMAGE:-golang:1.26.8-bookworm}\n", "GO_IMAGE").unwrap(),
            "golang:1.26.8-bookworm"
        );
        assert!(default_of("a: b\n", "GO_IMAGE").is_err());
    }
}
