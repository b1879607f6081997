//! The port of a service.

use std::io;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::config::Config;

/// Accepting fails when the process is out of file descriptors; trying at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a client may take to begin on a connection that it has made, on either wire.
pub const SILENCE_PATIENCE: Duration = Duration::from_secs(10);

/// An open port. Dropping it closes it.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
}

impl Port {
    /// Opens the port that `config` names, and logs the address. From here on the process may
    /// hold as many connections as the operating system lets it have.
    ///
    /// Errors: the operating system's, with the address and the variables that choose it.
    pub async fn open(config: &Config) -> io::Result<Self> {
        raise_file_limit();
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            let Config { listen, port_variable, .. } = config;
            let text = format!("cannot listen on {listen} (SERVER_ADDRESS, {port_variable}): {error}");
            io::Error::new(error.kind(), text)
        })?;
        tracing::info!("listening on {}", listener.local_addr()?);
        Ok(Self { listener })
    }

    /// The next connection. Waits and tries again when there can be none at the moment.
    pub async fn accept(&self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    // Without it small replies wait for the peer's acknowledgement.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!("TCP_NODELAY: {error}");
                    }
                    return stream;
                }
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// The soft limit of open files is low for the sake of programs that call `select`; each
/// connection is a file, and the hard limit is what the operator allows.
fn raise_file_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!("the limit of open files stays as it is: {error}");
    }
}
