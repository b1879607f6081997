//! Checks on what generator, service and host are short of: each is seen tripping on
//! a run that is short of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use perf_runner::model::{Protocol, Verdict};
use stand_in::{Behaviour, Hoard};

use crate::{
    bench::{Bench, Setup, Wanted, held},
    group::{Group, Limit, script},
    pinned_k6::k6,
};

use Verdict::{Invalid, Ok, Warn};

#[tokio::test]
async fn a_generator_that_a_limit_holds_up_is_told() {
    let group = Group::with(Limit::Cpu(30));
    let mut bench = Bench::with(Setup::by(group.starting(&k6()))).await;
    let seen = bench.see(Wanted::of(Behaviour::default(), vec![held(20, 4_000)])).await;
    let check = seen.check("generator_throttled", "p1");
    assert_eq!(check.verdict, Invalid, "{check:?}");
    bench.close().await;
}

/// The stand-in in a group, so that what it takes at its 300th call is too much.
fn in_group(group: &Group) -> Setup {
    let start = group.starting(Path::new("env"));
    Setup { before_service: vec![start.display().to_string()], ..Setup::of(Protocol::Rest) }
}

fn hoarding(mib: usize) -> Wanted {
    let hoard = Some(Hoard { at_call: 300, bytes: mib << 20 });
    let behaviour = Behaviour { mean_ms: 2.0, hoard, ..Behaviour::default() };
    Wanted { think_time_ms: 10, ..Wanted::of(behaviour, vec![held(2, 8_000)]) }
}

#[tokio::test]
async fn a_service_that_the_kernel_ends_for_want_of_memory_is_told_from_one_that_fails() {
    let group = Group::with(Limit::Memory(32));
    let mut bench = Bench::with(in_group(&group)).await;
    let seen = bench.see(hoarding(256)).await;
    assert_eq!(seen.of_run("service_end").verdict, Invalid);
    let check = seen.of_run("out_of_memory");
    assert_eq!(check.verdict, Invalid, "{check:?}");
    bench.close().await;
}

#[tokio::test]
async fn another_program_that_the_kernel_ends_for_want_of_memory_is_told() {
    let mut bench = Bench::new().await;
    let group = Group::with(Limit::Memory(32));
    let folder = tempfile::tempdir().unwrap();
    // A line that never ends is kept whole. One of them meets the load, whenever that begins.
    let hungry = script(folder.path(), "for turn in 1 2 3 4 5 6 7 8; do sleep 2; tail /dev/zero; done");
    let mut hungry = Command::new(group.starting(&hungry)).spawn().unwrap();
    let behaviour = Behaviour { mean_ms: 2.0, ..Behaviour::default() };
    let wanted = Wanted { think_time_ms: 10, ..Wanted::of(behaviour, vec![held(2, 8_000)]) };
    let seen = bench.see(wanted).await;
    assert!(!hungry.wait().unwrap().success());
    let check = seen.of_run("out_of_memory");
    assert_eq!((check.verdict, seen.of_run("service_end").verdict), (Warn, Ok), "{check:?}");
    bench.close().await;
}

#[tokio::test]
async fn a_host_that_swaps_is_told() {
    let group = Group::with(Limit::MemoryAndSwap(32));
    let mut bench = Bench::with(in_group(&group)).await;
    let _swap = (!has_swap()).then(Swap::on);
    let seen = bench.see(hoarding(64)).await;
    let check = seen.check("swap", "p1");
    assert_eq!(check.verdict, Warn, "{check:?}");
    assert_eq!(seen.of_run("service_end").verdict, Ok, "it had room enough");
    bench.close().await;
}

fn has_swap() -> bool {
    // After a line of headings.
    fs::read_to_string("/proc/swaps").unwrap().lines().count() > 1
}

/// A file that the host swaps to, for a host without any.
struct Swap {
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Swap {
    fn on() -> Self {
        // On a disk: a file system in memory cannot take it.
        let folder = tempfile::tempdir_in("/var/tmp").unwrap();
        let file = folder.path().join("swap");
        let swap = Self { file, _folder: folder };
        let commands =
            "umask 077; dd if=/dev/zero of=\"$0\" bs=1M count=128 && mkswap \"$0\" && swapon \"$0\"";
        let made = Command::new("sh").arg("-c").arg(commands).arg(&swap.file).output().unwrap();
        assert!(made.status.success(), "this test gives the host a swap file: run it as root; {made:?}");
        swap
    }
}

impl Drop for Swap {
    fn drop(&mut self) {
        let _ = Command::new("swapoff").arg(&self.file).status();
    }
}
