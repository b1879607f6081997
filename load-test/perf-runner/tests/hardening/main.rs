//! What a hostile client and a bad day do to the services of the registry, as users
//! run them. What one request or many can show is a case of the contract; here is what
//! needs the process, the server or the connection itself.

// A test that cannot go on says so by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blocked;
mod connections;
mod large_bodies;
mod load;
mod outage;
mod service;
mod slow_clients;
mod stop;
mod streamed;

use std::time::Duration;

/// More than anything takes that goes well, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(3);
/// The pause before a question is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// What `wait` gives; fails when it never comes.
async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("in vain: {what}"))
}

/// Waits until something is so, and fails when it never comes to be.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let come_true = async {
        while !is_so().await {
            tokio::time::sleep(ASK_AGAIN).await;
        }
    };
    within(what, come_true).await;
}
