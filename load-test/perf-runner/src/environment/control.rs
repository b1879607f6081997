//! k6's REST API: by it the runner holds the clock. k6 makes its VUs and waits;
//! the test begins when the runner says so.

use std::{sync::OnceLock, time::Duration};

use reqwest::{Client, Method, Response};
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use super::ports;
use crate::fault::Fault;

/// Between two questions whether it is ready.
const PAUSE: Duration = Duration::from_millis(50);
/// An answer comes at once, or k6 is not listening yet.
const PATIENCE: Duration = Duration::from_secs(5);

/// k6's number for "all VUs are made, and the test waits to be resumed".
const PAUSED_BEFORE_RUN: u32 = 4;

/// What k6 must be told to listen and to wait. The kernel picks the port when k6
/// takes it: one that was picked before could be another's by then.
pub(super) const ARGUMENTS: [&str; 2] = ["--address=127.0.0.1:0", "--paused"];

/// Speaks to one k6.
#[derive(Debug)]
pub(super) struct Control {
    client: Client,
    /// The process group that k6 is in.
    group: u32,
    /// Where it listens, once it does.
    address: OnceLock<String>,
}

#[derive(Deserialize)]
struct Document {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    attributes: Status,
}

#[derive(Deserialize)]
struct Status {
    status: u32,
}

impl Control {
    /// Speaks to the k6 of this process group, which was started with [`ARGUMENTS`].
    ///
    /// # Errors
    /// When there can be no client.
    pub(super) fn of(group: u32) -> Result<Self, Fault> {
        Self::to(group, OnceLock::new())
    }

    /// Speaks to the k6 that is found at this address.
    ///
    /// # Errors
    /// When there can be no client.
    pub(super) fn at(address: String) -> Result<Self, Fault> {
        // Nobody asks for the group of one whose address is known.
        Self::to(0, OnceLock::from(address))
    }

    fn to(group: u32, address: OnceLock<String>) -> Result<Self, Fault> {
        let client = Client::builder().no_proxy().timeout(PATIENCE).build();
        let client = client.map_err(|error| Fault::failed("cannot speak to k6").cause(error))?;
        Ok(Self { client, group, address })
    }

    /// Comes back when k6 has made its VUs and waits; never, when it does not.
    pub(super) async fn ready(&self) {
        while self.status().await != Some(PAUSED_BEFORE_RUN) {
            sleep(PAUSE).await;
        }
    }

    /// Lets the test begin.
    ///
    /// # Errors
    /// When k6 does not do it.
    pub(super) async fn release(&self) -> Result<(), Fault> {
        let resumed =
            json!({ "data": { "type": "status", "id": "default", "attributes": { "paused": false } } });
        let request = self.request(Method::PATCH);
        let request = request.ok_or_else(|| Fault::failed("k6 waits for its release and listens nowhere"))?;
        request
            .json(&resumed)
            .send()
            .await
            .and_then(Response::error_for_status)
            .map(drop)
            .map_err(|error| Fault::failed("k6 waits for its release and does not take it").cause(error))
    }

    /// None when it does not answer, or not yet.
    async fn status(&self) -> Option<u32> {
        let response = self.request(Method::GET)?.send().await.ok()?.error_for_status().ok()?;
        let document: Document = response.json().await.ok()?;
        Some(document.data.attributes.status)
    }

    /// None before it listens.
    fn request(&self, method: Method) -> Option<reqwest::RequestBuilder> {
        if self.address.get().is_none() {
            let port = ports::of_group(self.group)?;
            // Whoever found it first has found the same.
            let _ = self.address.set(format!("127.0.0.1:{port}"));
        }
        Some(self.client.request(method, format!("http://{}/v1/status", self.address.get()?)))
    }
}
