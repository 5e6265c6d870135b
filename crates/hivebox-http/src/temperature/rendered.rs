//! The rendered response to `/temperature`.

use std::time::Duration;

use arc_swap::ArcSwapOption;
use axum::body::{Body, Bytes};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, AGE, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use hivebox_present::{Freshness, TemperatureAnswer};
use jiff::Timestamp;

use crate::header_value::header_value;
use crate::temperature::body::AverageTemperature;
use crate::temperature::metrics::AnswerMetrics;

/// The header in which a cache reports what it did (RFC 9211).
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// The last rendered response. It is rendered once per second, not once per request.
#[derive(Debug, Default)]
pub(crate) struct RenderedTemperature(ArcSwapOption<RenderedAnswer>);

#[derive(Debug)]
struct RenderedAnswer {
    second: i64,
    computed_at: Timestamp,
    freshness: Freshness,
    headers: HeaderMap,
    body: Bytes,
}

impl RenderedTemperature {
    /// The response with `answer` at `now`; `None` if the answer has expired.
    pub(super) fn respond(
        &self,
        answer: &TemperatureAnswer,
        now: Timestamp,
        ttl: Duration,
        metrics: &AnswerMetrics,
    ) -> Option<Response> {
        let rendered = self.0.load();
        if let Some(rendered) = rendered.as_ref()
            && rendered.second == now.as_second()
            && rendered.computed_at == answer.computed_at()
        {
            return rendered.respond(metrics);
        }
        let rendered = RenderedAnswer::at(now, answer, ttl);
        let response = rendered.respond(metrics);
        self.0.store(Some(rendered.into()));
        response
    }
}

impl RenderedAnswer {
    fn at(now: Timestamp, answer: &TemperatureAnswer, ttl: Duration) -> Self {
        let freshness = answer.freshness(now);
        let fresh_for = answer.fresh_for(now).as_secs();
        let detail = if freshness == Freshness::Stale { "; detail=upstream-unavailable" } else { "" };
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
            (AGE, answer.age(now).as_secs().into()),
            (CACHE_CONTROL, header_value(format!("public, max-age={}", ttl.as_secs()))),
            (CACHE_STATUS, header_value(format!("HiveBox; hit; ttl={fresh_for}{detail}"))),
        ]);
        let body = serde_json::to_vec(&AverageTemperature::from(answer))
            .expect("the body consists of a number and text, which JSON can represent");
        let (second, computed_at) = (now.as_second(), answer.computed_at());
        Self { second, computed_at, freshness, headers, body: body.into() }
    }

    /// The response, unless the answer has expired.
    fn respond(&self, metrics: &AnswerMetrics) -> Option<Response> {
        match self.freshness {
            Freshness::Fresh => metrics.fresh.inc(),
            Freshness::Stale => metrics.stale.inc(),
            Freshness::Expired => return None,
        };
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.headers_mut() = self.headers.clone();
        Some(response)
    }
}
