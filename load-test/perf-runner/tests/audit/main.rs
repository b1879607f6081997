//! The audit against a real database, in which a test does what a service did or
//! should not have done.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod application;
mod cases;
