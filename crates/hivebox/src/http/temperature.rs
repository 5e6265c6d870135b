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

use super::describe::{self, Operation, Tag, headers};
use super::{ApiError, header};
use crate::app::App;
use crate::cache::Poll;
use crate::present::{Answer, AverageTemperature, Freshness};

/// The header by which a cache says what it did (RFC 9211).
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Its paths.
pub(super) const PATHS: [&str; 2] = ["/temperature", "/api/temperature"];

/// `GET /temperature`.
///
/// Answers out of memory, but for the very first requests: they wait for the first poll, all for the same.
pub(super) async fn temperature(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    if let Some(response) = app.rendered.answer(&app, Timestamp::now()) {
        return Ok(response);
    }
    if app.cache.last_poll().is_none() {
        // If the wait takes too long the answer below says why there is none.
        let _ = tokio::time::timeout(app.request_timeout, app.cache.first_poll()).await;
        if let Some(response) = app.rendered.answer(&app, Timestamp::now()) {
            return Ok(response);
        }
    }
    app.metrics.answers.none.inc();
    Err(no_answer(app.cache.last_poll().as_deref(), app.request_timeout))
}

/// The answer as it is sent, made once a second and not once a request.
#[derive(Debug, Default)]
pub struct Rendered(ArcSwapOption<RenderedAnswer>);

#[derive(Debug)]
struct RenderedAnswer {
    second: i64,
    computed_at: Timestamp,
    freshness: Freshness,
    headers: HeaderMap,
    body: Bytes,
}

impl Rendered {
    /// The answer at `now`, if there is one that may be served.
    pub(super) fn answer(&self, app: &App, now: Timestamp) -> Option<Response> {
        let present = app.cache.present();
        let answer = present.as_ref()?.answer.as_ref()?;
        let rendered = self.0.load();
        if let Some(rendered) = rendered.as_ref()
            && rendered.second == now.as_second()
            && rendered.computed_at == answer.computed_at()
        {
            return rendered.respond(app);
        }
        let rendered = Arc::new(RenderedAnswer::at(now, answer, app.ttl));
        let response = rendered.respond(app);
        self.0.store(Some(rendered));
        response
    }
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
            (CACHE_CONTROL, header(format!("public, max-age={}", ttl.as_secs()))),
            (CACHE_STATUS, header(format!("HiveBox; hit; ttl={fresh_for}{detail}"))),
        ]);
        let (second, computed_at) = (now.as_second(), answer.computed_at());
        Self { second, computed_at, freshness, headers, body: answer.body.clone() }
    }

    /// The response, if it may be served.
    fn respond(&self, app: &App) -> Option<Response> {
        match self.freshness {
            Freshness::Fresh => app.metrics.answers.fresh.inc(),
            Freshness::Stale => app.metrics.answers.stale.inc(),
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
        .answers(describe::Answer::ok("The average and a word for it.").json(&example).headers(&headers))
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
