//! Control groups of a test's own, with a limit, and programs that run in them.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, id},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tempfile::TempDir;

/// What the programs of a group may have.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// So many hundredths of one processor.
    Cpu(u32),
    /// So many MiB of memory, and no swap.
    Memory(u32),
    /// So many MiB of memory, and swap as far as there is any.
    MemoryAndSwap(u32),
}

/// A group; it is gone when it is dropped.
pub(crate) struct Group {
    way: Way,
    scripts: TempDir,
}

enum Way {
    /// A folder of the first version's hierarchy.
    Folder(PathBuf),
    /// Words before a command: systemd makes a group of the second version.
    Words(String),
}

impl Group {
    /// # Panics
    /// Where this user may make none.
    pub(crate) fn with(limit: Limit) -> Self {
        let way = folder(limit).map(Way::Folder).or_else(|| words(limit).map(Way::Words));
        let way = way.expect("this test makes a control group: run it as root, or with a user's systemd");
        let scripts = tempfile::tempdir().unwrap();
        fs::set_permissions(scripts.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { way, scripts }
    }

    /// A program that runs this one in the group, with its own arguments.
    pub(crate) fn starting(&self, program: &Path) -> PathBuf {
        let program = program.display();
        let (enter, before) = match &self.way {
            Way::Folder(folder) => (format!("echo $$ > {}/cgroup.procs || exit 1", folder.display()), ""),
            Way::Words(words) => (String::new(), words.as_str()),
        };
        script(self.scripts.path(), &format!("{enter}\nexec {before} {program} \"$@\""))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let Way::Folder(folder) = &self.way else { return };
        // Processes that have just ended leave it a moment later.
        for _ in 0..50 {
            if fs::remove_dir(folder).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// An executable script with this body.
pub(crate) fn script(folder: &Path, body: &str) -> PathBuf {
    let path = folder.join(format!("script-{}", next()));
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn next() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// Below the group that this process is in itself.
fn folder(limit: Limit) -> Option<PathBuf> {
    let controller = match limit {
        Limit::Cpu(_) => "cpu",
        Limit::Memory(_) | Limit::MemoryAndSwap(_) => "memory",
    };
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let is_it = parts.next()?.split(',').any(|name| name == controller);
        parts.next().filter(|_| is_it)
    })?;
    let parent = Path::new("/sys/fs/cgroup").join(controller).join(own.trim_start_matches('/'));
    let folder = parent.join(format!("perf-runner-test-{}-{}", id(), next()));
    let made = || -> io::Result<()> {
        fs::create_dir(&folder)?;
        let set = |file: &str, value: u64| fs::write(folder.join(file), value.to_string());
        match limit {
            // The period is a tenth of a second.
            Limit::Cpu(percent) => set("cpu.cfs_quota_us", u64::from(percent) * 1000),
            Limit::Memory(mib) => {
                set("memory.limit_in_bytes", u64::from(mib) << 20)?;
                // There is no such file where the kernel does not account for swap.
                let _ = set("memory.memsw.limit_in_bytes", u64::from(mib) << 20);
                Ok(())
            }
            Limit::MemoryAndSwap(mib) => set("memory.limit_in_bytes", u64::from(mib) << 20),
        }
    };
    made().ok().map(|()| folder)
}

fn words(limit: Limit) -> Option<String> {
    let property = match limit {
        Limit::Cpu(percent) => format!("CPUQuota={percent}%"),
        Limit::Memory(mib) => format!("MemoryMax={mib}M --property=MemorySwapMax=0"),
        Limit::MemoryAndSwap(mib) => format!("MemoryMax={mib}M"),
    };
    ["--system", "--user"].into_iter().find_map(|whose| {
        let words = format!("systemd-run {whose} --no-ask-password --scope --quiet --property={property} --");
        let tried = Command::new("sh").arg("-c").arg(format!("{words} true")).output().ok()?;
        tried.status.success().then_some(words)
    })
}
