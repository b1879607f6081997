use std::{str::FromStr as _, time::Duration};

use http::uri::PathAndQuery;
use prost::bytes::{Buf as _, BufMut as _};
use tonic::{
    Request, Status as GrpcStatus,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{KeyAndValueRef, MetadataMap},
    transport::{Channel, Endpoint},
};
use tonic_types::StatusExt as _;

use super::{GrpcCode, Reply, Status, Violation, WireFault};

/// More than the names of all fields that one event can have, which come as trailers.
const TRAILERS_LIMIT_BYTES: u32 = 1024 * 1024;

/// One unary call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrpcRequest {
    /// `/com.example.grpc.EventService/ProcessEvent`.
    pub method: String,
    /// The message as it goes over the wire, without gRPC's framing.
    pub message: Vec<u8>,
    /// What the server is told about the caller's patience; none tells nothing.
    pub deadline: Option<Duration>,
}

impl GrpcRequest {
    /// A call without a deadline.
    pub fn new(method: &str, message: Vec<u8>) -> Self {
        Self { method: method.to_owned(), message, deadline: None }
    }
}

/// One HTTP/2 connection to one service.
#[derive(Debug, Clone)]
pub struct GrpcConnection {
    channel: Channel,
    authority: String,
    limit: Duration,
}

impl GrpcConnection {
    /// Connects; `limit` holds for connecting and for each call.
    pub(super) async fn open(authority: &str, limit: Duration) -> Result<Self, WireFault> {
        let unusable = || WireFault::Unusable { authority: authority.to_owned() };
        authority.parse::<http::uri::Authority>().map_err(|_| unusable())?;
        let endpoint = Endpoint::from_shared(format!("http://{authority}")).map_err(|_| unusable())?;
        let endpoint = endpoint.http2_max_header_list_size(TRAILERS_LIMIT_BYTES).connect_timeout(limit);
        let channel = endpoint.connect().await.map_err(|source| WireFault::Unreachable {
            authority: authority.to_owned(),
            source: source.into(),
        })?;
        Ok(Self { channel, authority: authority.to_owned(), limit })
    }

    /// Makes one unary call. A status other than OK is a reply, unless the
    /// connection itself gave it.
    pub async fn call(&self, call: GrpcRequest) -> Result<Reply, WireFault> {
        let path = PathAndQuery::from_str(&call.method)
            .map_err(|_| WireFault::Unusable { authority: format!("{}{}", self.authority, call.method) })?;
        let mut request = Request::new(call.message);
        if let Some(deadline) = call.deadline {
            request.set_timeout(deadline);
        }
        let mut client = Grpc::new(self.channel.clone());
        let answer = tokio::time::timeout(self.limit, async {
            client.ready().await.map_err(|error| GrpcStatus::from_error(error.into()))?;
            client.unary(request, path, Bytes).await
        });
        match answer.await {
            Err(_) => {
                Err(WireFault::Late { authority: self.authority.clone(), limit_ms: self.limit.as_millis() })
            }
            Ok(Ok(response)) => {
                let (metadata, body, _) = response.into_parts();
                Ok(reply(GrpcCode::OK, &metadata, body))
            }
            Ok(Err(status)) if is_local(&status) => {
                Err(WireFault::Broken { authority: self.authority.clone(), source: Box::new(status) })
            }
            Ok(Err(status)) => Ok(Reply {
                message: status.message().to_owned(),
                violations: violations(&status),
                ..reply(status.code().into(), status.metadata(), Vec::new())
            }),
        }
    }
}

/// A status that the transport below made up has an error as its source; one
/// that the service sent has none.
fn is_local(status: &GrpcStatus) -> bool {
    std::error::Error::source(status).is_some()
}

fn reply(code: GrpcCode, metadata: &MetadataMap, body: Vec<u8>) -> Reply {
    let headers = metadata.iter().map(|entry| match entry {
        KeyAndValueRef::Ascii(key, value) => {
            (key.as_str().to_owned(), String::from_utf8_lossy(value.as_encoded_bytes()).into_owned())
        }
        KeyAndValueRef::Binary(key, value) => {
            (key.as_str().to_owned(), String::from_utf8_lossy(value.as_encoded_bytes()).into_owned())
        }
    });
    Reply {
        status: Status::Grpc(code),
        headers: headers.collect(),
        body,
        message: String::new(),
        violations: Vec::new(),
    }
}

fn violations(status: &GrpcStatus) -> Vec<Violation> {
    // Details that cannot be decoded name no field; a case that asks for one fails.
    let Ok(Some(details)) = status.check_error_details().map(|details| details.bad_request().cloned()) else {
        return Vec::new();
    };
    let violation =
        |field: tonic_types::FieldViolation| Violation { field: field.field, detail: field.description };
    details.field_violations.into_iter().map(violation).collect()
}

/// Messages as they are: what a case sends need not be a message at all.
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = GrpcStatus;

    fn encode(&mut self, item: Vec<u8>, target: &mut EncodeBuf<'_>) -> Result<(), GrpcStatus> {
        target.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = GrpcStatus;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, GrpcStatus> {
        let mut message = vec![0; source.remaining()];
        source.copy_to_slice(&mut message);
        Ok(Some(message))
    }
}
