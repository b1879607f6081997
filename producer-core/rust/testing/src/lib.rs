//! Real parts for tests: the application database on a temporary cluster, and a service
//! run as a process. Whatever goes wrong in here fails the test that asked for it.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's own preparation has nobody to report to but the test"
)]

mod database;
mod service;
mod within;

pub use database::ApplicationDatabase;
pub use service::{Ended, Service, free_port};
pub use within::{PATIENCE, within};
