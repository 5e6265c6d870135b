//! `GET /temperature`: the average over all senseBoxes.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, AGE, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::describe::{self, Operation, Tag, headers};
use crate::error::ApiError;
use crate::header_value::header_value;
use crate::state::HttpState;
use hivebox_present::Poll;
use hivebox_present::{Answer, Freshness};

/// The header by which a cache says what it did (RFC 9211).
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Its paths.
pub(super) const PATHS: [&str; 2] = ["/temperature", "/api/temperature"];

/// `GET /temperature`.
///
/// Answers out of memory, but for the very first requests: they wait for the first poll, all for the same.
pub(super) async fn temperature(State(state): State<HttpState>) -> Result<Response, ApiError> {
    let app = &state.app;
    if let Some(response) = answer(&state, app.clock.now()) {
        return Ok(response);
    }
    if app.cache.last_poll().is_none() {
        // If the wait takes too long, the error says why there is no answer.
        let _ = tokio::time::timeout(app.request_timeout(), app.cache.first_poll()).await;
        if let Some(response) = answer(&state, app.clock.now()) {
            return Ok(response);
        }
    }
    state.metrics.answers.none.inc();
    Err(no_answer(app.cache.last_poll().as_deref(), app.request_timeout()))
}

/// What `/temperature` answered, by the state of the cache.
#[derive(Debug, Clone)]
pub(crate) struct AnswerMetrics {
    /// An answer within its time to live.
    pub(crate) fresh: Counter,
    /// An answer past that, served because there was no newer one.
    pub(crate) stale: Counter,
    /// No answer that may be served.
    pub(crate) none: Counter,
}

impl AnswerMetrics {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let answers = Family::<[(&'static str, &'static str); 1], Counter>::default();
        let counter = |state| answers.get_or_create(&[("cache", state)]).clone();
        let metrics = Self { fresh: counter("fresh"), stale: counter("stale"), none: counter("none") };
        registry.register("answers", "Answers to /temperature, by the state of the cache", answers);
        metrics
    }
}

/// What `/temperature` says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AverageTemperature<'a> {
    /// The mean over all senseBoxes, in °C.
    #[serde(rename = "Average temperature")]
    pub(crate) mean: f64,
    /// A word for it.
    pub(crate) status: &'a str,
}

impl<'a> From<&'a Answer> for AverageTemperature<'a> {
    fn from(answer: &'a Answer) -> Self {
        Self { mean: answer.mean.0, status: &answer.status }
    }
}

/// The answer as it is sent, made once a second and not once a request.
#[derive(Debug, Default)]
pub(crate) struct Rendered(ArcSwapOption<RenderedAnswer>);

#[derive(Debug)]
struct RenderedAnswer {
    second: i64,
    computed_at: Timestamp,
    freshness: Freshness,
    headers: HeaderMap,
    body: Bytes,
}

/// The answer at `now`, if there is one that may be served.
pub(super) fn answer(state: &HttpState, now: Timestamp) -> Option<Response> {
    let present = state.app.cache.present();
    let answer = present.as_ref()?.answer.as_ref()?;
    let rendered = state.rendered.0.load();
    if let Some(rendered) = rendered.as_ref()
        && rendered.second == now.as_second()
        && rendered.computed_at == answer.computed_at()
    {
        return rendered.respond(&state.metrics.answers);
    }
    let rendered = Arc::new(RenderedAnswer::at(now, answer, state.app.ttl()));
    let response = rendered.respond(&state.metrics.answers);
    state.rendered.0.store(Some(rendered));
    response
}

impl RenderedAnswer {
    fn at(now: Timestamp, answer: &Answer, ttl: Duration) -> Self {
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
            .expect("JSON can hold a finite number and a text");
        let (second, computed_at) = (now.as_second(), answer.computed_at());
        Self { second, computed_at, freshness, headers, body: body.into() }
    }

    /// The response, if it may be served.
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

pub(super) fn describe(id: &'static str) -> Operation {
    let headers = [headers::AGE, headers::CACHE_CONTROL, headers::CACHE_STATUS];
    let example = AverageTemperature { mean: 11.52, status: "Good" };
    Operation::new(id, Tag::Now, "The average air temperature of all senseBoxes")
        .description("Of all readings that count: those that are plausible and not too old.")
        .responds(describe::ResponseDoc::ok("The average and a word for it.").json(&example).headers(&headers))
        .fails("No reading counts now, or none has come yet.", &no_answer(None, Duration::from_secs(30)))
}

fn no_answer(poll: Option<&Poll>, waited: Duration) -> ApiError {
    let title = "No temperature to tell";
    let Some(poll) = poll else {
        return ApiError::unavailable(
            title,
            format!(
                "openSenseMap has not answered for {} s since the start; try again soon.",
                waited.as_secs()
            ),
        );
    };
    let why = poll.error.as_deref().unwrap_or("its readings have grown too old");
    ApiError::unavailable(
        title,
        format!(
            "No current reading of the air temperature is known; at {} the last poll said: {why}.",
            poll.ended_at
        ),
    )
}
