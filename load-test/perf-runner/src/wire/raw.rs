use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Reply, Status, WireFault};

/// More than any reply to bytes that are no proper request.
const REPLY_LIMIT_BYTES: usize = 64 * 1024;

/// Bytes for a TCP connection, which need be no HTTP at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRequest {
    /// What goes over the wire.
    pub bytes: Vec<u8>,
    /// End the sending half after them, and read on.
    pub half_close: bool,
}

/// Sends bytes on a new connection and reads one HTTP/1.1 reply, or the end.
///
/// # Errors
/// [`WireFault::Broken`] when the connection ends without a whole reply,
/// [`WireFault::Late`] when it neither ends nor replies within the limit.
pub(super) async fn exchange(
    authority: &str,
    request: &RawRequest,
    limit: Duration,
) -> Result<Reply, WireFault> {
    let broken = |source: std::io::Error| WireFault::Broken {
        authority: authority.to_owned(),
        source: Box::new(source),
    };
    let exchange = async {
        let mut stream = TcpStream::connect(authority).await.map_err(|source| WireFault::Unreachable {
            authority: authority.to_owned(),
            source: Box::new(source),
        })?;
        stream.write_all(&request.bytes).await.map_err(broken)?;
        if request.half_close {
            stream.shutdown().await.map_err(broken)?;
        }
        let mut received = Vec::new();
        loop {
            if let Some(reply) = parse(&received) {
                return Ok(reply);
            }
            if received.len() > REPLY_LIMIT_BYTES {
                return Err(broken(std::io::Error::other("the reply does not end")));
            }
            if stream.read_buf(&mut received).await.map_err(broken)? == 0 {
                return Err(broken(std::io::ErrorKind::UnexpectedEof.into()));
            }
        }
    };
    let late = || WireFault::Late { authority: authority.to_owned(), limit_ms: limit.as_millis() };
    tokio::time::timeout(limit, exchange).await.unwrap_or_else(|_| Err(late()))
}

/// A whole reply with a length; none while more bytes are needed. Interim
/// replies (1xx) are passed over.
fn parse(received: &[u8]) -> Option<Reply> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(head_bytes)) = response.parse(received) else { return None };
    let code = response.code?;
    if (100..200).contains(&code) {
        return parse(&received[head_bytes..]);
    }
    let headers: Vec<(String, String)> = response
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
    let body = received.get(head_bytes..head_bytes.checked_add(length)?)?.to_vec();
    Some(Reply { status: Status::Http(code), headers, body, message: String::new(), violations: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_whole_when_its_length_is_there() {
        let text = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(parse(&text[..text.len() - 1]), None);
        let reply = parse(text).unwrap();
        assert_eq!((reply.status, reply.body.as_slice()), (Status::Http(400), &b"abc"[..]));
        assert_eq!(parse(b"not http"), None);
    }
}
