//! `GET /` and `GET /health`: the process works.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::describe::{Answer, Operation, Tag};

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

/// `GET /`.
pub(super) async fn root() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"Status":"OK"}"#))
}

/// `GET /health`. It asks nothing of others.
pub(super) async fn health() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(br#"{"status":"OK"}"#))
}

pub(super) fn describe_root() -> Operation {
    Operation::new("getRoot", Tag::Service, "A sign of life")
        .answers(Answer::ok("The process works.").json(&Root { status: "OK" }))
}

pub(super) fn describe_health() -> Operation {
    Operation::new("getHealth", Tag::Service, "Whether the process works")
        .description("It asks nothing of others, and so is well while openSenseMap is down.")
        .answers(Answer::ok("The process works.").json(&Health { status: "OK" }))
}
