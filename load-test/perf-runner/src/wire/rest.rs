use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::{Body, Client, Method, redirect::Policy};

use super::{RawRequest, Reply, Status, WireFault, raw};

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
    /// How the body goes over the wire.
    pub delivery: Delivery,
}

/// How a body goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// At once, with its length.
    Whole,
    /// In pieces, each after a pause; with a length, or else in chunks.
    Pieces {
        /// How many.
        pieces: usize,
        /// The pause before each.
        pause: Duration,
        /// `Content-Length`.
        length_bytes: Option<usize>,
    },
}

impl RestRequest {
    /// A GET without a body.
    pub fn get(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
            delivery: Delivery::Whole,
        }
    }

    /// A POST of JSON text.
    pub fn post_json(path: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self {
            method: "POST".to_owned(),
            path: path.to_owned(),
            headers,
            body: Some(body),
            delivery: Delivery::Whole,
        }
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

    /// Sends bytes on a new TCP connection and reads one reply.
    pub async fn send_raw(&self, request: &RawRequest) -> Result<Reply, WireFault> {
        raw::exchange(&self.authority, request, self.limit).await
    }

    /// Sends one request and reads its whole reply.
    pub async fn send(&self, request: RestRequest) -> Result<Reply, WireFault> {
        let method =
            Method::from_bytes(request.method.as_bytes()).map_err(|source| self.broken(Box::new(source)))?;
        let mut builder = self.client.request(method, format!("http://{}{}", self.authority, request.path));
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        match (request.body, request.delivery) {
            (None, _) => {}
            (Some(body), Delivery::Whole) => builder = builder.body(body),
            (Some(body), Delivery::Pieces { pieces, pause, length_bytes }) => {
                if let Some(length) = length_bytes {
                    builder = builder.header(http::header::CONTENT_LENGTH, length);
                }
                builder = builder.body(in_pieces(&body, pieces, pause));
            }
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

fn in_pieces(body: &[u8], pieces: usize, pause: Duration) -> Body {
    let pieces: Vec<Vec<u8>> = body.chunks(body.len().div_ceil(pieces).max(1)).map(<[u8]>::to_vec).collect();
    Body::wrap_stream(stream::iter(pieces).then(move |piece| async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Ok::<_, std::io::Error>(piece)
    }))
}
