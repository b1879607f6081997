//! A service run as a process, as a user would run it.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::{PATIENCE, within};

const ASK_INTERVAL: Duration = Duration::from_millis(20);

/// A port of loopback that was free a moment ago. A service takes no port 0: whoever
/// starts it must know where it listens.
pub fn free_port() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port().to_string()
}

/// A running service on a free port of loopback; killed when dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    address: SocketAddr,
    log: Option<JoinHandle<String>>,
}

/// How a service ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// Everything it wrote to standard error.
    pub log: String,
}

impl Service {
    /// Starts `program` with these variables and no others, and waits for its line `listening on ADDRESS`.
    pub fn start(program: &str, variables: &[(&str, &str)]) -> Self {
        let mut child = command(program, variables).spawn().expect("the service runs");
        let stderr = child.stderr.take().expect("standard error is a pipe");
        let (found, address) = mpsc::channel();
        let log = thread::spawn(move || {
            let mut text = String::new();
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("listening on ") {
                    // The test may have stopped waiting.
                    let _ = found.send(rest.trim().to_owned());
                }
                text.push_str(&line);
                text.push('\n');
            }
            text
        });
        let Ok(address) = address.recv_timeout(PATIENCE) else {
            // It may have ended by itself.
            let _ = child.kill();
            panic!("the service did not listen:\n{}", log.join().unwrap_or_default());
        };
        let address = address.parse().expect("the line ends in an address");
        Self { child, address, log: Some(log) }
    }

    /// Runs `program` until it ends by itself, for settings that it refuses.
    pub fn run_to_end(program: &str, variables: &[(&str, &str)]) -> Ended {
        let mut child = command(program, variables).spawn().expect("the service runs");
        let mut stderr = child.stderr.take().expect("standard error is a pipe");
        let log = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("the log is text");
            text
        });
        end_of(&mut child, Some(log))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:PORT` and then `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", SocketAddr::from((Ipv4Addr::LOCALHOST, self.address.port())))
    }

    /// Sends SIGTERM and does not wait.
    pub fn terminate(&self) {
        self.signal(Signal::SIGTERM);
    }

    /// Sends a signal and does not wait.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a process id fits");
        kill(Pid::from_raw(pid), signal).expect("the service is there");
    }

    /// Returns when it takes no connection any more.
    pub async fn refuses_connections(&self) {
        let refused = async {
            while TcpStream::connect(self.address).is_ok() {
                sleep(ASK_INTERVAL).await;
            }
        };
        within("the service takes no connection any more", refused).await;
    }

    /// Waits for it to end, while the runtime goes on: a client in the test may have to say goodbye.
    pub async fn wait(mut self) -> Ended {
        let ended = spawn_blocking(move || end_of(&mut self.child, self.log.take()));
        ended.await.expect("the waiting thread ends")
    }

    /// Sends SIGTERM and waits for the end.
    pub async fn stop(self) -> Ended {
        self.terminate();
        self.wait().await
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end. A service that goes on is killed, and fails the test with all it wrote.
fn end_of(child: &mut Child, log: Option<JoinHandle<String>>) -> Ended {
    let begin = Instant::now();
    let mut status = None;
    while status.is_none() && begin.elapsed() < PATIENCE {
        thread::sleep(ASK_INTERVAL);
        status = child.try_wait().expect("a child can be asked");
    }
    if status.is_none() {
        // It may have ended just now.
        let _ = child.kill();
        let _ = child.wait();
    }
    let log = log.and_then(|log| log.join().ok()).unwrap_or_default();
    match status {
        Some(status) => Ended { status, log },
        None => panic!("the service did not end within {} s:\n{log}", PATIENCE.as_secs()),
    }
}

fn command(program: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}
