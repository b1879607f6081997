//! `stand-in FILE`: serves as the JSON in the file says until SIGTERM, then writes
//! down its calls. The port is told as to any service.

use std::{env, error::Error, fs, io, process::ExitCode, sync::Arc};

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
use serde_json::Value;
use stand_in::{Behaviour, Fate, Queue};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
};

const SUCCESS: &str = r#"{"success":true,"message":"Event processed successfully"}"#;
const REFUSAL: &str = r#"{"type":"about:blank","title":"Unavailable","status":503,"fault":"unavailable"}"#;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stand-in: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Failure> {
    let file = env::args_os().nth(1).ok_or("name the file that says how to behave")?;
    let queue = Arc::new(Queue::new(serde_json::from_slice::<Behaviour>(&fs::read(file)?)?));
    let mut stop = signal(SignalKind::terminate())?;
    let port: u16 = env::var("SERVER_PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                tokio::spawn(connection(accepted?.0, Arc::clone(&queue)));
            }
            _ = stop.recv() => break,
        }
    }
    Ok(queue.write_log()?)
}

async fn connection(stream: TcpStream, queue: Arc<Queue>) {
    let service = service_fn(|request| {
        let queue = Arc::clone(&queue);
        async move { reply(request, &queue).await }
    });
    // One that was closed on purpose ends with an error, as one that the caller left.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An error closes the connection without an answer.
async fn reply(request: Request<Incoming>, queue: &Queue) -> io::Result<Response<Full<Bytes>>> {
    if request.method() != Method::POST {
        return Ok(answer(StatusCode::OK, r#"{"status":"UP"}"#, queue));
    }
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let event: Value = serde_json::from_slice(&body)?;
    let entity_id = event.pointer("/eventBody/entities/0/entityId").and_then(Value::as_str);
    match queue.serve(entity_id.ok_or_else(|| io::Error::other("an event without an entity"))?).await {
        Fate::Acknowledged => Ok(answer(StatusCode::OK, SUCCESS, queue)),
        Fate::Refused => Ok(answer(StatusCode::SERVICE_UNAVAILABLE, REFUSAL, queue)),
        Fate::Broken => Ok(answer(StatusCode::INTERNAL_SERVER_ERROR, "<h1>oops</h1>", queue)),
        Fate::Hung | Fate::Dropped => Err(io::Error::other("no answer")),
    }
}

fn answer(status: StatusCode, body: &'static str, queue: &Queue) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if queue.closes_connections() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
