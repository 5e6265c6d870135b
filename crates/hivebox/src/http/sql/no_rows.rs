//! Stands in for `rows` in a build without SQL.

use axum::response::Response;

use super::missing;
use crate::history::Past;
use crate::http::ApiError;
use crate::http::format::Format;

/// Refuses. The setting `sql` is always off in such a build, so the route refuses before it gets here.
#[expect(clippy::unused_async, reason = "it has the signature of the function that it stands in for")]
pub(super) async fn answer(_past: &Past, _text: &str, _format: Format) -> Result<Response, ApiError> {
    Err(missing())
}
