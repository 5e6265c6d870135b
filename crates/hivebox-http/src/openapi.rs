//! `GET /openapi.json`: the description of the API.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

use super::compressed::Compressed;
use super::describe::{Answer, Operation, Tag};
use super::state::HttpState;
use crate::error::ApiError;

/// The document as it is sent.
pub(crate) fn render(document: &OpenApi) -> Arc<Compressed> {
    let json = document.to_json().expect("a description holds nothing that JSON cannot");
    Arc::new(Compressed::of(json.into()))
}

/// `GET /openapi.json`.
pub(super) async fn openapi(
    State(state): State<HttpState>,
    request: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    Ok(([(CONTENT_TYPE, "application/json")], state.description.document.answer(&request).await?))
}

pub(super) fn describe() -> Operation {
    let example = serde_json::json!({ "openapi": "3.1.0", "info": { "title": "HiveBox" }, "paths": {} });
    let example: Map<String, Value> = example.as_object().cloned().unwrap_or_default();
    Operation::new("getOpenapi", Tag::Description, "This description")
        .description("OpenAPI 3.1, made from the code. `hivebox openapi` prints the same.")
        .answers(Answer::ok("The description.").object("application/json", example))
}
