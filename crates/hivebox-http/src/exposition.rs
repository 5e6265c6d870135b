//! `GET /metrics`: metrics for Prometheus.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::params::accepts;
use crate::state::HttpState;
use hivebox_question::format::{preferences, prefers};
use hivebox_telemetry::metrics::Exposition;

/// Prometheus's text format, without parameters.
const PROMETHEUS: &str = "text/plain";
/// OpenMetrics, without parameters.
const OPEN_METRICS: &str = "application/openmetrics-text";

/// `GET /metrics`, in the text format that `Accept` selects.
pub(super) async fn metrics(
    State(state): State<HttpState>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    state.app.past.observe();
    let exposition = accepted(&accepts(&headers).collect::<Vec<_>>());
    let text = state.exposition.render(exposition).map_err(ApiError::internal)?;
    Ok(([(CONTENT_TYPE, exposition.media_type())], text))
}

/// The format that the client prefers; Prometheus's own unless the client names OpenMetrics.
fn accepted(accept: &[&str]) -> Exposition {
    let names_open_metrics = accept
        .iter()
        .flat_map(|value| preferences(value))
        .any(|range| range.of.eq_ignore_ascii_case(OPEN_METRICS) && range.quality > 0);
    if names_open_metrics && !prefers(accept.iter().copied(), PROMETHEUS, OPEN_METRICS) {
        Exposition::OpenMetrics
    } else {
        Exposition::Prometheus
    }
}

pub(super) fn describe() -> Operation {
    const EXAMPLE: &str = "# HELP hivebox_answers_total Answers to /temperature, by the state of the cache.\n\
        # TYPE hivebox_answers_total counter\nhivebox_answers_total{cache=\"fresh\"} 42\n";
    Operation::new("getMetrics", Tag::Service, "Metrics for Prometheus")
        .description("In Prometheus's text format, or in OpenMetrics if `Accept` prefers it.")
        .responds(
            ResponseDoc::ok("All metrics of this replica.")
                .text(Exposition::Prometheus.media_type(), EXAMPLE)
                .text(Exposition::OpenMetrics.media_type(), &format!("{EXAMPLE}# EOF\n")),
        )
        .may_fail()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_chooses_the_format() {
        for (accept, expected) in [
            (&[][..], Exposition::Prometheus),
            (&["*/*"], Exposition::Prometheus),
            (&["text/plain;version=0.0.4;q=1,*/*;q=0.1"], Exposition::Prometheus),
            (&["application/openmetrics-text"], Exposition::OpenMetrics),
            (&["APPLICATION/OpenMetrics-Text; version=1.0.0; charset=utf-8"], Exposition::OpenMetrics),
            (&["text/plain;q=0.5", "application/openmetrics-text;version=1.0.0"], Exposition::OpenMetrics),
            (&["application/openmetrics-text,text/plain"], Exposition::OpenMetrics),
            (&["application/openmetrics-text;q=0.2,text/plain;q=0.3"], Exposition::Prometheus),
            (&["application/openmetrics-text;q=0,*/*"], Exposition::Prometheus),
            (&["text/x-application/openmetrics-text"], Exposition::Prometheus),
            (
                &[
                    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;\
                   q=0.4,text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                ],
                Exposition::OpenMetrics,
            ),
        ] {
            assert_eq!(accepted(accept), expected, "{accept:?}");
        }
    }
}
