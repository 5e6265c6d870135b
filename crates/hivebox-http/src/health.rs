//! `GET /` and `GET /health`: whether the process works.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::dashboard;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::params::accepts;
use crate::state::HttpState;
use hivebox_question::format::{Format, prefers};

/// Whether the process works.
#[derive(Serialize, ToSchema)]
struct Root {
    #[serde(rename = "Status")]
    #[schema(pattern = "^OK$")]
    status: &'static str,
}

/// Whether the process works.
#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(pattern = "^OK$")]
    status: &'static str,
}

/// `GET /`: the dashboard for clients that prefer HTML to JSON, as browsers do.
pub(super) async fn root(state: State<HttpState>, request: HeaderMap) -> Result<Response, ApiError> {
    if prefers(accepts(&request), dashboard::HTML, Format::Json.media_type()) {
        return dashboard::page(state, request).await;
    }
    Ok(([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"Status":"OK"}"#)).into_response())
}

/// `GET /health`. It depends on nothing else.
pub(super) async fn health() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"status":"OK"}"#))
}

pub(super) fn describe_root() -> Operation {
    Operation::new("getRoot", Tag::Service, "Whether the process works, or the dashboard")
        .description(
            "Clients that prefer `text/html` to `application/json`, as browsers do, get the dashboard.",
        )
        .responds(ResponseDoc::ok("The process works.").json(&Root { status: "OK" }))
        .responds(dashboard::described_page())
}

pub(super) fn describe_health() -> Operation {
    Operation::new("getHealth", Tag::Service, "Whether the process works")
        .description("It does not depend on other services, so it is 200 even while openSenseMap is down.")
        .responds(ResponseDoc::ok("The process works.").json(&Health { status: "OK" }))
}
