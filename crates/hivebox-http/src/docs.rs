//! `GET /docs`: the API's documentation as a page, rendered once from the OpenAPI document.

mod field;
mod markup;
mod operation;
mod page;
mod schema;

use std::sync::{Arc, LazyLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName};
use axum::response::IntoResponse;
use utoipa::openapi::OpenApi;

use crate::compressed::Compressed;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::ApiError;
use crate::state::HttpState;

static STYLE: LazyLock<Arc<Compressed>> =
    LazyLock::new(|| Arc::new(Compressed::of(Bytes::from_static(include_bytes!("docs/style.css")))));
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
/// The page may only load its own files, and send the requests that a reader tries.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Renders the page of an OpenAPI document.
pub(crate) fn render(document: &OpenApi) -> Arc<Compressed> {
    let document = serde_json::to_value(document)
        .expect("an OpenAPI document consists of structs and maps keyed by text, which JSON can represent");
    Arc::new(Compressed::of(page::page(&document).into_string().into()))
}

/// `GET /docs`.
pub(super) async fn docs(
    State(state): State<HttpState>,
    request: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    Ok((headers_of(HTML), state.description.page.answer(&request).await?))
}

/// `GET /docs/style.css`.
pub(super) async fn style(request: HeaderMap) -> Result<impl IntoResponse, ApiError> {
    Ok((headers_of(CSS), STYLE.answer(&request).await?))
}

fn headers_of(content_type: &'static str) -> [(HeaderName, &'static str); 4] {
    [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "public, max-age=300"),
    ]
}

pub(super) fn describe_docs() -> Operation {
    let example = "<!doctype html><title>HiveBox API</title>";
    Operation::new("getDocs", Tag::Description, "This description as a web page")
        .responds(ResponseDoc::ok("The page.").text(HTML, example).headers(&[headers::CACHE_CONTROL]))
}

pub(super) fn describe_style() -> Operation {
    let example = "body { margin: 0 }";
    Operation::new("getDocsStyle", Tag::Description, "The style sheet of the page")
        .responds(ResponseDoc::ok("The style sheet.").text(CSS, example).headers(&[headers::CACHE_CONTROL]))
}
