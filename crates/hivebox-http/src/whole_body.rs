//! Reads the body of a request before its handler runs.
//!
//! Only SQL has a body that matters. But a body that is malformed, or does not end, is refused on every route: the
//! client and a proxy in front may disagree with HiveBox on where the next request begins.
//!
//! Each frame of a body is dropped before the next one is read. A frame of one byte holds on to a whole read buffer, so
//! a body that is collected frame by frame can take many times its size.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;

use crate::error::ApiError;

/// The size limit of bodies of SQL. JSON can take six bytes for each of the 16 KiB of SQL (`\u0041`).
pub(crate) const MAX_BYTES: usize = 6 * (16 << 10) + 1024;
/// The size limit of bodies that nobody reads.
const MAX_UNREAD_BYTES: usize = 16 << 10;
/// The time limit for receiving a body.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Middleware that hands on requests with their bodies whole, and refuses malformed ones.
pub(crate) async fn read_whole(request: Request, next: Next) -> Response {
    let mut whole = Vec::new();
    match receive(request, MAX_BYTES, |bytes| whole.extend_from_slice(bytes)).await {
        Ok(request) => next.run(request.map(|_| Body::from(whole))).await,
        Err(refusal) => refusal,
    }
}

/// Middleware that hands on requests without their bodies, and refuses malformed ones.
pub(crate) async fn drop_body(request: Request, next: Next) -> Response {
    match receive(request, MAX_UNREAD_BYTES, |_| ()).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal,
    }
}

/// Receives the body of a request piece by piece, and returns the request without it.
async fn receive(request: Request, max_bytes: usize, take: impl FnMut(&[u8])) -> Result<Request, Response> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (head, body) = request.into_parts();
    let received = tokio::time::timeout(TIMEOUT, receive_frames(body, max_bytes, take)).await;
    match received.unwrap_or_else(|_| Err(too_slow())) {
        Ok(()) => Ok(Request::from_parts(head, Body::empty())),
        // The rest of the body is not read.
        Err(error) => Err(([(CONNECTION, "close")], error).into_response()),
    }
}

async fn receive_frames(
    mut body: Body,
    max_bytes: usize,
    mut take: impl FnMut(&[u8]),
) -> Result<(), ApiError> {
    let mut left = max_bytes;
    while let Some(frame) = body.frame().await {
        // A frame without data has trailers, which nobody reads.
        let Ok(bytes) = frame.map_err(|_| malformed())?.into_data() else { continue };
        left = left.checked_sub(bytes.len()).ok_or_else(|| too_long(max_bytes))?;
        take(&bytes);
    }
    Ok(())
}

pub(crate) fn too_long(max_bytes: usize) -> ApiError {
    let detail = format!("The body has more than {max_bytes} bytes.");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "Too long", detail)
}

fn malformed() -> ApiError {
    ApiError::bad("The body is malformed or incomplete; check its Content-Length or its chunks")
}

pub(crate) fn too_slow() -> ApiError {
    let detail = format!("The body did not arrive within {} s.", TIMEOUT.as_secs());
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "Request timeout", detail)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use axum::body::Bytes;
    use futures_util::stream;

    use super::*;

    /// A chunk of one byte that shows whether it is still held.
    struct Chunk(#[expect(dead_code, reason = "only counted")] Arc<()>);

    impl AsRef<[u8]> for Chunk {
        fn as_ref(&self) -> &[u8] {
            b"x"
        }
    }

    /// A request with a body of so many chunks, none of which may be held when the next one is read.
    fn drip(chunks: usize) -> Request {
        let held = Arc::new(());
        let chunks = (0..chunks).map(move |_| {
            assert_eq!(Arc::strong_count(&held), 1, "an earlier chunk is still held");
            Ok::<_, Infallible>(Bytes::from_owner(Chunk(Arc::clone(&held))))
        });
        Request::new(Body::from_stream(stream::iter(chunks)))
    }

    #[tokio::test]
    async fn no_chunk_is_held_while_the_next_one_is_read() {
        for max_bytes in [MAX_UNREAD_BYTES, MAX_BYTES] {
            let mut whole = Vec::new();
            let received = receive(drip(max_bytes), max_bytes, |bytes| whole.extend_from_slice(bytes)).await;
            assert!(received.unwrap().body().is_end_stream(), "the request is handed on without its body");
            assert_eq!(whole.len(), max_bytes);
            let refusal = receive(drip(max_bytes + 1), max_bytes, |_| ()).await.unwrap_err();
            assert_eq!(refusal.status(), StatusCode::PAYLOAD_TOO_LARGE);
            assert_eq!(refusal.headers()[CONNECTION], "close");
        }
    }
}
