//! Stands in for `rows` in a build without SQL.

use axum::response::Response;

use super::missing;
use crate::error::ApiError;
use hivebox_question::format::Format;
use hivebox_question::past::Past;

/// Refuses. The setting `sql` is always off in such a build, so the route refuses before it gets here.
#[expect(clippy::unused_async, reason = "it stands in for a function that waits")]
pub(super) async fn answer(_past: &Past, _text: &str, _format: Format) -> Result<Response, ApiError> {
    Err(missing())
}
