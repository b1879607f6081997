//! TCP sockets by state, told apart by the port of the service and of the database.
//!
//! The kernel's table names an owner only for sockets that are open. One that
//! waits out its time has none any more, and just those show a client that opens a
//! connection for each call; ports tell them apart too. It is cheaper besides: to
//! look up 4,000 open files takes three times as long as to read the table.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    net::SocketAddr,
    path::Path,
};

use procfs::{
    ProcResult,
    net::{TcpNetEntry, TcpState},
    process::{FDTarget, Process},
};

use super::Ports;
use crate::model::Target;

/// Reading one entry takes the kernel and us some 1.5 us, and a thousandth of a
/// processor's time is given to it at 700 of them.
const ENTRIES_A_SECOND: usize = 5_000;

/// Sockets by target and state.
pub(super) type Sockets = BTreeMap<Target, BTreeMap<String, u64>>;

/// Reads the tables, as often as their size allows.
#[derive(Debug, Default)]
pub(super) struct SocketReader {
    ports: Ports,
    /// Calls to let pass before the tables are read again.
    skip: usize,
}

impl SocketReader {
    pub(super) fn new(ports: Ports) -> Self {
        Self { ports, skip: 0 }
    }

    /// The sockets now; `Ok(None)` when it is not yet time again. Called once a second.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub(super) fn read(&mut self) -> ProcResult<Option<Sockets>> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(None);
        }
        let mut entries = procfs::net::tcp()?;
        // There is no such table where there is no such protocol.
        if Path::new("/proc/net/tcp6").exists() {
            entries.extend(procfs::net::tcp6()?);
        }
        self.skip = entries.len() / ENTRIES_A_SECOND;
        Ok(Some(count(&entries, self.ports, &own_sockets())))
    }
}

/// The inodes of this process's sockets.
fn own_sockets() -> BTreeSet<u64> {
    let files = Process::myself().and_then(|process| process.fd());
    let targets = files.into_iter().flatten().flatten().map(|file| file.target);
    targets
        .filter_map(|target| if let FDTarget::Socket(inode) = target { Some(inode) } else { None })
        .collect()
}

fn count(entries: &[TcpNetEntry], ports: Ports, own: &BTreeSet<u64>) -> Sockets {
    let mut sockets: Sockets = [Target::Host, Target::Runner].map(|target| (target, BTreeMap::new())).into();
    let known =
        [(ports.service, [Target::Api, Target::K6]), (ports.database, [Target::Postgres, Target::Api])];
    for (_, targets) in known.iter().filter(|(port, _)| port.is_some()) {
        sockets.extend(targets.map(|target| (target, BTreeMap::new())));
    }
    // The kernel gives the table in pieces, and what is opened between two of them makes it repeat some.
    let mut seen = HashSet::with_capacity(entries.len());
    for entry in entries.iter().filter(|entry| seen.insert(identity(entry))) {
        let state = name(&entry.state);
        for target in [Some(Target::Host), owner(entry, ports, own)].into_iter().flatten() {
            *sockets.entry(target).or_default().entry(state.to_owned()).or_default() += 1;
        }
    }
    sockets
}

/// What no two sockets have in common: the ends of a connection; of those that listen, several may do
/// so at one address.
fn identity(entry: &TcpNetEntry) -> (SocketAddr, SocketAddr, Option<u64>) {
    let inode = (entry.state == TcpState::Listen).then_some(entry.inode);
    (entry.local_address, entry.remote_address, inode)
}

/// Whose socket it is; none for anybody else's.
fn owner(entry: &TcpNetEntry, ports: Ports, own: &BTreeSet<u64>) -> Option<Target> {
    let (local, remote) = (Some(entry.local_address.port()), Some(entry.remote_address.port()));
    if own.contains(&entry.inode) {
        Some(Target::Runner)
    } else if local == ports.service {
        Some(Target::Api)
    } else if remote == ports.service {
        Some(Target::K6)
    } else if local == ports.database {
        Some(Target::Postgres)
    } else if remote == ports.database && entry.inode != 0 {
        // Without an owner it may be the runner's of a moment ago as well.
        Some(Target::Api)
    } else {
        None
    }
}

fn name(state: &TcpState) -> &'static str {
    match state {
        TcpState::Established => "established",
        TcpState::SynSent => "syn_sent",
        TcpState::SynRecv | TcpState::NewSynRecv => "syn_received",
        TcpState::FinWait1 => "fin_wait_1",
        TcpState::FinWait2 => "fin_wait_2",
        TcpState::TimeWait => "time_wait",
        TcpState::Close => "closed",
        TcpState::CloseWait => "close_wait",
        TcpState::LastAck => "last_ack",
        TcpState::Listen => "listening",
        TcpState::Closing => "closing",
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read as _,
        net::{Shutdown, TcpListener, TcpStream},
    };

    use super::*;

    fn of(sockets: &Sockets, target: Target, state: &str) -> u64 {
        sockets[&target].get(state).copied().unwrap_or(0)
    }

    /// Both ends are this process's own, so they are told apart by port alone.
    fn read(ports: Ports) -> Sockets {
        count(&[procfs::net::tcp().unwrap(), procfs::net::tcp6().unwrap()].concat(), ports, &BTreeSet::new())
    }

    #[test]
    fn both_ends_of_a_connection_and_one_that_waits_out_its_time_are_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connect = || {
            let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
            (client, listener.accept().unwrap().0)
        };
        let held = [connect(), connect()];
        let ports = Ports { service: Some(port), database: None };
        let sockets = read(ports);
        assert_eq!(of(&sockets, Target::Api, "listening"), 1);
        assert_eq!(of(&sockets, Target::Api, "established"), 2);
        assert_eq!(of(&sockets, Target::K6, "established"), 2);
        assert!(of(&sockets, Target::Host, "established") >= 4);
        assert!(!sockets.contains_key(&Target::Postgres), "its port is not known: {sockets:?}");

        // Who closes first, waits.
        let (mut client, mut server) = connect();
        client.shutdown(Shutdown::Write).unwrap();
        server.read_to_end(&mut Vec::new()).unwrap();
        drop(server);
        client.read_to_end(&mut Vec::new()).unwrap();
        drop(client);
        assert_eq!(of(&read(ports), Target::K6, "time_wait"), 1);

        let sockets = read(Ports { service: None, database: Some(port) });
        assert_eq!(of(&sockets, Target::Postgres, "established"), 2);
        assert_eq!(of(&sockets, Target::Api, "established"), 2);
        assert_eq!(of(&sockets, Target::Api, "time_wait"), 0);
        drop(held);
    }

    #[test]
    fn one_that_the_kernel_tells_twice_is_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut entries = procfs::net::tcp().unwrap();
        entries.extend(entries.clone());
        let sockets = count(&entries, Ports { service: Some(port), database: None }, &BTreeSet::new());
        assert_eq!(of(&sockets, Target::Api, "listening"), 1);
        assert_eq!(of(&sockets, Target::Api, "established"), 1);
        assert_eq!(of(&sockets, Target::K6, "established"), 1);
    }

    #[test]
    fn the_runner_s_own_connections_are_its_own() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let mut reader = SocketReader::new(Ports { service: None, database: Some(port) });
        let sockets = reader.read().unwrap().unwrap();
        assert!(of(&sockets, Target::Runner, "established") >= 1);
        assert_eq!(of(&sockets, Target::Api, "established"), 0);
    }

    #[test]
    fn a_long_table_is_read_less_often() {
        let mut reader = SocketReader { ports: Ports::default(), skip: 2 };
        assert!(reader.read().unwrap().is_none() && reader.read().unwrap().is_none());
        assert!(reader.read().unwrap().is_some());
    }
}
