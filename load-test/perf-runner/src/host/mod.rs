//! Reads what is true of the host before anything is planned or started.
//!
//! What is read here is printed in reports, so only what is on this list leaves
//! the host: sizes, counts and versions; no name, user, address or path.

mod git;
pub mod gradle;
mod tools;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use nix::sys::{
    resource::{Resource, getrlimit},
    statvfs::statvfs,
};
use procfs::Current as _;
use sha2::{Digest as _, Sha256};

use crate::{
    fault::Fault,
    model::{GitState, HostFacts},
    settings::Places,
};

/// Tools whose version decides what the services and the generator are.
const BUILDERS: [&str; 4] = ["rustc", "go", "java", "k6"];
/// Firmware and kernel keep a little of the memory for themselves, not always
/// the same amount.
const MEMORY_STEP_BYTES: u64 = 1 << 29;

/// Reads the host's facts. What cannot be read is none; the database's settings
/// are empty until there is a database, and the generator is not known until it is built.
pub async fn read(places: &Places) -> HostFacts {
    let memory = procfs::Meminfo::current().ok();
    let cpu = procfs::CpuInfo::current().ok();
    HostFacts {
        cpu_model: cpu.as_ref().and_then(|cpu| cpu.model_name(0)).map(str::to_owned),
        cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory_bytes: memory.as_ref().map(|memory| memory.mem_total),
        memory_available_bytes: memory.as_ref().and_then(|memory| memory.mem_available),
        kernel: line("/proc/sys/kernel/osrelease"),
        distribution: distribution(),
        open_files_limit: getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(soft, _)| soft),
        ephemeral_ports: ephemeral_ports(),
        load_average: procfs::LoadAverage::current().ok().map(|load| f64::from(load.one)),
        free_disk_bytes: free_bytes(&places.results),
        virtualised: cpu.and_then(|cpu| Some(cpu.flags(0)?.contains(&"hypervisor"))),
        tools: tools::read(&places.root).await,
        database: std::collections::BTreeMap::new(),
        containers: std::collections::BTreeMap::new(),
        generator: None,
    }
}

/// Twelve hexadecimal digits over what does not change between two campaigns on
/// the same host: equal ones mean comparable environments.
pub fn fingerprint(host: &HostFacts) -> String {
    let memory = memory_steps(host);
    let builders = BUILDERS.map(|name| host.tool(name));
    let stable =
        (&host.cpu_model, host.cores, memory, &host.kernel, host.virtualised, builders, &host.database);
    let stable = format!("{stable:?}");
    // Not even a comma where there are none: earlier campaigns stay comparable.
    let containers =
        if host.containers.is_empty() { String::new() } else { format!("{:?}", host.containers) };
    let generator = host.generator.as_deref().unwrap_or_default();
    let stable = stable + &containers + generator;
    let hash = Sha256::digest(stable.as_bytes());
    hex::encode(&hash[..6])
}

fn memory_steps(host: &HostFacts) -> Option<u64> {
    host.memory_bytes.map(|bytes| (bytes + MEMORY_STEP_BYTES / 2) / MEMORY_STEP_BYTES)
}

/// In what two hosts differ of what a fingerprint stands for, in words.
pub fn differences(then: &HostFacts, now: &HostFacts) -> Vec<String> {
    if fingerprint(then) == fingerprint(now) {
        return Vec::new();
    }
    let told = |fact: Option<String>| fact.unwrap_or_else(|| "unknown".to_owned());
    let named = |name: &str, of: &dyn Fn(&HostFacts) -> Option<String>| {
        let (then, now) = (told(of(then)), told(of(now)));
        (then != now).then(|| format!("{name}: {then} then, {now} now"))
    };
    let mut found = vec![
        named("processor", &|host| host.cpu_model.clone()),
        named("processors", &|host| Some(host.cores.to_string())),
        named("memory", &|host| {
            memory_steps(host).map(|steps| format!("{} MiB", steps * (MEMORY_STEP_BYTES >> 20)))
        }),
        named("kernel", &|host| host.kernel.clone()),
        named("virtualised", &|host| host.virtualised.map(|is| is.to_string())),
    ];
    let short = |id: &String| id.chars().take(12).collect();
    found.push(named("generator", &|host| host.generator.as_ref().map(short)));
    found.extend(BUILDERS.map(|tool| named(tool, &|host| host.tool(tool).map(str::to_owned))));
    let settings: BTreeSet<&String> = then.database.keys().chain(now.database.keys()).collect();
    found.extend(settings.into_iter().map(|name| named(name, &|host| host.database.get(name).cloned())));
    let of_containers: BTreeSet<&String> = then.containers.keys().chain(now.containers.keys()).collect();
    found.extend(
        of_containers.into_iter().map(|name| named(name, &|host| host.containers.get(name).cloned())),
    );
    found.into_iter().flatten().collect()
}

/// The repository's commit and whether tracked files differ from it; none when
/// it is no repository or git is not installed.
pub fn git_state(root: &Path) -> Option<GitState> {
    git::commit_and_changes(root).map(|(commit, dirty)| GitState { commit, dirty })
}

/// The source that this program was built from; none where the build could not tell.
pub fn built_from() -> Option<GitState> {
    let told = env!("PERF_RUNNER_COMMIT");
    let (commit, dirty) = told.strip_suffix("-dirty").map_or((told, false), |commit| (commit, true));
    (commit != "unknown").then(|| GitState { commit: commit.to_owned(), dirty })
}

/// Makes the folder and looks whether as much can be written into it. `flag` is what names another.
///
/// # Errors
/// When it cannot be made or written to, or its disk has too little room.
pub fn check_writable(folder: &Path, need_bytes: u64, flag: &str) -> Result<(), Fault> {
    let tried = fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
    tried.map_err(|error| {
        Fault::failed(format!("cannot write to {}", folder.display()))
            .cause(error)
            .repair(format!("make it writable for this user, or name another folder with {flag}"))
    })?;
    match free_bytes(folder) {
        Some(free) if free < need_bytes => Err(Fault::failed(format!(
            "the disk of {} has {} MiB free and the plan needs {} MiB",
            folder.display(),
            free >> 20,
            // Rounded up: "0 MiB free and needs 0 MiB" would say nothing.
            need_bytes.div_ceil(1 << 20)
        ))
        .repair(format!("free some room, or name a folder on another disk with {flag}"))),
        _ => Ok(()),
    }
}

/// What the files of a folder hold together, in bytes; none when it cannot be read.
pub fn folder_bytes(folder: &Path) -> Option<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        let facts = entry.metadata().ok()?;
        bytes += if facts.is_dir() { folder_bytes(&entry.path())? } else { facts.len() };
    }
    Some(bytes)
}

/// What this user may still write to the disk of a folder that need not exist yet.
fn free_bytes(folder: &Path) -> Option<u64> {
    let existing: PathBuf =
        folder.ancestors().find(|folder| fs::metadata(folder).is_ok_and(|f| f.dev() > 0))?.into();
    let disk = statvfs(&existing).ok()?;
    Some(disk.blocks_available() * disk.fragment_size())
}

fn line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.trim().to_owned())
}

fn distribution() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}

fn ephemeral_ports() -> Option<(u16, u16)> {
    let text = line("/proc/sys/net/ipv4/ip_local_port_range")?;
    let mut ports = text.split_whitespace().map(str::parse);
    Some((ports.next()?.ok()?, ports.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::model::ToolVersion;

    fn places(root: &Path) -> Places {
        Places { root: root.into(), state: root.join(".perf"), results: root.join("results/not/yet") }
    }

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[tokio::test]
    async fn this_host_is_read() {
        let facts = read(&places(&repository())).await;
        assert!(facts.cores > 0);
        assert!(facts.memory_available_bytes.unwrap() <= facts.memory_bytes.unwrap());
        assert!(facts.kernel.is_some() && facts.load_average.is_some() && facts.open_files_limit.is_some());
        assert!(facts.free_disk_bytes.unwrap() > 0);
        let (first, last) = facts.ephemeral_ports.unwrap();
        assert!(first < last);
        // Whoever runs this test has them, and the pinned k6 is in the repository.
        assert!(facts.tool("cargo").is_some_and(|version| version.starts_with("1.")), "{:?}", facts.tools);
        assert!(facts.tool("k6").is_some_and(|version| version.starts_with("2.")), "{:?}", facts.tools);
    }

    #[tokio::test]
    async fn no_name_of_this_host_is_in_its_facts() {
        let facts = serde_json::to_string(&read(&places(&repository())).await).unwrap();
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        let home = std::env::var("HOME").unwrap_or_else(|_| "/home/".to_owned());
        for secret in [host.trim(), home.as_str(), env!("CARGO_MANIFEST_DIR")] {
            assert!(!facts.contains(secret), "{secret} is in {facts}");
        }
    }

    #[tokio::test]
    async fn a_fingerprint_stands_for_what_is_stable_and_for_all_of_it() {
        let facts = read(&places(&repository())).await;
        let mark = fingerprint(&facts);
        assert!(mark.len() == 12 && mark.chars().all(|digit| digit.is_ascii_hexdigit()), "{mark}");
        let mut later = facts.clone();
        later.load_average = Some(99.0);
        later.free_disk_bytes = Some(1);
        later.memory_available_bytes = Some(1);
        later.memory_bytes = later.memory_bytes.map(|bytes| bytes - 4096);
        assert_eq!(fingerprint(&later), mark);
        assert_eq!(differences(&facts, &later), Vec::<String>::new());

        let changes: [fn(&mut HostFacts); 7] = [
            |facts| facts.generator = Some("another".to_owned()),
            |facts| facts.cores += 1,
            |facts| facts.cpu_model = None,
            |facts| facts.memory_bytes = Some(1 << 20),
            |facts| drop(facts.database.insert("fsync".into(), "off".into())),
            |facts| drop(facts.containers.insert("limits.service".into(), "1 CPUs".into())),
            |facts| facts.tools.retain(|tool: &ToolVersion| tool.name != "rustc"),
        ];
        for change in changes {
            let mut other = facts.clone();
            change(&mut other);
            assert_ne!(fingerprint(&other), mark);
            let told = differences(&facts, &other);
            assert!(told.len() == 1 && told[0].contains(" then, "), "{told:?}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_refused_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        // A file in the way stops even root.
        let file = folder.path().join("results");
        fs::write(&file, "").unwrap();
        let fault = check_writable(&file.join("campaign"), 0, "--results").unwrap_err();
        assert!(fault.what.contains("results/campaign"), "{fault}");
        assert!(fault.repair.is_some_and(|repair| repair.ends_with(" with --results")));
        check_writable(&folder.path().join("other/campaign"), 1, "--results").unwrap();
    }

    #[test]
    fn the_bytes_of_a_folder_are_those_of_all_files_below_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("one"), [0; 10]).unwrap();
        fs::write(folder.path().join("below/two"), [0; 32]).unwrap();
        assert_eq!(folder_bytes(folder.path()), Some(42));
        assert_eq!(folder_bytes(&folder.path().join("missing")), None);
    }

    #[test]
    fn a_disk_too_small_is_refused_with_both_sizes() {
        let folder = tempfile::tempdir().unwrap();
        let fault = check_writable(folder.path(), 1 << 60, "--results").unwrap_err();
        assert!(fault.what.contains("MiB free") && fault.what.contains("1099511627776 MiB"), "{fault}");
    }

    #[test]
    fn git_is_asked_for_commit_and_differences() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(git_state(folder.path()), None);
        let git = |arguments: &[&str]| {
            let identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-C"];
            let done =
                Command::new("git").args(identity).arg(folder.path()).args(arguments).output().unwrap();
            assert!(done.status.success(), "{done:?}");
        };
        fs::write(folder.path().join("file"), "one").unwrap();
        git(&["init", "-q"]);
        git(&["add", "file"]);
        git(&["commit", "-qm", "One"]);
        let state = git_state(folder.path()).unwrap();
        assert!(state.commit.len() == 40 && !state.dirty, "{state:?}");
        fs::write(folder.path().join("file"), "two").unwrap();
        assert!(git_state(folder.path()).unwrap().dirty);
        fs::create_dir(folder.path().join("below")).unwrap();
        assert_eq!(git_state(&folder.path().join("below")), None, "another's repository");
    }

    #[test]
    fn the_program_knows_the_commit_that_it_was_built_from() {
        // Whoever runs this test has a checkout.
        let built_from = built_from().unwrap();
        let is_commit =
            built_from.commit.len() == 40 && built_from.commit.chars().all(|c| c.is_ascii_hexdigit());
        assert!(is_commit, "{built_from:?}");
    }
}
