//! `GET /` and `GET /health`: the process works.

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dashboard;
use crate::describe::{ResponseDoc, Operation, Tag};
use crate::asked::accepts;
use crate::error::ApiError;
use hivebox_question::format::{Format, prefers};

/// A sign of life.
#[derive(Serialize, ToSchema)]
struct Root {
    #[serde(rename = "Status")]
    #[schema(pattern = "^OK$")]
    status: &'static str,
}

/// A sign of life.
#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(pattern = "^OK$")]
    status: &'static str,
}

/// `GET /`: the dashboard for who wants a page more than JSON, as browsers do.
pub(super) async fn root(request: HeaderMap) -> Result<Response, ApiError> {
    if prefers(accepts(&request), dashboard::HTML, Format::Json.media_type()) {
        return dashboard::page(request).await;
    }
    Ok(([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"Status":"OK"}"#)).into_response())
}

/// `GET /health`. It asks nothing of others.
pub(super) async fn health() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"status":"OK"}"#))
}

pub(super) fn describe_root() -> Operation {
    Operation::new("getRoot", Tag::Service, "A sign of life")
        .description("A browser gets the dashboard: who accepts `text/html` rather than `application/json`.")
        .responds(ResponseDoc::ok("The process works.").json(&Root { status: "OK" }))
        .responds(dashboard::described_page())
}

pub(super) fn describe_health() -> Operation {
    Operation::new("getHealth", Tag::Service, "Whether the process works")
        .description("It asks nothing of others, and so is well while openSenseMap is down.")
        .responds(ResponseDoc::ok("The process works.").json(&Health { status: "OK" }))
}
