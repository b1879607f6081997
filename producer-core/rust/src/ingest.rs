//! The one use case: validate the whole event, store it in one transaction, answer after the commit.

use crate::event::{Event, EventDraft};
use crate::fault::Fault;
use crate::store::Store;

/// Takes events in.
#[derive(Debug, Clone)]
pub struct Ingest {
    store: Store,
}

impl Ingest {
    /// Ingests into `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Validates and stores one event. `Ok` means that it is durable.
    ///
    /// Errors: `invalid_event` before anything is written; as of [`Store`] otherwise.
    pub async fn accept(&self, draft: EventDraft<'_>) -> Result<(), Fault> {
        let event = draft.validate()?;
        self.store.connect().await?.store(&event).await
    }

    /// Validates and stores each event of a list on its own, in order. The result has one
    /// outcome per element, at its index; an element that came as a fault keeps it.
    ///
    /// Errors: `unavailable` for the list as a whole when there is something to store and no
    /// connection to be had; nothing was written then.
    pub async fn accept_all(
        &self,
        drafts: Vec<Result<EventDraft<'_>, Fault>>,
    ) -> Result<Vec<Result<(), Fault>>, Fault> {
        let mut outcomes = Vec::with_capacity(drafts.len());
        let mut events: Vec<Event<'_>> = Vec::with_capacity(drafts.len());
        let mut places = Vec::with_capacity(drafts.len());
        for (index, draft) in drafts.into_iter().enumerate() {
            match draft.and_then(EventDraft::validate) {
                Ok(event) => {
                    events.push(event);
                    places.push(index);
                    outcomes.push(Ok(()));
                }
                Err(fault) => outcomes.push(Err(fault)),
            }
        }
        if !events.is_empty() {
            let stored = self.store.connect_proven().await?.store_all(&events).await;
            for (index, outcome) in places.into_iter().zip(stored) {
                outcomes[index] = outcome;
            }
        }
        Ok(outcomes)
    }

    /// Whether events can be taken now.
    ///
    /// Errors: `unavailable` with the reason.
    pub async fn check_ready(&self) -> Result<(), Fault> {
        self.store.check_ready().await
    }

    /// Logs once whether events can be taken; the service starts either way.
    pub async fn log_readiness(self) {
        match self.check_ready().await {
            Ok(()) => tracing::info!("the database is ready"),
            Err(fault) => tracing::warn!(cause = fault.cause(), "not ready: {}", fault.detail),
        }
    }
}
