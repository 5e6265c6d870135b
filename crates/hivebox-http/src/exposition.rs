//! `GET /metrics`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::IntoResponse;

use crate::describe::{ResponseDoc, Operation, Tag};
use crate::error::ApiError;
use crate::state::HttpState;
use hivebox_telemetry::metrics::Exposition;

/// `GET /metrics`, in Prometheus's format or in OpenMetrics by `Accept`.
pub(super) async fn metrics(
    State(state): State<HttpState>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    #[cfg(feature = "history")]
    state.app.past.observe();
    let exposition = Exposition::accepted(headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()));
    let text = state.exposition.render(exposition).map_err(ApiError::internal)?;
    Ok(([(CONTENT_TYPE, exposition.media_type())], text))
}

pub(super) fn describe() -> Operation {
    const EXAMPLE: &str = "# HELP hivebox_answers_total Answers to /temperature, by the state of the cache.\n\
        # TYPE hivebox_answers_total counter\nhivebox_answers_total{cache=\"fresh\"} 42\n";
    Operation::new("getMetrics", Tag::Service, "Metrics for Prometheus")
        .description("In Prometheus's text format, or in OpenMetrics by `Accept`.")
        .responds(
            ResponseDoc::ok("All metrics of this replica.")
                .text(Exposition::Prometheus.media_type(), EXAMPLE)
                .text(Exposition::OpenMetrics.media_type(), &format!("{EXAMPLE}# EOF\n")),
        )
        .may_fail()
}
