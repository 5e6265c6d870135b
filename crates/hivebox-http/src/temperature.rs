//! `GET /temperature`: the average over all senseBoxes.

pub(crate) mod body;
pub(crate) mod metrics;
pub(crate) mod rendered;

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use hivebox_present::Poll;
use jiff::{SignedDuration, Timestamp};

use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::ApiError;
use crate::example;
use crate::state::HttpState;
use crate::temperature::body::AverageTemperature;

/// The paths of the route.
pub(super) const PATHS: [&str; 2] = ["/temperature", "/api/temperature"];

/// `GET /temperature`.
///
/// Answers from memory. Only the requests before the end of the first poll wait, all for that same poll.
pub(super) async fn temperature(State(state): State<HttpState>) -> Result<Response, ApiError> {
    let app = &state.app;
    if let Some(response) = response(&state, app.clock.now()) {
        return Ok(response);
    }
    if app.cache.last_poll().is_none() {
        app.wait_for_first_poll().await;
        if let Some(response) = response(&state, app.clock.now()) {
            return Ok(response);
        }
    }
    state.metrics.answers.none.inc();
    Err(no_answer(app.cache.last_poll().as_deref(), app.request_timeout(), app.max_reading_age()))
}

/// The response at `now`; `None` if there is no answer that may be served.
pub(super) fn response(state: &HttpState, now: Timestamp) -> Option<Response> {
    let present = state.app.cache.present();
    let answer = present.as_ref()?.answer.as_ref()?;
    state.rendered.respond(answer, now, state.app.ttl(), &state.metrics.answers)
}

pub(super) fn describe(id: &'static str) -> Operation {
    let headers = [headers::AGE, headers::CACHE_CONTROL, headers::CACHE_STATUS];
    let example = AverageTemperature { mean: 11.52, status: "Good" };
    Operation::new(id, Tag::Now, "The average air temperature of all senseBoxes")
        .description("The average over all readings that count: the plausible ones that are not too old.")
        .responds(ResponseDoc::ok("The average and a word for it.").json(&example).headers(&headers))
        .fails(
            "No reading counts now, or none has arrived yet.",
            &no_answer(None, Duration::from_secs(30), example::MAX_READING_AGE),
        )
}

fn no_answer(poll: Option<&Poll>, waited: Duration, max_age: SignedDuration) -> ApiError {
    let detail = match poll {
        None => format!(
            "openSenseMap has not answered in the {} s since the start; try again soon.",
            waited.as_secs()
        ),
        Some(poll) => format!(
            "No reading of the air temperature is younger than {max_age:#} (max-reading-age). The last poll ended at \
             {}: {}.",
            poll.ended_at.strftime("%FT%TZ"),
            poll.error.as_deref().unwrap_or("its readings are too old now")
        ),
    };
    ApiError::unavailable("No temperature available", detail)
}
