//! How services and generators end, or are brought to it: the same for processes and for containers.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    interrupt::{Interrupt, Urgency},
    model::GeneratorEnd,
};

/// By contract a service ends within 10 s of SIGTERM.
pub(super) const SERVICE_PATIENCE: Duration = Duration::from_secs(10);
/// Asked to end, k6 finishes its iterations (at most a request timeout) and
/// writes its summary.
pub(super) const GENERATOR_PATIENCE: Duration = Duration::from_secs(20);
/// After an error or an interrupt nobody's work is waited for any more.
pub(super) const HURRIED: Duration = Duration::from_secs(2);
/// How many lines of what one printed are told of its end.
pub(super) const TAIL_LINES: usize = 20;
/// Where k6's own output goes, in the test run's folder.
pub(super) const GENERATOR_LOG: &str = "k6.log";

/// What ends a generator that does not end by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds<'a> {
    /// How long it may take to get ready, and how long its load.
    pub(super) deadline: Duration,
    pub(super) interrupt: &'a Interrupt,
}

/// Why a generator must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Overdue,
    Interrupted,
    /// There is nothing left to load.
    ServiceEnded,
}

/// Why a generator is over; `E` is how the end by itself was seen.
#[derive(Debug)]
pub(super) enum Over<E> {
    Ended(E),
    MustEnd(Reason),
}

impl Bounds<'_> {
    /// Waits for the generator's end, or for what is to end it.
    pub(super) async fn over<E>(
        &self,
        ended: impl Future<Output = E>,
        service_ended: impl Future<Output = ()>,
    ) -> Over<E> {
        tokio::select! {
            end = ended => Over::Ended(end),
            () = sleep(self.deadline) => Over::MustEnd(Reason::Overdue),
            () = self.interrupt.at_least(Urgency::EndPhase) => Over::MustEnd(Reason::Interrupted),
            () = service_ended => Over::MustEnd(Reason::ServiceEnded),
        }
    }
}

/// The end of a generator: its exit code or its signal, and why it was told to end, if it was.
pub(super) fn told(
    (code, signal): (Option<i32>, Option<i32>),
    reason: Option<Reason>,
    log_tail: Vec<String>,
) -> GeneratorEnd {
    let (overdue, interrupted) = (reason == Some(Reason::Overdue), reason == Some(Reason::Interrupted));
    GeneratorEnd { code, signal, overdue, interrupted, log_tail }
}

/// `exit code 1`, `signal 9`.
pub(super) fn in_words(code: Option<i32>, signal: Option<i32>) -> String {
    match (code, signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown".to_owned(),
    }
}
