//! A connection that has to become one of HTTP/2 in time. What comes later is watched by
//! keepalive; a client that never begins is not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use producer_core::listen::SILENCE_PATIENCE;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tonic::transport::server::Connected;

/// `PRI * HTTP/2.0` and what follows, the same for every client, and the head of the first frame, its settings.
const PREFACE_BYTES: usize = 24 + 9;

/// A connection whose reads fail when its preface does not come in time.
pub(super) struct Connection<S = TcpStream> {
    stream: S,
    /// `None` when the whole preface is there.
    preface: Option<Preface>,
}

struct Preface {
    missing_bytes: usize,
    deadline: Pin<Box<Sleep>>,
}

impl<S> Connection<S> {
    /// A connection that was just made.
    pub(super) fn new(stream: S) -> Self {
        let deadline = Box::pin(sleep(SILENCE_PATIENCE));
        Self { stream, preface: Some(Preface { missing_bytes: PREFACE_BYTES, deadline }) }
    }
}

impl<S> Connected for Connection<S> {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, preface } = &mut *self;
        let before = buffer.filled().len();
        let read = Pin::new(stream).poll_read(context, buffer);
        let Some(Preface { missing_bytes, deadline }) = preface else { return read };
        *missing_bytes = missing_bytes.saturating_sub(buffer.filled().len() - before);
        if *missing_bytes == 0 {
            *preface = None;
        } else if read.is_pending() {
            ready!(deadline.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PREFACE: &[u8; PREFACE_BYTES] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

    // The clock stands still until everything waits, so these take no time.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_nothing_or_half_is_given_up() {
        for said in [&PREFACE[..0], &PREFACE[..20], &PREFACE[..24]] {
            let (mut client, server) = duplex(64);
            client.write_all(said).await.unwrap();
            let error = Connection::new(server).read_to_end(&mut Vec::new()).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_has_begun_may_be_silent() {
        let (mut client, server) = duplex(64);
        tokio::spawn(async move {
            client.write_all(PREFACE).await.unwrap();
            sleep(2 * SILENCE_PATIENCE).await;
            client.write_all(b"more").await.unwrap();
        });
        let mut read = Vec::new();
        Connection::new(server).read_to_end(&mut read).await.unwrap();
        assert_eq!(read, [PREFACE.as_slice(), b"more"].concat());
    }
}
