//! `GET /` and `GET /health`: the process works.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// `GET /`.
pub(super) async fn root() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"Status":"OK"}"#))
}

/// `GET /health`. It asks nothing of others.
pub(super) async fn health() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"status":"OK"}"#))
}
