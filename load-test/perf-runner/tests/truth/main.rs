//! The measurement is measured: against a service of known behaviour, which says
//! what it did.

// A test that cannot go on says so by panicking; counts of a few seconds are small.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod bench;
mod checks;
mod faults;
mod group;
mod laws;
mod limits;
#[path = "../load/pinned_k6.rs"]
mod pinned_k6;
mod rounds;
mod stored;
