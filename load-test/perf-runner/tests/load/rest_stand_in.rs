//! As much of an HTTP/1.1 server as it takes to treat a call well or badly.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use perf_runner::model::{Endpoint, Protocol};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::expectation::{Ledger, Treatment};

pub(crate) struct RestStandIn {
    pub(crate) endpoint: Endpoint,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) connections: Arc<AtomicU64>,
    pub(crate) bodies: Arc<Mutex<Vec<String>>>,
}

impl RestStandIn {
    pub(crate) async fn start(treatments: impl Into<Vec<Treatment>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let stand_in = Self {
            endpoint: Endpoint { protocol: Protocol::Rest, authority },
            ledger: Arc::new(Ledger::new(treatments)),
            connections: Arc::default(),
            bodies: Arc::default(),
        };
        let (ledger, bodies) = (Arc::clone(&stand_in.ledger), Arc::clone(&stand_in.bodies));
        let connections = Arc::clone(&stand_in.connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&ledger), Arc::clone(&bodies)));
            }
        });
        stand_in
    }
}

async fn serve(stream: TcpStream, ledger: Arc<Ledger>, bodies: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    while let Some(body) = request(&mut stream).await {
        let event: Value = serde_json::from_str(&body).unwrap();
        bodies.lock().unwrap().push(body);
        let entity_id = event["eventBody"]["entities"][0]["entityId"].as_str().unwrap();
        let Some(reply) = reply(ledger.next(entity_id)).await else { return };
        let (text, whole) = reply;
        stream.get_mut().write_all(text.as_bytes()).await.unwrap();
        if !whole {
            return;
        }
    }
}

/// The body of the next request; none when the connection is closed.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let header = line.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    Some(String::from_utf8(body).unwrap())
}

/// The text of a reply and whether it is whole; none for none at all.
async fn reply(treatment: Treatment) -> Option<(String, bool)> {
    let problem = |status: u16, fault: &str| {
        json!({ "type": "about:blank", "title": fault, "status": status, "fault": fault }).to_string()
    };
    let success = json!({ "success": true, "message": "Event processed successfully" }).to_string();
    let text = match treatment {
        Treatment::Acknowledge => response("200 OK", "application/json", &success),
        Treatment::Refuse => {
            response("503 Service Unavailable", "application/problem+json", &problem(503, "unavailable"))
        }
        Treatment::RefuseField => {
            response("400 Bad Request", "application/problem+json", &problem(400, "invalid_event"))
        }
        Treatment::RefuseOddly => response("502 Bad Gateway", "text/html", "<h1>who?</h1>"),
        Treatment::Hang => {
            tokio::time::sleep(crate::generator::PATIENCE).await;
            return None;
        }
        Treatment::Close => return None,
        Treatment::CloseMidway => {
            let whole = response("200 OK", "application/json", &success);
            return Some((whole[..whole.len() - 5].to_owned(), false));
        }
    };
    Some((text, true))
}

fn response(status: &str, media_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
