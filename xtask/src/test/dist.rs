//! The archive works where no repository is: it is unpacked elsewhere and asked what a stranger
//! would ask, against a service that runs already.

use std::path::Path;

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
    let up = Invocation::cargo(repository.root(), ["perf", "up", SERVICE]).output()?;
    let tried = try_against(elsewhere.path(), &program, &up);
    // Whatever came of it, nothing is left running.
    Invocation::cargo(repository.root(), ["perf", "down"]).run()?;
    tried
}

/// Measures what `up` has started, then plays the contract's cases against it, which leave rows of
/// their own behind.
fn try_against(folder: &Path, program: &Path, up: &str) -> Result<(), Fault> {
    let (authority, database) = places_in(up)
        .ok_or_else(|| Fault::new(format!("`perf-runner up` does not say where it is:\n{up}")))?;
    let url = format!("http://{authority}");
    // From another folder than its own, and by a variable, since a password is no argument.
    let smoke = ["smoke", "--url", &url, "--api", SERVICE, "--strict"];
    Invocation::new(Path::new("/"), program, smoke).variable("PERF_DATABASE_URL", database).run()?;
    Invocation::new(folder, program, ["verify", "--url", &url]).run()
}

/// Where the service and its database are: `NAME is up at HOST:PORT (pid N)`, `database  psql URL`.
fn places_in(up: &str) -> Option<(&str, &str)> {
    let authority = up.lines().find_map(|line| line.split_once(" is up at ")?.1.split(' ').next())?;
    let database =
        up.lines().find_map(|line| line.trim().strip_prefix("database")?.trim().strip_prefix("psql "))?;
    Some((authority, database))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_up_prints_is_understood() {
        let up =
            "a is up at 127.0.0.1:40123 (pid 7)\n\n  call      curl x\n  database  psql postgresql://b@c/d\n";
        assert_eq!(places_in(up), Some(("127.0.0.1:40123", "postgresql://b@c/d")));
        assert_eq!(places_in("nothing"), None);
    }
}
