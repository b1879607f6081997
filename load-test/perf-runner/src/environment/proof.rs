//! One event through the service into its row, before anything is measured.

use super::database::{self, ApplicationUrls};
use crate::{
    fault::Fault,
    model::{Endpoint, EventTemplate},
    wire,
};

/// Sends one event to the service `api` and finds its row.
///
/// # Errors
/// When the service does not take it, or the row is not there.
pub(super) async fn prove(
    api: &str,
    endpoint: &Endpoint,
    (urls, template): (&ApplicationUrls, &EventTemplate),
) -> Result<(), Fault> {
    let id = format!("{}-{:08x}-proof", template.kind, rand::random::<u32>());
    let body = [&template.body_before_id, id.as_str(), &template.body_after_id].concat();
    let event = serde_json::from_str(&body)
        .map_err(|error| Fault::failed("an event template is not JSON").cause(error))?;
    let failed = || Fault::failed(format!("{api} did not take one event"));
    let reply = wire::send_event(endpoint, &event).await.map_err(|error| failed().cause(error))?;
    if !reply.is_success() {
        return Err(failed().cause(reply.to_string()));
    }
    database::find_row(urls, template, &id).await
}
