//! A bound on every wait: what never comes fails the test that waits for it.

use std::time::Duration;

use tokio::time::timeout;

/// Far longer than anything takes that a test waits for, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What `wait` gives. Fails with `what` when it has not come after a minute.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    let Ok(come) = timeout(PATIENCE, wait).await else {
        panic!("not within {} s: {what}", PATIENCE.as_secs())
    };
    come
}
