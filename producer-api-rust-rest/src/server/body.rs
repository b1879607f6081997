//! Reading a body: its media type first, never more than its limit, never for ever.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use producer_core::fault::{Fault, FaultKind};
use tokio::time::{Instant, timeout_at};

/// How long a body may take to arrive, whether it is wanted or not.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// A refused body is read on for a while and thrown away: a client that is still sending when
/// the connection closes loses the reply.
const MOST_DISCARDED_BYTES: u64 = 128 * 1024 * 1024;

/// The most that a body may hold, and how the refusal says it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    bytes: u64,
    detail: &'static str,
}

impl Limit {
    /// One event.
    pub(super) const EVENT: Self = Self { bytes: 1024 * 1024, detail: "The body is over 1 MiB" };
    /// A list of events.
    pub(super) const LIST: Self = Self { bytes: 16 * 1024 * 1024, detail: "The body is over 16 MiB" };
}

/// The whole body of a JSON request.
///
/// Errors: `unsupported_media` before anything is read, `too_large` as soon as it is known,
/// `malformed` when the body does not arrive.
pub(super) async fn read(request: Request, limit: Limit) -> Result<Bytes, Fault> {
    let (head, mut body) = request.into_parts();
    let deadline = Instant::now() + BODY_PATIENCE;
    let outcome = if is_json(&head.headers) {
        match timeout_at(deadline, collect(&mut body, limit)).await {
            Ok(outcome) => outcome,
            Err(_) => return Err(Fault::malformed("The body did not arrive within 30 s")),
        }
    } else {
        let detail = "The Content-Type must be application/json";
        Err(Fault::new(FaultKind::UnsupportedMedia, detail))
    };
    // A client that asked first whether to send is told so by the refusal.
    if outcome.is_err() && !head.headers.contains_key(header::EXPECT) {
        // What it still sends is of no interest, nor is how that ends.
        let _ = timeout_at(deadline, discard(&mut body)).await;
    }
    outcome
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/json")
    })
}

async fn collect(body: &mut Body, limit: Limit) -> Result<Bytes, Fault> {
    let too_large = || Fault::new(FaultKind::TooLarge, limit.detail);
    // The announced length, if any.
    if body.size_hint().lower() > limit.bytes {
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut rest: Vec<u8> = Vec::new();
    let mut length_bytes = 0;
    while let Some(data) = next_data(body).await.map_err(|_| Fault::malformed("The body ended early"))? {
        length_bytes += data.len() as u64;
        if length_bytes > limit.bytes {
            return Err(too_large());
        }
        // Most bodies come in one piece, which is then used where it lies.
        if first.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}

async fn discard(body: &mut Body) {
    if body.size_hint().lower() > MOST_DISCARDED_BYTES {
        return;
    }
    let mut discarded_bytes = 0;
    while let Ok(Some(data)) = next_data(body).await {
        discarded_bytes += data.len() as u64;
        if discarded_bytes > MOST_DISCARDED_BYTES {
            return;
        }
    }
}

/// The next piece of the body; trailers are passed over.
async fn next_data(body: &mut Body) -> Result<Option<Bytes>, axum::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream::{self, StreamExt};

    use super::*;

    fn request(body: Body) -> Request {
        Request::builder().header(header::CONTENT_TYPE, "application/json").body(body).unwrap()
    }

    // The clock stands still until everything waits, so these take no time.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_arrives_is_given_up() {
        let never = stream::pending::<Result<Bytes, Infallible>>();
        let fault = read(request(Body::from_stream(never)), Limit::EVENT).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_refused() {
        let piece = Bytes::from(vec![b'x'; 64 * 1024]);
        let endless = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
        let fault = read(request(Body::from_stream(endless)), Limit::EVENT).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::TooLarge);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_body_that_stalls_is_given_up() {
        let piece = Ok::<_, Infallible>(Bytes::from(vec![b'x'; 2 * 1024 * 1024]));
        let stalls = stream::iter([piece]).chain(stream::pending());
        let fault = read(request(Body::from_stream(stalls)), Limit::EVENT).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::TooLarge);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_body_is_read_to_its_end() {
        let read_pieces = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read_pieces);
        let piece = Bytes::from(vec![b'x'; 1024 * 1024]);
        let pieces = stream::iter(0..100).map(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(piece.clone())
        });
        let fault = read(request(Body::from_stream(pieces)), Limit::EVENT).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::TooLarge);
        assert_eq!(read_pieces.load(Ordering::Relaxed), 100);
    }

    #[tokio::test]
    async fn pieces_become_one_body() {
        let pieces = ["{\"a\":", "", "1", "}"].map(|piece| Ok::<_, Infallible>(Bytes::from(piece)));
        let body = read(request(Body::from_stream(stream::iter(pieces))), Limit::EVENT).await;
        assert_eq!(body.unwrap(), "{\"a\":1}");
    }

    #[test]
    fn only_json_is_json_whatever_its_parameters_and_case() {
        let with = |value: &'static str| {
            is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]))
        };
        assert!(with("application/json"));
        assert!(with("Application/JSON; charset=utf-8"));
        assert!(with("application/json ;x=y"));
        assert!(!with("application/jsonp"));
        assert!(!with("application/vnd.api+json"));
        assert!(!with("text/plain"));
        assert!(!with(""));
        assert!(!is_json(&HeaderMap::new()));
    }
}
