//! A gRPC server that treats a call well or badly.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::stream;
use perf_runner::{
    model::{Endpoint, Protocol},
    wire::pb,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    codegen::{BoxFuture, Service, http},
    server::{Grpc, NamedService, UnaryService},
    transport::{Server, server::Connected},
};
use tonic_prost::ProstCodec;
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::expectation::{Ledger, Treatment};

#[derive(Clone)]
pub(crate) struct GrpcStandIn {
    pub(crate) endpoint: Endpoint,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) connections: Arc<AtomicU64>,
    pub(crate) messages: Arc<Mutex<Vec<pb::EventRequest>>>,
}

impl GrpcStandIn {
    pub(crate) async fn start(treatments: impl Into<Vec<Treatment>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let stand_in = Self {
            endpoint: Endpoint { protocol: Protocol::Grpc, authority },
            ledger: Arc::new(Ledger::new(treatments)),
            connections: Arc::default(),
            messages: Arc::default(),
        };
        let connections = Arc::clone(&stand_in.connections);
        let incoming = stream::unfold(listener, move |listener| {
            let connections = Arc::clone(&connections);
            async move {
                let accepted = listener.accept().await;
                connections.fetch_add(1, Ordering::SeqCst);
                let stream = accepted.map(|(stream, _)| {
                    stream.set_nodelay(true).unwrap();
                    Breakable { stream, broken: Arc::default() }
                });
                Some((stream, listener))
            }
        });
        tokio::spawn(Server::builder().add_service(stand_in.clone()).serve_with_incoming(incoming));
        stand_in
    }
}

impl NamedService for GrpcStandIn {
    const NAME: &'static str = "com.example.grpc.EventService";
}

impl Service<http::Request<Body>> for GrpcStandIn {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        assert_eq!(request.uri().path(), "/com.example.grpc.EventService/ProcessEvent");
        let method = ProcessEvent(self.clone());
        Box::pin(async move { Ok(Grpc::new(ProstCodec::default()).unary(method, request).await) })
    }
}

struct ProcessEvent(GrpcStandIn);

impl UnaryService<pb::EventRequest> for ProcessEvent {
    type Response = pb::EventResponse;
    type Future = BoxFuture<Response<pb::EventResponse>, Status>;

    fn call(&mut self, request: Request<pb::EventRequest>) -> Self::Future {
        let stand_in = self.0.clone();
        Box::pin(async move {
            let broken = Arc::clone(request.extensions().get::<Arc<AtomicBool>>().unwrap());
            let message = request.into_inner();
            let entity_id = message.event_body.as_ref().unwrap().entities[0].entity_id.clone();
            stand_in.messages.lock().unwrap().push(message);
            treat(stand_in.ledger.next(&entity_id), &broken).await
        })
    }
}

async fn treat(treatment: Treatment, broken: &AtomicBool) -> Result<Response<pb::EventResponse>, Status> {
    match treatment {
        Treatment::Acknowledge => {
            let message = "Event processed successfully".to_owned();
            Ok(Response::new(pb::EventResponse { success: true, message }))
        }
        Treatment::Refuse => Err(Status::unavailable("no connection came free")),
        Treatment::RefuseField => {
            let mut details = ErrorDetails::new();
            details.add_bad_request_violation("event_header.event_name", "must not be blank");
            Err(Status::with_error_details(Code::InvalidArgument, "invalid", details))
        }
        Treatment::RefuseOddly => Err(Status::data_loss("what was that?")),
        Treatment::Hang => {
            tokio::time::sleep(crate::generator::PATIENCE).await;
            Err(Status::internal("nobody waits for this"))
        }
        // The first byte of the answer finds the connection gone.
        Treatment::Close | Treatment::CloseMidway => {
            broken.store(true, Ordering::SeqCst);
            Ok(Response::new(pb::EventResponse::default()))
        }
    }
}

/// A connection that a call can break.
struct Breakable {
    stream: TcpStream,
    broken: Arc<AtomicBool>,
}

impl Breakable {
    fn check(&self) -> io::Result<()> {
        if self.broken.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Connected for Breakable {
    type ConnectInfo = Arc<AtomicBool>;

    fn connect_info(&self) -> Self::ConnectInfo {
        Arc::clone(&self.broken)
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
