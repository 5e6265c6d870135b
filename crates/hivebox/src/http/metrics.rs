//! `GET /metrics`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::ApiError;
use crate::app::App;
use crate::telemetry::metrics::Exposition;

/// `GET /metrics`, in Prometheus's format or in OpenMetrics by `Accept`.
pub(super) async fn metrics(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let exposition = Exposition::accepted(headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()));
    let text = app.metrics.render(exposition).map_err(ApiError::internal)?;
    Ok(([(CONTENT_TYPE, exposition.media_type())], text))
}
