//! `GET /api/v1/forecast`: the coming hours at a place.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::Response;
use hivebox_climate::estimate::Spot;
use hivebox_climate::extremes::Extremes;
use hivebox_present::NoForecast;
use hivebox_question::forecast::{AskForecast, ForecastBody, HourBody, NAME, OriginBody};
use hivebox_question::table::Heading;
use jiff::SignedDuration;

use crate::app::App;
use crate::current::current_or_empty;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::ApiError;
use crate::example;
use crate::formatted::Formatted;
use crate::params::Params;
use crate::table;

/// `GET /api/v1/forecast`.
pub(super) async fn forecast(
    State(app): State<Arc<App>>,
    Params(Formatted { asked, format }): Params<Formatted<AskForecast>>,
) -> Result<Response, ApiError> {
    let found = app.forecast(asked.spot.position, app.clock.now()).await;
    let present = current_or_empty(&app, &found).await?;
    let now = app.clock.now();
    let body = asked
        .answer(&present, &app.days.extremes(), &found, now)
        .map_err(|reason| ApiError::no_forecast(reason, now))?;
    let mut answer = table::whole(format, heading(&body), &body.hours, &body)?;
    answer.headers_mut().extend(link(&body.origin).map(|link| (LINK, link)));
    Ok(answer)
}

/// The licence and the source, for formats with no place for them.
fn link(origin: &OriginBody) -> Option<HeaderValue> {
    let OriginBody { licence_link, attribution_link, .. } = origin;
    let link = format!("<{licence_link}>; rel=\"license\", <{attribution_link}>; rel=\"author\"");
    HeaderValue::try_from(link).ok()
}

fn heading(body: &ForecastBody) -> Heading {
    Heading { name: NAME, as_of: body.as_of }
}

pub(super) fn describe() -> Operation {
    let spot = Spot { position: example::position(), height: None };
    let (present, found) = (example::present(), Ok(example::forecast()));
    let asked = AskForecast { spot, hours: 2 };
    let answer = ResponseDoc::ok("The hours, each value with its range.").headers(&[headers::LINK]);
    let answer = match asked.answer(&present, &Extremes::default(), &found, example::MOMENT) {
        Ok(body) => table::described::<HourBody>(answer.json(&body), heading(&body), &body.hours),
        Err(_) => answer,
    };
    let until = example::MOMENT + SignedDuration::from_secs(40);
    let fails = |operation: Operation, (when, reason)| {
        operation.fails(when, &ApiError::no_forecast(reason, example::MOMENT))
    };
    [
        ("The operator has not configured a weather model.", NoForecast::Off),
        ("The forecast for the place did not arrive in time.", NoForecast::Pending),
        ("The weather model does not answer.", NoForecast::SourceFailed),
        ("The weather model is left alone for a while: it has had too many requests, or fails.", NoForecast::Paused { until }),
        ("The questions to the weather model are used up.", NoForecast::BudgetSpent),
        ("Too many places wait for a forecast.", NoForecast::Busy),
    ]
    .into_iter()
    .fold(
        Operation::new("getForecast", Tag::Now, "The coming hours at a place")
            .description(
                "The forecast of a weather model, hour by hour, corrected by the boxes around. Each value has the range \
                 that holds the true one in 68 and in 95 of 100 cases. Whoever shows the data must show the \
                 attribution in `origin` with its link; other formats have them in the header `Link`. The weather \
                 model is asked about places rounded to 0.1°, and for a new place the response waits up to 3 s for \
                 it. While no box can be heard (`boxes_heard` is 0) the weather model answers alone.",
            )
            .asks::<Formatted<AskForecast>>()
            .responds(answer),
        fails,
    )
    .needs_present()
    .may_fail()
}
