//! Accepts connections up to a limit, and drains them when the service stops.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::AsyncWrite;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutWriter;
use tracing::{debug, warn};

use crate::front::Front;
use crate::head_timer::{HeadIo, HeadTimer};

/// The time limit for receiving the head of a request, from its first byte.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// For how long a client may read nothing of a response before its connection is closed.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause after accepting failed, as it does when the process runs out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The most bytes of a request's head. The number of headers is limited by hyper's default of 100: changing that limit
/// would cost each request a tenth of its instructions, because hyper would then clear the table entry by entry.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// The limits on connections.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How many connections may be open.
    pub connections: usize,
    /// For how long a client may read nothing of a response.
    pub write_timeout: Duration,
    /// For how long a connection may wait for the first byte of its next request.
    pub keep_alive: Duration,
}

/// Serves `service` on `listener` until `stop` completes. Then it accepts no further connections, and waits at most
/// `grace` for the requests in progress. Returns whether all of them finished.
pub async fn serve(
    listener: TcpListener,
    service: Front,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
    grace: Duration,
) -> bool {
    let permits = Arc::new(Semaphore::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &permits, bounds.write_timeout) => accepted,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let front = service.for_connection(peer);
        let timer = HeadTimer::new(HEAD_TIMEOUT);
        let io = HeadIo::new(TokioIo::new(guard(stream, bounds.write_timeout)), &timer);
        let connection = http1::Builder::new()
            .timer(timer)
            .header_read_timeout(bounds.keep_alive)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(io, front.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _permit = permit;
            // Pinned here so that a stream in progress is dropped after `stall`, and can count why it ended.
            let mut connection = pin!(connection);
            if let Err(error) = connection.as_mut().await {
                debug!(%error, "a connection broke");
                if has_stalled(&error) {
                    front.stall();
                }
            }
        });
    }
    drop(listener);
    tokio::time::timeout(grace, graceful.shutdown()).await.is_ok()
}

/// Makes writing fail if the system accepts no byte for `timeout`.
fn guard<S: AsyncWrite>(stream: S, timeout: Duration) -> Pin<Box<TimeoutWriter<S>>> {
    let mut guarded = TimeoutWriter::new(stream);
    guarded.set_timeout(Some(timeout));
    Box::pin(guarded)
}

/// Makes the system close the connection if sent data is not acknowledged for `timeout`, because the client reads
/// nothing or has vanished. By default the system would retry for a quarter of an hour, or for ever.
#[cfg(target_os = "linux")]
fn limit_unacknowledged(stream: &TcpStream, timeout: Duration) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_tcp_user_timeout(stream, timeout.as_millis() as u32)?)
}

/// Only Linux has such a limit.
#[cfg(not(target_os = "linux"))]
fn limit_unacknowledged(_: &TcpStream, _: Duration) -> io::Result<()> {
    Ok(())
}

/// Whether a connection was closed by one of these two timeouts.
fn has_stalled(error: &hyper::Error) -> bool {
    std::iter::successors(error.source(), |error| (*error).source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::TimedOut)
}

/// Accepts a connection as soon as the limit allows one more.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    write_timeout: Duration,
) -> io::Result<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    limit_unacknowledged(&stream, write_timeout)?;
    Ok((stream, peer.ip(), permit))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::{Body, Bytes};
    use axum::response::Response;
    use futures_util::stream;
    use hyper::service::service_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    /// Sends an endless response until writing fails.
    async fn send_without_end(server: DuplexStream, timeout: Duration) -> hyper::Error {
        let service = service_fn(async |_| {
            let piece = Ok::<_, Infallible>(Bytes::from_static(&[0; 512]));
            Ok::<_, Infallible>(Response::new(Body::from_stream(stream::repeat(piece))))
        });
        let io = TokioIo::new(guard(server, timeout));
        http1::Builder::new().serve_connection(io, service).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_client_that_stops_reading_is_told_apart_from_one_that_disconnects() {
        let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        let (mut silent, server) = tokio::io::duplex(1024);
        silent.write_all(request).await.unwrap();
        assert!(has_stalled(&send_without_end(server, Duration::from_millis(10)).await));

        let (mut leaving, server) = tokio::io::duplex(1024);
        leaving.write_all(request).await.unwrap();
        let taking = async {
            leaving.read_exact(&mut vec![0; 100 << 10]).await.unwrap();
            drop(leaving);
        };
        let (error, ()) = tokio::join!(send_without_end(server, WRITE_TIMEOUT), taking);
        assert!(!has_stalled(&error), "{error}");
    }
}
