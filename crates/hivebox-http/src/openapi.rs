//! `GET /openapi.json`: the description of the API.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, json};
use utoipa::openapi::OpenApi;

use crate::compressed::Compressed;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::state::HttpState;

/// Renders the document for responses.
pub(crate) fn render(document: &OpenApi) -> Arc<Compressed> {
    let json = document
        .to_json()
        .expect("an OpenAPI document consists of structs and maps keyed by text, which JSON can represent");
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
    let example = Map::from_iter([
        ("openapi".to_owned(), "3.1.0".into()),
        ("info".to_owned(), json!({ "title": "HiveBox" })),
        ("paths".to_owned(), json!({})),
    ]);
    Operation::new("getOpenapi", Tag::Description, "This description")
        .description("OpenAPI 3.1, generated from the code. `hivebox openapi` prints the same document.")
        .responds(ResponseDoc::ok("The description.").object("application/json", example))
}
