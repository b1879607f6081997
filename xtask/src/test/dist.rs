//! The archive works where no repository is: it is unpacked elsewhere and asked what a stranger
//! would ask, against a service that runs already.

use std::path::Path;

use super::standing::{self, Standing};
use crate::{dist, fault::Fault, invocation::Invocation, repository::Repository};

/// Starts and builds within a second or two.
const SERVICE: &str = "producer-api-go-rest";

/// Packs, unpacks and tries.
///
/// Errors: something of it does not work.
pub(super) fn check(repository: &Repository) -> Result<(), Fault> {
    let archive = dist::make(repository)?;
    let elsewhere = tempfile::tempdir().map_err(Fault::because("cannot make a temporary folder"))?;
    let folder = archive.parent().unwrap_or(repository.root());
    Invocation::new(folder, "sha256sum", ["--check", "SHA256SUMS"]).run()?;
    let unpack =
        ["--extract".as_ref(), "--strip-components=1".as_ref(), "--file".as_ref(), archive.as_os_str()];
    Invocation::new(elsewhere.path(), "tar", unpack).run()?;
    let program = elsewhere.path().join("perf-runner");
    let version = Invocation::new(elsewhere.path(), &program, ["--version"]).output()?;
    if !version.starts_with(concat!("perf-runner ", env!("CARGO_PKG_VERSION"), " (")) {
        return Err(Fault::new(format!("the unpacked runner says it is {version:?}")));
    }
    println!("{}", version.trim_end());
    Invocation::new(elsewhere.path(), &program, ["--help"]).output()?;
    standing::with(repository, SERVICE, |standing| try_against(elsewhere.path(), &program, standing))
}

/// Measures the service, then plays the contract's cases against it, which leave rows of their own
/// behind.
fn try_against(folder: &Path, program: &Path, standing: &Standing) -> Result<(), Fault> {
    let url = format!("http://{}", standing.authority);
    // From another folder than its own, and by a variable, since a password is no argument.
    let smoke = ["smoke", "--url", &url, "--api", SERVICE, "--strict"];
    Invocation::new(Path::new("/"), program, smoke)
        .variable("PERF_DATABASE_URL", &standing.database)
        .run()?;
    Invocation::new(folder, program, ["verify", "--url", &url]).run()
}
