//! The scripts, played by the real k6 against stand-ins that count what they do:
//! every number of k6 must be the number of the other side.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod expectation;
mod generator;
mod grpc;
mod grpc_stand_in;
mod pinned_k6;
mod release;
mod rest;
mod rest_stand_in;
