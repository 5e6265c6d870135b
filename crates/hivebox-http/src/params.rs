//! Extracts a request's parameters from its query, its path and its header `Accept`.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use hivebox_question::parameters::{Ask, Reader};

use crate::error::ApiError;

/// The valid parameters of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: Ask> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| ApiError::not_found("The path is not valid UTF-8."))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = parts.uri.query().unwrap_or_default();
        let accept = accepts(&parts.headers).map(str::to_owned).collect();
        Ok(Self(Reader::new(query, path, accept).ask()?))
    }
}

/// The values of `Accept`, except those that are not text.
pub(crate) fn accepts(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok())
}
