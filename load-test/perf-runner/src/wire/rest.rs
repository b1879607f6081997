use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::{Client, Method, redirect::Policy};

use super::{Reply, Status, WireFault};

/// More than any reply of the contract; beyond it a reply is cut.
const BODY_LIMIT_BYTES: usize = 8 * 1024 * 1024;

/// One HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestRequest {
    /// `POST`.
    pub method: String,
    /// Path and query, as they go over the wire.
    pub path: String,
    /// Headers to send beside the ones HTTP needs.
    pub headers: Vec<(String, String)>,
    /// The body; none sends none.
    pub body: Option<Vec<u8>>,
}

impl RestRequest {
    /// A GET without a body.
    pub fn get(path: &str) -> Self {
        Self { method: "GET".to_owned(), path: path.to_owned(), headers: Vec::new(), body: None }
    }

    /// A POST of JSON text.
    pub fn post_json(path: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { method: "POST".to_owned(), path: path.to_owned(), headers, body: Some(body) }
    }
}

/// A pool of HTTP/1.1 connections to one service. Follows no redirect and uses
/// no proxy: what answers is the service itself.
#[derive(Debug, Clone)]
pub struct RestConnection {
    client: Client,
    authority: String,
    limit: Duration,
}

impl RestConnection {
    /// Prepares the pool; `limit` holds for each request as a whole.
    pub(super) fn open(authority: &str, limit: Duration) -> Result<Self, WireFault> {
        let unusable = || WireFault::Unusable { authority: authority.to_owned() };
        authority.parse::<http::uri::Authority>().map_err(|_| unusable())?;
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .http1_only()
            .timeout(limit)
            .build()
            .map_err(|_| unusable())?;
        Ok(Self { client, authority: authority.to_owned(), limit })
    }

    /// Sends one request and reads its whole reply.
    pub async fn send(&self, request: RestRequest) -> Result<Reply, WireFault> {
        let method =
            Method::from_bytes(request.method.as_bytes()).map_err(|source| self.broken(Box::new(source)))?;
        let mut builder = self.client.request(method, format!("http://{}{}", self.authority, request.path));
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let response = builder.send().await.map_err(|error| self.fault(error))?;
        let status = Status::Http(response.status().as_u16());
        let headers = response.headers().iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers = headers.collect();
        let body = self.body(response).await?;
        Ok(Reply { status, headers, body, message: String::new(), violations: Vec::new() })
    }

    async fn body(&self, response: reqwest::Response) -> Result<Vec<u8>, WireFault> {
        let mut chunks = response.bytes_stream();
        let mut body = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| self.fault(error))?;
            let room = BODY_LIMIT_BYTES - body.len();
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if body.len() == BODY_LIMIT_BYTES {
                break;
            }
        }
        Ok(body)
    }

    fn fault(&self, error: reqwest::Error) -> WireFault {
        let authority = self.authority.clone();
        if error.is_timeout() {
            return WireFault::Late { authority, limit_ms: self.limit.as_millis() };
        }
        // The address is in our own text already.
        let unreachable = error.is_connect();
        let source = Box::new(error.without_url());
        if unreachable {
            return WireFault::Unreachable { authority, source };
        }
        WireFault::Broken { authority, source }
    }

    fn broken(&self, source: Box<dyn std::error::Error + Send + Sync>) -> WireFault {
        WireFault::Broken { authority: self.authority.clone(), source }
    }
}
