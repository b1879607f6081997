//! When a service is ready. One patience for all of them, as processes and as containers.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::{model::Endpoint, wire};

/// How long a service may take to its first healthy answer.
const READY_PATIENCE: Duration = Duration::from_mins(1);
/// How long one health call may take; a service answers within 1 s by contract.
const CALL_PATIENCE: Duration = Duration::from_secs(2);
/// The resolution of the start-up time.
const POLL: Duration = Duration::from_millis(10);

/// Comes back when the service has said over its own wire that it is ready.
///
/// # Errors
/// When it does not within a minute, with what its last answer was, in words.
pub(super) async fn ready(endpoint: &Endpoint) -> Result<(), String> {
    let mut last = "it never answered".to_owned();
    let healthy = async {
        loop {
            match timeout(CALL_PATIENCE, wire::health(endpoint)).await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => last = error.to_string(),
                Err(_) => "a health call got no answer in time".clone_into(&mut last),
            }
            sleep(POLL).await;
        }
    };
    let waited = timeout(READY_PATIENCE, healthy).await;
    waited.map_err(|_| format!("did not get ready within {} s: {last}", READY_PATIENCE.as_secs()))
}
