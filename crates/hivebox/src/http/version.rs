//! `GET /version`: which HiveBox this is.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// `GET /version`.
pub(super) async fn version() -> impl IntoResponse {
    const BODY: &str = concat!(r#"{"Version":""#, env!("CARGO_PKG_VERSION"), r#""}"#);
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(BODY.as_bytes()))
}
