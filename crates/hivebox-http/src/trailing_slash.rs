//! Redirects from a known path with a slash at its end to the path itself.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;

/// Redirects to the same path without its last slash, with the same query. The status makes clients keep the method.
///
/// Only for paths that begin with the name of a route. Thus the new location cannot begin with two slashes, which
/// would name another host.
pub(crate) async fn redirect(uri: Uri) -> Response {
    let path = uri.path().strip_suffix('/').unwrap_or(uri.path());
    let location = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response(),
        Err(_) => ApiError::not_found("There is no route with a slash at its end.").into_response(),
    }
}
