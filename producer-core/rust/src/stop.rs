//! SIGTERM and SIGINT: stop accepting, finish what is in flight, end.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What is in flight when the signal comes may take this long, the same in all services. The whole
/// stop takes at most 10 s, so some of it is left for the end.
pub const DRAIN_PATIENCE: Duration = Duration::from_secs(8);

/// The two signals, caught from the moment this is made.
#[derive(Debug)]
pub struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    /// Errors: the operating system's, when no handler can be set.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Returns when either signal comes, and logs which.
    pub async fn received(mut self) {
        let name = tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        };
        tracing::info!("stopping on {name}");
    }
}
