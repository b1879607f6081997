//! Which port a service gets, and who holds one that is taken.

use std::net::{Ipv4Addr, TcpListener};

use procfs::{
    net::{TcpNetEntry, TcpState},
    process::{FDTarget, all_processes},
};

use crate::fault::Fault;

/// A port of the loopback that nobody listens on: the wanted one, or a free one.
///
/// # Errors
/// When the wanted port is in use, naming the process that holds it where that
/// can be found out.
pub(super) fn choose(wanted: Option<u16>) -> Result<u16, Fault> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, wanted.unwrap_or(0))).map_err(|error| match wanted {
            Some(port) => in_use(port),
            None => Fault::failed("no port of 127.0.0.1 is free").cause(error),
        })?;
    let address =
        listener.local_addr().map_err(|error| Fault::failed("cannot read a port's number").cause(error))?;
    Ok(address.port())
}

/// The fault for a port that somebody else listens on.
fn in_use(port: u16) -> Fault {
    let what = match holder(port) {
        Some(holder) => format!("port {port} is in use by {holder}"),
        None => format!("port {port} is in use by a process of another user"),
    };
    Fault::failed(what)
        .repair("stop that process, or choose another port; without --port a free one is taken")
}

/// `java (pid 4711)`: the process that listens on the port, if this user may know.
fn holder(port: u16) -> Option<String> {
    let inodes: Vec<u64> = sockets()
        .into_iter()
        .filter(|entry| entry.state == TcpState::Listen && entry.local_address.port() == port)
        .map(|entry| entry.inode)
        .collect();
    all_processes().ok()?.flatten().find_map(|process| {
        let holds = process
            .fd()
            .ok()?
            .flatten()
            .any(|fd| matches!(fd.target, FDTarget::Socket(inode) if inodes.contains(&inode)));
        holds.then(|| Some(format!("{} (pid {})", process.stat().ok()?.comm, process.pid())))?
    })
}

/// The port that a process of this group listens on, by the group's leader; none
/// when none of them listens yet.
pub(super) fn of_group(leader: u32) -> Option<u16> {
    let leader = i32::try_from(leader).ok()?;
    let members = all_processes().ok()?.flatten();
    let members = members.filter(|process| process.stat().is_ok_and(|stat| stat.pgrp == leader));
    let targets = members.filter_map(|process| process.fd().ok()).flatten().flatten().map(|fd| fd.target);
    let inodes: Vec<u64> = targets
        .filter_map(|target| match target {
            FDTarget::Socket(inode) => Some(inode),
            _ => None,
        })
        .collect();
    if inodes.is_empty() {
        return None;
    }
    let mut listening = sockets().into_iter().filter(|entry| entry.state == TcpState::Listen);
    listening.find(|entry| inodes.contains(&entry.inode)).map(|entry| entry.local_address.port())
}

fn sockets() -> Vec<TcpNetEntry> {
    let mut entries = procfs::net::tcp().unwrap_or_default();
    entries.extend(procfs::net::tcp6().unwrap_or_default());
    entries
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;

    use super::*;

    #[test]
    fn a_port_in_use_names_the_process_that_holds_it() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let fault = choose(Some(port)).unwrap_err();
        assert!(fault.what.contains(&format!("port {port} is in use by ")), "{}", fault.what);
        assert!(fault.what.contains(&format!("(pid {})", std::process::id())), "{}", fault.what);
        assert!(fault.repair.is_some());
    }

    #[test]
    fn the_port_of_a_process_is_found_by_its_group() {
        let mut nobody = std::process::Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
        assert_eq!(of_group(nobody.id()), None, "it listens nowhere");
        nobody.kill().unwrap();
        nobody.wait().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let group = u32::try_from(nix::unistd::getpgrp().as_raw()).unwrap();
        assert!(of_group(group).is_some());
        drop(listener);
    }

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = choose(None).unwrap();
        assert_ne!(port, 0);
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    }
}
