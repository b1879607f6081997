//! What the tests send: events, and bytes that are none.

use prost_types::value::Kind;
use prost_types::{Struct, Value};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Request, Status};

#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, reason = "generated")]
pub(crate) mod pb {
    include!(concat!(env!("OUT_DIR"), "/com.example.grpc.rs"));
}

use pb::{EntityUpdate, EventBody, EventHeader, EventRequest};

/// An event over the loan `id`.
pub(crate) fn event(id: &str, attributes: Struct) -> EventRequest {
    EventRequest {
        event_header: Some(EventHeader { event_name: "LoanCreated".into(), ..EventHeader::default() }),
        event_body: Some(EventBody {
            entities: vec![EntityUpdate {
                entity_type: "Loan".into(),
                entity_id: id.into(),
                updated_attributes: Some(attributes),
            }],
        }),
    }
}

pub(crate) fn object(fields: &[(&str, Kind)]) -> Struct {
    let field = |(key, kind): &(&str, Kind)| ((*key).to_owned(), Value { kind: Some(kind.clone()) });
    Struct { fields: fields.iter().map(field).collect() }
}

pub(crate) fn number(number: f64) -> Kind {
    Kind::NumberValue(number)
}

/// Calls `path` with these bytes as the message.
pub(crate) async fn raw_call(channel: &Channel, path: &'static str, message: Vec<u8>) -> Result<(), Status> {
    let mut client = Grpc::new(channel.clone());
    client.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
    let path = http::uri::PathAndQuery::from_static(path);
    client.unary(Request::new(message), path, Bytes).await.map(drop)
}

/// Bytes out as they are, replies thrown away.
#[derive(Clone, Copy)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = ();
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
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        prost::bytes::BufMut::put_slice(buffer, &item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        let length = prost::bytes::Buf::remaining(buffer);
        prost::bytes::Buf::advance(buffer, length);
        Ok(Some(()))
    }
}
