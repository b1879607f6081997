//! Where something runs already.

use super::Fault;
use crate::model::{Endpoint, Protocol};

/// `http://HOST:PORT` or `grpc://HOST:PORT`.
///
/// # Errors
/// When it is neither.
pub(super) fn endpoint(url: &str) -> Result<Endpoint, Fault> {
    let (protocol, authority) = match url.split_once("://") {
        Some(("http", authority)) => (Protocol::Rest, authority),
        Some(("grpc", authority)) => (Protocol::Grpc, authority),
        _ => {
            return Err(Fault::usage(format!("--url {url:?} names no wire"))
                .repair("write http://HOST:PORT or grpc://HOST:PORT"));
        }
    };
    let authority = authority.trim_end_matches('/').to_owned();
    if authority.parse::<http::uri::Authority>().is_err() || !authority.contains(':') {
        return Err(Fault::usage(format!("--url {url:?} names no host and port"))
            .repair("write http://HOST:PORT or grpc://HOST:PORT"));
    }
    Ok(Endpoint { protocol, authority })
}
