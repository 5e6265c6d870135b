//! `GET /version`: the version of HiveBox.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::describe::{Operation, ResponseDoc, Tag};

/// The version of HiveBox.
#[derive(Serialize, ToSchema)]
struct Version {
    #[serde(rename = "Version")]
    version: &'static str,
}

/// `GET /version`.
pub(super) async fn version() -> impl IntoResponse {
    const BODY: &str = concat!(r#"{"Version":""#, env!("CARGO_PKG_VERSION"), r#""}"#);
    ([(CONTENT_TYPE, "application/json")], Bytes::from_static(BODY.as_bytes()))
}

pub(super) fn describe() -> Operation {
    Operation::new("getVersion", Tag::Service, "The version of HiveBox")
        .responds(ResponseDoc::ok("The version.").json(&Version { version: env!("CARGO_PKG_VERSION") }))
}
