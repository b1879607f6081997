//! Log lines go to standard error: start, stop and faults, nothing per successful event.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Begins logging with the filter of `config`; a second call changes nothing.
pub fn begin(config: &Config) {
    let began = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&config.log_filter))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .try_init();
    if began.is_err() {
        tracing::debug!("logging had begun already");
    }
}
