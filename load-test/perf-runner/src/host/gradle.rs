//! A Gradle that can be used as it is: what the wrapper of a service fetched
//! earlier, or the one of PATH. Nothing is fetched to find out.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

/// The wrapper's settings in a service's folder.
const WRAPPER: &str = "gradle/wrapper/gradle-wrapper.properties";
/// The oldest that runs on the newest JDK, major and minor number.
const WANTED: (u32, u32) = (9, 1);
/// A Gradle starts a JVM before it says its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// A Gradle that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gradle {
    /// Its program.
    pub program: PathBuf,
    /// `9.2.1`.
    pub version: String,
}

/// The Gradle for the service in this folder; none where there is none, or only
/// one that is too old.
pub async fn find(service: &Path) -> Option<Gradle> {
    match unpacked(service, &user_home()?) {
        Some(found) => Some(found),
        None => on_path().await,
    }
}

/// Where Gradle keeps what it fetched.
fn user_home() -> Option<PathBuf> {
    let given = env::var_os("GRADLE_USER_HOME").filter(|given| !given.is_empty()).map(PathBuf::from);
    given.or_else(|| Some(env::home_dir()?.join(".gradle")))
}

/// The wrapper's distribution, where it was fetched and unpacked whole.
fn unpacked(service: &Path, user_home: &Path) -> Option<Gradle> {
    let settings = fs::read_to_string(service.join(WRAPPER)).ok()?;
    let url = settings.lines().find_map(|line| line.strip_prefix("distributionUrl="))?;
    let archive = url.trim().rsplit('/').next()?;
    let name = archive.strip_suffix(".zip")?;
    let version = name.strip_prefix("gradle-")?.rsplit_once('-')?.0;
    // One folder per address that it was fetched from.
    let places = fs::read_dir(user_home.join("wrapper/dists").join(name)).ok()?;
    places.filter_map(|place| Some(place.ok()?.path())).find_map(|place| {
        let program = place.join(format!("gradle-{version}/bin/gradle"));
        let is_whole = place.join(format!("{archive}.ok")).is_file() && program.is_file();
        is_whole.then(|| Gradle { program, version: version.to_owned() })
    })
}

/// The first `gradle` of PATH, if it is new enough.
async fn on_path() -> Option<Gradle> {
    let path = env::var_os("PATH")?;
    let program = env::split_paths(&path).map(|folder| folder.join("gradle")).find(|file| file.is_file())?;
    let mut ask = Command::new(&program);
    ask.arg("--version").envs(jdk::variables()).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(PATIENCE, ask.output()).await.ok()?.ok()?;
    let version = version_in(&String::from_utf8_lossy(&output.stdout))?;
    (numbers(&version)? >= WANTED).then_some(Gradle { program, version })
}

/// `9.2.1` of the line `Gradle 9.2.1`.
fn version_in(said: &str) -> Option<String> {
    let version = said.lines().find_map(|line| line.trim().strip_prefix("Gradle "))?.trim();
    numbers(version)?;
    Some(version.to_owned())
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(['.', '-']).map(str::parse);
    let major = numbers.next()?.ok()?;
    Some((major, numbers.next().and_then(Result::ok).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_wrapper_has_fetched_and_unpacked_whole_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let service = folder.path().join("service");
        fs::create_dir_all(service.join("gradle/wrapper")).expect("a folder");
        let url = "distributionBase=X\ndistributionUrl=https\\://example.org/dists/gradle-9.2.1-bin.zip\n";
        fs::write(service.join(WRAPPER), url).expect("a file");
        let place = folder.path().join("wrapper/dists/gradle-9.2.1-bin/1a2b3c");
        let program = place.join("gradle-9.2.1/bin/gradle");
        fs::create_dir_all(program.parent().expect("a parent")).expect("a folder");
        fs::write(&program, "").expect("a file");
        assert_eq!(unpacked(&service, folder.path()), None, "it may be half unpacked");
        fs::write(place.join("gradle-9.2.1-bin.zip.ok"), "").expect("a file");
        assert_eq!(unpacked(&service, folder.path()), Some(Gradle { program, version: "9.2.1".to_owned() }));
        assert_eq!(unpacked(folder.path(), folder.path()), None, "no wrapper, no distribution");
    }

    #[test]
    fn a_version_is_read_from_what_gradle_says_and_compared_as_numbers() {
        let said = "\n------\nGradle 9.2.1\n------\n\nBuild time:    2025\nOS:  Linux\n";
        assert_eq!(version_in(said).as_deref(), Some("9.2.1"));
        assert_eq!(version_in("Gradle Inc.\n"), None);
        assert!(numbers("9.10") > Some(WANTED) && numbers("8.14.3") < Some(WANTED));
        assert_eq!(numbers("10"), Some((10, 0)));
    }
}
