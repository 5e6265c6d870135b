//! How long a connection waits for the head of a request.
//!
//! hyper has one time limit for both: waiting for a request, and receiving its head. It starts a timer when the
//! connection begins to wait. A proxy reuses a connection that has idled for a minute, but the head of a request
//! must not take that long. So the timer of a connection starts again, with a shorter limit, at the first byte.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Read, ReadBufCursor, Sleep, Timer, Write};
use pin_project_lite::pin_project;
use tokio::time;

/// The timer that hyper uses for one connection. hyper needs it only for heads.
#[derive(Debug)]
pub(crate) struct HeadTimer {
    /// The time limit for receiving a head, from its first byte.
    timeout: Duration,
    /// Whether something has arrived since hyper began to wait for a head.
    has_begun: Arc<AtomicBool>,
}

impl HeadTimer {
    /// A timer that allows a head `timeout` from its first byte. hyper says how long the connection may idle.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { timeout, has_begun: Arc::default() }
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.has_begun.store(false, Ordering::Relaxed);
        Box::pin(HeadSleep {
            sleep: time::sleep_until(deadline.into()),
            timeout: self.timeout,
            has_begun: Arc::clone(&self.has_begun),
            is_counted: false,
        })
    }

    fn now(&self) -> Instant {
        time::Instant::now().into()
    }
}

pin_project! {
    /// Ends when a connection has idled too long, or a head has taken too long.
    struct HeadSleep {
        #[pin]
        sleep: time::Sleep,
        timeout: Duration,
        has_begun: Arc<AtomicBool>,
        // Whether `sleep` counts from the first byte.
        is_counted: bool,
    }
}

impl Future for HeadSleep {
    type Output = ();

    /// hyper calls this after each read that does not complete the head.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if !*this.is_counted && this.has_begun.load(Ordering::Relaxed) {
            *this.is_counted = true;
            this.sleep.as_mut().reset(time::Instant::now() + *this.timeout);
        }
        this.sleep.poll(context)
    }
}

impl Sleep for HeadSleep {}

/// A connection that tells its [`HeadTimer`] when something arrives.
#[derive(Debug)]
pub(crate) struct HeadIo<S> {
    inner: S,
    has_begun: Arc<AtomicBool>,
}

impl<S> HeadIo<S> {
    /// The connection `inner` with its timer.
    pub(crate) fn new(inner: S, timer: &HeadTimer) -> Self {
        Self { inner, has_begun: Arc::clone(&timer.has_begun) }
    }
}

impl<S: Read + Unpin> Read for HeadIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        // The end of the connection passes here as well. hyper then waits no longer.
        self.has_begun.store(true, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl<S: Write + Unpin> Write for HeadIo<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, pieces)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Body;
    use axum::response::Response;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    const SHORT: Duration = Duration::from_millis(100);
    const LONG: Duration = Duration::from_hours(1);

    /// A connection to a server that answers each request at once.
    fn connect(idle: Duration, head: Duration) -> DuplexStream {
        let (client, server) = tokio::io::duplex(1024);
        let timer = HeadTimer::new(head);
        let io = HeadIo::new(TokioIo::new(server), &timer);
        let service = service_fn(async |_| Ok::<_, Infallible>(Response::new(Body::from("answer"))));
        let serving =
            http1::Builder::new().timer(timer).header_read_timeout(idle).serve_connection(io, service);
        tokio::spawn(serving);
        client
    }

    async fn ask(client: &mut DuplexStream) {
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"answer") {
            assert_ne!(client.read_buf(&mut answer).await.unwrap(), 0, "the connection was closed");
        }
    }

    /// Waits until the server closes, which it must not do sooner than `SHORT`.
    async fn is_closed(client: &mut DuplexStream) {
        let started = time::Instant::now();
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        assert!(rest.is_empty() && started.elapsed() >= SHORT);
    }

    #[tokio::test]
    async fn a_connection_idles_longer_than_a_head_may_take() {
        let mut client = connect(LONG, SHORT);
        for _ in 0..3 {
            time::sleep(2 * SHORT).await;
            ask(&mut client).await;
        }
    }

    #[tokio::test]
    async fn a_head_takes_longer_than_a_connection_may_idle() {
        let mut client = connect(SHORT, LONG);
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        time::sleep(2 * SHORT).await;
        client.write_all(b"host: x\r\n\r\n").await.unwrap();
        assert_ne!(client.read_buf(&mut Vec::new()).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn an_idle_connection_is_closed_before_and_after_a_request() {
        is_closed(&mut connect(SHORT, LONG)).await;
        let mut client = connect(SHORT, LONG);
        ask(&mut client).await;
        is_closed(&mut client).await;
    }

    #[tokio::test]
    async fn a_head_that_stops_or_drips_is_cut_off() {
        for begin in ["G", "\r\n", "GET / HTTP/1.1\r\nx-slow: "] {
            let mut client = connect(LONG, SHORT);
            ask(&mut client).await;
            client.write_all(begin.as_bytes()).await.unwrap();
            is_closed(&mut client).await;
        }
        let mut client = connect(LONG, SHORT);
        client.write_all(b"GET / HTTP/1.1\r\nx-slow: ").await.unwrap();
        let mut sent = 0;
        while client.write_all(b"x").await.is_ok() {
            sent += 1;
            time::sleep(SHORT / 10).await;
        }
        assert!(sent > 0);
    }
}
