//! How long a limit on processor time kept a process from running.

use std::path::{Path, PathBuf};

use procfs::process::Process;

/// Where the hierarchies of control groups are mounted everywhere.
const MOUNT: &str = "/sys/fs/cgroup";

/// The control groups of one process, the innermost first, with those around it:
/// the limit of any of them holds.
#[derive(Debug)]
pub(super) struct Throttling {
    files: Vec<PathBuf>,
}

impl Throttling {
    /// The groups that the process is in now. It does not change them while it runs.
    pub(super) fn of(pid: u32) -> Self {
        let process = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok());
        let groups = process.and_then(|process| process.cgroups().ok()).into_iter().flatten();
        let files = groups.flat_map(|group| {
            // The first version has a hierarchy per controller, the second one for all.
            let mount = if group.controllers.iter().any(|controller| controller == "cpu") {
                Some(Path::new(MOUNT).join("cpu"))
            } else {
                (group.hierarchy == 0).then(|| PathBuf::from(MOUNT))
            };
            mount.into_iter().flat_map(move |mount| files(&mount, &group.pathname))
        });
        Self { files: files.collect() }
    }

    /// Seconds so far, of whichever group held it up longest; none where there is
    /// no group that counts them.
    pub(super) fn seconds(&self) -> Option<f64> {
        self.files
            .iter()
            .filter_map(|file| seconds(&std::fs::read_to_string(file).ok()?))
            .max_by(f64::total_cmp)
    }
}

fn files(mount: &Path, group: &str) -> Vec<PathBuf> {
    let group = mount.join(group.trim_start_matches('/'));
    group
        .ancestors()
        .take_while(|folder| folder.starts_with(mount))
        .map(|folder| folder.join("cpu.stat"))
        .collect()
}

/// The second version counts microseconds, the first nanoseconds.
fn seconds(stat: &str) -> Option<f64> {
    stat.lines().find_map(|line| {
        let (name, value) = line.split_once(' ')?;
        let unit = match name {
            "throttled_usec" => 1e-6,
            "throttled_time" => 1e-9,
            _ => return None,
        };
        Some(value.trim().parse::<f64>().ok()? * unit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_control_groups_are_understood() {
        assert_eq!(seconds("nr_periods 5\nnr_throttled 2\nthrottled_time 1500000000\n"), Some(1.5));
        assert_eq!(seconds("usage_usec 1\nnr_throttled 2\nthrottled_usec 2500000\n"), Some(2.5));
        assert_eq!(seconds("usage_usec 1\nuser_usec 1\n"), None);
    }

    #[test]
    fn the_groups_around_a_group_count_too() {
        let expected = ["a/b/cpu.stat", "a/cpu.stat", "cpu.stat"].map(|file| Path::new(MOUNT).join(file));
        assert_eq!(files(Path::new(MOUNT), "/a/b"), expected);
    }
}
