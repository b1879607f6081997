//! Ctrl-C ends the bench in order: what it started is stopped, its folder removed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
};

use crate::fault::Fault;

/// Whether somebody wants the bench to end.
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Takes over the signals that ask a program to end.
    ///
    /// Errors: the system refuses.
    pub(super) fn listen() -> Result<Self, Fault> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register(signal, Arc::clone(&asked))
                .map_err(Fault::because("cannot listen for signals"))?;
        }
        Ok(Self(asked))
    }

    /// Errors: it was asked to end.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.0.load(Ordering::Relaxed) { Err(Fault::new("interrupted")) } else { Ok(()) }
    }
}
