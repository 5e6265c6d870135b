//! `GET /api/v1/chores`: which beekeeping chores the weather at a place allows.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LANGUAGE;
use axum::response::Response;
use hivebox_climate::chores::{Language, Told};
use hivebox_climate::estimate::Spot;
use hivebox_climate::extremes::Extremes;
use hivebox_question::chores::{AskChores, ChoreBody, ChoresBody, NAME};
use hivebox_question::table::Heading;

use crate::app::App;
use crate::current::current_or_empty;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::formatted::Formatted;
use crate::params::Params;
use crate::table;

/// `GET /api/v1/chores`.
pub(super) async fn chores(
    State(app): State<Arc<App>>,
    Params(Formatted { asked, format }): Params<Formatted<AskChores>>,
) -> Result<Response, ApiError> {
    let forecast = app.forecast(asked.spot.position, app.clock.now()).await;
    let present = current_or_empty(&app, &forecast).await?;
    let now = app.clock.now();
    let body = asked.answer(&present, &app.days.extremes(), &forecast, now);
    let mut answer = table::whole(format, heading(&body), &body.chores, &body)?;
    answer.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(asked.language.tag()));
    Ok(answer)
}

fn heading(body: &ChoresBody) -> Heading {
    Heading { name: NAME, as_of: body.as_of }
}

pub(super) fn describe() -> Operation {
    let spot = Spot { position: example::position(), height: None };
    let asked = AskChores { spot, told: Told::default(), language: Language::English };
    let (present, forecast) = (example::present(), Ok(example::forecast()));
    let mut body = asked.answer(&present, &Extremes::default(), &forecast, example::MOMENT);
    body.chores.truncate(2);
    let answer = ResponseDoc::ok("All chores, each with a verdict, its reason and its sources.").json(&body);
    Operation::new("getChores", Tag::Now, "Which beekeeping chores the weather at a place allows, and when")
        .description(
            "For treatments, always follow the product's label, whatever the verdict. What the request says about rain \
             and wind counts most, then what boxes measure near the place, then what a weather model says; each \
             input names its origin. `windows` are the stretches of the next 7 days in which the weather allows the \
             chore. Without a weather model there are none, and a chore that needs what no box near the place \
             measures is `unknown`, never `go`. Whoever shows values of the weather model must show the attribution \
             in `forecast` with its link. For a new place the response waits up to 3 s for the weather model. While no box \
             can be heard (`boxes_heard` is 0) the weather model answers alone.",
        )
        .asks::<Formatted<AskChores>>()
        .responds(table::described::<ChoreBody>(answer, heading(&body), &body.chores))
        .needs_present()
        .may_fail()
}
