//! `GET /openapi.json`: the description of the API.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use super::describe::{Answer, Operation, Tag};

static DOCUMENT: LazyLock<Bytes> =
    // A description holds nothing that JSON cannot.
    LazyLock::new(|| super::document().to_json().unwrap_or_default().into());

/// Makes the document.
pub(super) fn prepare() {
    LazyLock::force(&DOCUMENT);
}

/// `GET /openapi.json`.
pub(super) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}

pub(super) fn describe() -> Operation {
    let example = serde_json::json!({ "openapi": "3.1.0", "info": { "title": "HiveBox" }, "paths": {} });
    let example: Map<String, Value> = example.as_object().cloned().unwrap_or_default();
    Operation::new("getOpenapi", Tag::Description, "This description")
        .description("OpenAPI 3.1, made from the code. `hivebox openapi` prints the same.")
        .answers(Answer::ok("The description.").object("application/json", example))
}
