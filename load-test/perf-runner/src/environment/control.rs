//! k6's REST API: by it the runner holds the clock. k6 makes its VUs and waits;
//! the test begins when the runner says so.

use std::time::Duration;

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

/// Speaks to one k6.
#[derive(Debug)]
pub(super) struct Control {
    client: Client,
    address: String,
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
    /// On a port of the loopback that is free now.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn new() -> Result<Self, Fault> {
        Self::at(format!("127.0.0.1:{}", ports::choose(None)?))
    }

    /// Speaks to the k6 that is found at this address.
    ///
    /// # Errors
    /// When there can be no client.
    pub(super) fn at(address: String) -> Result<Self, Fault> {
        let client = Client::builder().no_proxy().timeout(PATIENCE).build();
        let client = client.map_err(|error| Fault::failed("cannot speak to k6").cause(error))?;
        Ok(Self { client, address })
    }

    /// What k6 must be told to listen and to wait.
    pub(super) fn arguments(&self) -> [String; 2] {
        [format!("--address={}", self.address), "--paused".to_owned()]
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
        let request = self.request(Method::PATCH).json(&resumed);
        request
            .send()
            .await
            .and_then(Response::error_for_status)
            .map(drop)
            .map_err(|error| Fault::failed("k6 waits for its release and does not take it").cause(error))
    }

    /// None when it does not answer, or not yet.
    async fn status(&self) -> Option<u32> {
        let response = self.request(Method::GET).send().await.ok()?.error_for_status().ok()?;
        let document: Document = response.json().await.ok()?;
        Some(document.data.attributes.status)
    }

    fn request(&self, method: Method) -> reqwest::RequestBuilder {
        self.client.request(method, format!("http://{}/v1/status", self.address))
    }
}
