//! `GET /openapi.json`: the description of the API.

use std::sync::{Arc, LazyLock};

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use super::ApiError;
use super::compressed::Compressed;
use super::describe::{Answer, Operation, Tag};

static DOCUMENT: LazyLock<Arc<Compressed>> = LazyLock::new(|| {
    // A description holds nothing that JSON cannot.
    Arc::new(Compressed::of(super::document().to_json().unwrap_or_default().into()))
});

/// Makes the document.
pub(super) fn prepare() {
    LazyLock::force(&DOCUMENT);
}

/// `GET /openapi.json`.
pub(super) async fn openapi(request: HeaderMap) -> Result<impl IntoResponse, ApiError> {
    Ok(([(CONTENT_TYPE, "application/json")], DOCUMENT.answer(&request).await?))
}

pub(super) fn describe() -> Operation {
    let example = serde_json::json!({ "openapi": "3.1.0", "info": { "title": "HiveBox" }, "paths": {} });
    let example: Map<String, Value> = example.as_object().cloned().unwrap_or_default();
    Operation::new("getOpenapi", Tag::Description, "This description")
        .description("OpenAPI 3.1, made from the code. `hivebox openapi` prints the same.")
        .answers(Answer::ok("The description.").object("application/json", example))
}
