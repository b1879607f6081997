//! The contract's REST wire, as far as a load needs it.

use std::{io, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONNECTION, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use stand_in::Fate;
use tokio::net::TcpStream;

use crate::{Event, Service};

const SUCCESS: &str = r#"{"success":true,"message":"Event processed successfully"}"#;
const REFUSAL: &str = r#"{"type":"about:blank","title":"Unavailable","status":503,"fault":"unavailable"}"#;

pub(crate) async fn connection(stream: TcpStream, service: Arc<Service>) {
    let replies = service_fn(|request| {
        let service = Arc::clone(&service);
        async move { reply(request, &service).await }
    });
    // One that was closed on purpose ends with an error, as one that the caller left.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), replies).await;
}

/// An error closes the connection without an answer.
async fn reply(request: Request<Incoming>, service: &Service) -> io::Result<Response<Full<Bytes>>> {
    if request.method() != Method::POST {
        return Ok(answer(StatusCode::OK, r#"{"status":"UP"}"#, service));
    }
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let event = Event::of_json(&body)?;
    match service.take(&event).await.map_err(io::Error::other)? {
        Fate::Acknowledged => Ok(answer(StatusCode::OK, SUCCESS, service)),
        Fate::Refused => Ok(answer(StatusCode::SERVICE_UNAVAILABLE, REFUSAL, service)),
        Fate::Broken => Ok(answer(StatusCode::INTERNAL_SERVER_ERROR, "<h1>oops</h1>", service)),
        Fate::Hung | Fate::Dropped => Err(io::Error::other("no answer")),
    }
}

fn answer(status: StatusCode, body: &'static str, service: &Service) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if service.queue.closes_connections() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
