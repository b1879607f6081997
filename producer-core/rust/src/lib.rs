//! Everything of a producer API that is not a wire.
//!
//! In the order in which an event passes through: a wire makes an
//! [`event::EventDraft`] of what it read; [`ingest::Ingest`] validates it as a whole
//! and hands the rows to the [`store::Store`], which writes them in one statement.
//! Whatever goes wrong is a [`fault::Fault`], and the wire translates it by a table.

/// The environment variables, checked at the start.
pub mod config;
/// The event, its rules, and the fields a breach is reported on.
pub mod event;
/// The closed list of what can go wrong.
pub mod fault;
/// The one use case: validate the whole event, store it, or say why not.
pub mod ingest;
/// The port: opened once, accepted from until the stop.
pub mod listen;
/// Where log lines go.
pub mod log;
/// When to stop, and how long that may take.
pub mod stop;
/// The one statement, and what its failures mean.
pub mod store;
