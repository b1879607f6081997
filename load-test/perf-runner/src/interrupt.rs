//! The user's wish to stop early, as a value that stages can wait for.

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// How urgently the user wants to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Urgency {
    /// Not at all.
    #[default]
    None,
    /// End the phase, store what is there, report (Ctrl-C once, SIGTERM).
    EndPhase,
    /// Stop now (Ctrl-C twice).
    Now,
    /// Wished by nobody: what is not abandoned for any wish waits for this.
    Never,
}

/// Where the wish is read.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<Urgency>);

impl Interrupt {
    /// A wish that can be expressed through the sender.
    pub fn channel() -> (watch::Sender<Urgency>, Self) {
        let (sender, receiver) = watch::channel(Urgency::None);
        (sender, Self(receiver))
    }

    /// What is wished right now.
    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Waits until at least this much is wished; forever if it never is.
    pub async fn at_least(&self, urgency: Urgency) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|now| *now >= urgency).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Listens for SIGINT, SIGTERM and SIGHUP: the first asks to end the phase, a
/// second one to stop now. Must be called inside the runtime.
pub fn from_signals() -> Interrupt {
    let (sender, interrupt) = Interrupt::channel();
    tokio::spawn(async move {
        let signals =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
        let (Ok(mut int), Ok(mut term), Ok(mut hup)) = signals else { return };
        loop {
            tokio::select! { _ = int.recv() => {} _ = term.recv() => {} _ = hup.recv() => {} }
            sender.send_modify(|urgency| {
                *urgency = if *urgency == Urgency::None { Urgency::EndPhase } else { Urgency::Now };
            });
        }
    });
    interrupt
}
