//! Reads the body of a request before its handler runs.
//!
//! Only SQL has a body that matters. But a body that is malformed, or does not end, is refused on every route: the
//! client and a proxy in front may disagree with HiveBox on where the next request begins.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// The size limit of bodies. JSON can take six bytes for each of the 16 KiB of SQL (`\u0041`).
pub(crate) const MAX_BYTES: usize = 6 * (16 << 10) + 1024;
/// The time limit for receiving a body.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Middleware that hands on requests with their bodies whole, and refuses malformed ones.
pub(crate) async fn read_whole(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let error = match tokio::time::timeout(TIMEOUT, to_bytes(body, MAX_BYTES)).await {
        Ok(Ok(bytes)) => return next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(error)) if is_too_long(&error) => too_long(),
        Ok(Err(_)) => malformed(),
        Err(_) => too_slow(),
    };
    // The rest of the body is not read.
    ([(CONNECTION, "close")], error).into_response()
}

fn is_too_long(error: &axum::Error) -> bool {
    std::iter::successors(error.source(), |error| (*error).source())
        .any(<dyn Error>::is::<http_body_util::LengthLimitError>)
}

pub(crate) fn too_long() -> ApiError {
    let detail = format!("The body has more than {MAX_BYTES} bytes.");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "Too long", detail)
}

fn malformed() -> ApiError {
    ApiError::bad("The body is malformed or incomplete; check its Content-Length or its chunks")
}

pub(crate) fn too_slow() -> ApiError {
    let detail = format!("The body did not arrive within {} s.", TIMEOUT.as_secs());
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "Request timeout", detail)
}
