//! Real processes. Every busy loop is bounded by the processor time that it uses
//! and not by a clock, so a slow machine changes nothing.

use std::process::{Child, Command, Stdio};

use super::*;

/// A shell loop that takes at least a fifth of a second on any machine of today.
const BUSY: &str = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done";

struct Script(Child);

impl Script {
    fn start(text: &str) -> Self {
        let mut command = Command::new("bash");
        Self(command.args(["-c", text]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits for a line that the script prints.
    fn line(&mut self) -> String {
        use std::io::Read as _;
        let mut line = Vec::new();
        let mut byte = [0];
        while self.0.stdout.as_mut().unwrap().read_exact(&mut byte).is_ok() && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        String::from_utf8(line).unwrap()
    }

    /// Lets it go on from its next `read`.
    fn go_on(&mut self) {
        use std::io::Write as _;
        self.0.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads again and again until something is so.
fn until(tree: &mut ProcessTree, is_so: impl Fn(&TreeUse) -> bool) -> TreeUse {
    let begin = std::time::Instant::now();
    loop {
        let now = tree.read().unwrap();
        if is_so(&now) {
            return now;
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "it never came about: {now:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn end(pid: i32) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[test]
fn a_busy_child_counts_while_it_runs_and_after_it_has_ended() {
    let mut script = Script::start(&format!("read; ({BUSY}); echo done; read"));
    let mut tree = ProcessTree::of(script.pid());
    let idle = tree.read().unwrap();
    assert!(idle.cpu_seconds < 0.1, "{idle:?}");
    script.go_on();
    script.line();
    let after = tree.read().unwrap();
    assert!(after.cpu_seconds >= idle.cpu_seconds + 0.1, "the child's time is lost: {idle:?} {after:?}");
    assert!(ProcessTree::of(script.pid()).read().unwrap().cpu_seconds >= 0.1, "whoever looks first, too");
    // Only the shell itself did nothing.
    assert!(ProcessTree::alone(script.pid()).read().unwrap().cpu_seconds < 0.1);
}

/// Its parent is gone, so nobody in the tree ever waits for it.
#[test]
fn what_an_orphan_used_is_kept_when_it_ends() {
    let child = format!("({BUSY}; echo busy; exec sleep 60) & echo $!; read x");
    let mut script = Script::start(&format!("bash -c '{child}'; read x"));
    let orphan: i32 = script.line().parse().unwrap();
    let mut tree = ProcessTree::of(script.pid());
    assert_eq!(tree.read().unwrap().threads, 3);
    script.go_on();
    assert_eq!(script.line(), "busy");
    let busy = until(&mut tree, |now| now.threads == 2);
    assert!(busy.cpu_seconds >= 0.1, "{busy:?}");
    end(orphan);
    let after = until(&mut tree, |now| now.threads == 1);
    assert!(after.cpu_seconds >= busy.cpu_seconds, "{busy:?} {after:?}");
    assert!(after.context_switches >= busy.context_switches && after.block_bytes >= busy.block_bytes);
}

/// So much that what other tests of this process give back meanwhile does not hide it.
const HELD_BYTES: usize = 256 << 20;

#[test]
fn threads_memory_and_waiting_are_counted() {
    let mut tree = ProcessTree::alone(std::process::id());
    let before = tree.read().unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let held = std::thread::spawn(move || {
        let memory = vec![1_u8; HELD_BYTES];
        stopped.recv().unwrap_err();
        memory.len()
    });
    let enough = before.rss_bytes.unwrap() + HELD_BYTES as u64 / 2;
    let grown = until(&mut tree, |now| now.rss_bytes.unwrap() > enough);
    assert!(grown.threads >= 2, "this one and the one that holds it: {grown:?}");
    drop(stop);
    held.join().unwrap();
    let after = tree.read().unwrap();
    assert!(after.context_switches >= grown.context_switches, "a thread took its switches with it");
    assert!(after.cpu_wait_seconds >= grown.cpu_wait_seconds && grown.cpu_wait_seconds.is_some());
    assert!(after.block_bytes.is_some() && !tree.processors().unwrap().is_empty());
}

#[test]
fn one_that_has_ended_is_not_measured() {
    let mut script = Script::start("exit");
    let mut tree = ProcessTree::of(script.pid());
    script.0.wait().unwrap();
    assert_eq!(tree.read(), None);
    assert_eq!(ProcessTree::of(u32::MAX).read(), None);
}

#[test]
fn descendants_are_found_without_the_kernel_s_lists_too() {
    let mut script = Script::start("sleep 60 & echo $!; sh -c 'sleep 60 & echo $!; wait'");
    let (child, grandchild): (i32, i32) = (script.line().parse().unwrap(), script.line().parse().unwrap());
    let root = i32::try_from(script.pid()).unwrap();
    let found = descendants(BTreeSet::from([root]));
    assert!(found.contains(&child) && found.contains(&grandchild) && found.len() >= 3, "{found:?}");
    end(child);
    end(grandchild);
}
