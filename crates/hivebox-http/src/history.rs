//! `GET /api/v1/history`: statistics over the past, one row per bucket of time.

mod etag;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hivebox_archive::history::question::{HistoryRow, Question};
use hivebox_archive::query::{AnswerSource, HistoryAnswer, Scanned};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use hivebox_question::history::{AskHistory, HistoryBody, NAME, columns, heading};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::current::nothing_current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::formatted::Formatted;
use crate::params::Params;
use crate::represent::entity_tag;
use crate::table;

/// Past days only change when a reading arrives late.
const SETTLED: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// `GET /api/v1/history`.
pub(super) async fn history(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(Formatted { asked: history, format }): Params<Formatted<AskHistory>>,
) -> Result<Response, ApiError> {
    let is_by_tag = history.needs_present();
    let tagged = if is_by_tag { Some(tagged(&app, &history).await?) } else { None };
    let question = history.question(app.clock.now(), tagged)?;
    let key = etag::canonical(&question).map_err(ApiError::internal)?;
    let tag = |state: &str| table::tag_of(format, NAME, &key, state);
    // A client that still has the answer must not cost a query.
    if headers.contains_key(IF_NONE_MATCH) {
        let tag = tag(&app.past.number().await?.to_string());
        if let Some(known) = entity_tag::known(&tag, &headers) {
            return Ok((StatusCode::NOT_MODIFIED, [(ETAG, known)]).into_response());
        }
    }
    let answer = app.past.answer(&question).await?;
    let state = answer.manifest.to_string();
    // The same question may get exact percentiles next time, so the next request must not take this for the same answer.
    let tag = tag(&if answer.is_short_of_memory { state + " short of memory" } else { state });
    let is_settled = !is_by_tag && !answer.is_short_of_memory && is_settled(&question, &answer);
    let heading = heading(&question, &answer);
    let body = HistoryBody::of(&question, &answer);
    let mut response = table::whole_in(format, heading, &columns(&question.percentiles), &body.rows, &body)?;
    response.headers_mut().insert(ETAG, tag);
    if is_settled {
        response.headers_mut().insert(CACHE_CONTROL, SETTLED);
    }
    Ok(response)
}

/// The ids of the selected boxes that currently have the grouptags.
async fn tagged(app: &App, history: &AskHistory) -> Result<Vec<String>, ApiError> {
    if app.is_before_first_poll() {
        app.wait_for_first_poll().await;
    }
    // The present may be old: grouptags rarely change.
    let present = app.cache.present().clone().ok_or_else(|| nothing_current(app.max_reading_age()))?;
    let selection = history.selection();
    let carries = |tags: &[&str]| selection.grouptags.iter().all(|wanted| tags.contains(&wanted.as_str()));
    let boxes = present.readings.boxes().filter(|sense_box| {
        selection.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == sense_box.id()))
            && carries(&sense_box.grouptags().collect::<Vec<_>>())
    });
    Ok(boxes.map(|sense_box| sense_box.id().to_owned()).collect())
}

/// Whether the whole time range lies before the day of the newest reading.
fn is_settled(question: &Question, answer: &HistoryAnswer) -> bool {
    let today = |moment: Timestamp| moment.to_zoned_datetime(TimeZone::UTC).start_of_day().ok();
    answer.through.and_then(today).is_some_and(|today| question.to <= today.timestamp())
}

pub(super) fn describe() -> Operation {
    let (from, hour) = (example::MOMENT - SignedDuration::from_mins(80), SignedDuration::from_hours(1));
    let percentiles: Vec<Percentile> = [5.0, 95.0].into_iter().filter_map(Percentile::new).collect();
    let phenomenon = Catalogue::builtin().air_temperature();
    let question = Question {
        phenomena: vec![phenomenon],
        selection: Selection::default(),
        from,
        to: from + hour * 2,
        every: "PT1H".parse().ok(),
        zone: TimeZone::UTC,
        percentiles: percentiles.clone(),
    };
    let row = |hours: i32, [mean, min, max, low, high]: [f64; 5]| HistoryRow {
        phenomenon,
        from: from + hour * hours,
        to: from + hour * (hours + 1),
        count: 41_234,
        mean: Some(Canonical(mean)),
        min: Some(Canonical(min)),
        max: Some(Canonical(max)),
        percentiles: percentiles
            .iter()
            .zip([low, high])
            .map(|(percentile, value)| (*percentile, Some(Canonical(value))))
            .collect(),
    };
    let answered = HistoryAnswer {
        rows: vec![row(0, [11.2, -3.1, 27.9, 4.2, 21.6]), row(1, [12.4, -2.8, 28.4, 5.1, 22.3])],
        source: AnswerSource::Hourly,
        through: Some(example::MOMENT),
        is_exact: false,
        is_short_of_memory: false,
        manifest: 1,
        scanned: Scanned::default(),
    };
    let heading = heading(&question, &answered);
    let body = HistoryBody::of(&question, &answered);
    let answer =
        ResponseDoc::ok("Statistics for each bucket. A phenomenon without readings has no rows.").json(&body);
    let columns = columns(&percentiles);
    Operation::new("getHistory", Tag::Past, "Statistics over the past")
        .description(
            "Statistics for each bucket of time, over all readings of the selected boxes that counted when they were \
             current. Buckets without readings are included, so that a chart shows gaps. Buckets times phenomena \
             must not exceed 10,000. A box is at its location of that time; `grouptag` selects the boxes that have \
             the tag now. Whole hours of all boxes are the fastest, as are days, weeks and months in time zones whose \
             offset is a whole hour.",
        )
        .asks::<Formatted<AskHistory>>()
        .responds(table::described_in(answer, heading, &columns, &body.rows))
        .needs_present()
        .fails_of_past()
        .may_fail()
}
