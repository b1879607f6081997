//! Whole campaigns by the real runner: real services, real PostgreSQL, real k6.

// A test that cannot go on says so by panicking.
#![allow(clippy::expect_used, clippy::panic)]

mod bad_input;
mod build_tool;
mod compare;
mod gates;
mod held_loads;
mod nothing_left_behind;
#[path = "../load/pinned_k6.rs"]
mod pinned_k6;
mod rebuilt_report;
mod resume;
mod runner;
mod settings_of_services;
mod stored_campaigns;
