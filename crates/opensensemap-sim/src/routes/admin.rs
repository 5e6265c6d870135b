//! The routes under `/_sim/`, by which another process sets faults and counts requests.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::error::refuse;
use crate::fault::{FaultRule, InvalidFault};
use crate::forecast::RateLimits;
use crate::handle::SimServer;

const DESCRIPTION: &str = r#"A simulated openSenseMap API, with two weather services. These routes make them fail:

GET    /_sim/faults    the current rules, with the number of requests left
PUT    /_sim/faults    replaces all rules by one rule or a list of rules
DELETE /_sim/faults    removes all rules
GET    /_sim/requests  the number of requests to each route
DELETE /_sim/requests  sets all counts to zero
GET    /_sim/questions the number of places that the weather services were asked about, by cell of 0.1° and hour
DELETE /_sim/questions sets these counts to zero
GET    /_sim/limits    the rate limits of the weather services; null: none
PUT    /_sim/limits    sets them, such as {"open_meteo":{"per_minute":600,"per_hour":5000,"per_day":10000},"met_norway_per_second":20}
DELETE /_sim/limits    removes them

The routes are in GET /. Open-Meteo is at /v1/forecast, MET Norway at /weatherapi/locationforecast/2.0/compact.

A rule is {"fault":"status","status":503,"times":3,"path":"/boxes","share":0.5}. Optional are times (default: until cleared),
path (default: all; also a route such as /boxes/{id} or a prefix such as /boxes*) and share (default: 1.0). The faults and their fields:

delay            millis (up to 600000)    the headers are delayed
status           status (400 to 599)      an error of the API
too_many_requests retry_after (60)        429 with Retry-After, in seconds
reset            after_bytes (half)       the connection is closed within the body
truncated        after_bytes (half)       200 with a body that ends in the error text of its API; 0: nothing but the text
html_error_page                           502 with the HTML of a proxy
slow_drip        bytes (16), every_millis (100)
gzip_bomb        bytes (1073741824)       a small gzip body that expands to this many bytes
not_json                                  200 with a body that is not JSON
invalid_utf8     nth (0)                  the nth box has a title that is not UTF-8; or the nth measurement is not UTF-8
bad_box          nth (0)                  the nth box is not JSON; or the nth measurement lacks its first column
forecast         how                      a forecast is wrong, see below

{"fault":"forecast","how":"nulls"} concerns the weather services alone. These are the ways:

nulls            every value is null
short_arrays     the last third of the values is missing
wrong_units      other units than the values have
absurd_values    every value is 999
stuck_run        the model has not run for so long that all hours are past
missing_places   half of the places is missing; of one place, its hours
swapped_places   the places come in reverse order, each with its location_id
deprecated       203
not_modified     304 without If-Modified-Since, or although there is something new

A single request asks for faults in a header: x-sim-fault: delay=2000,status=503,forecast=nulls
"#;

/// The routes under `/_sim/`.
pub(crate) fn router() -> Router<SimServer> {
    Router::new()
        .route("/_sim/", get(description))
        .route("/_sim/faults", get(faults).put(set_faults).delete(clear_faults))
        .route("/_sim/requests", get(requests).delete(clear_requests))
        .route("/_sim/questions", get(questions).delete(clear_questions))
        .route("/_sim/limits", get(limits).put(set_limits).delete(clear_limits))
}

async fn description() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], DESCRIPTION)
}

async fn faults(State(sim): State<SimServer>) -> Json<Vec<FaultRule>> {
    Json(sim.faults().rules())
}

async fn set_faults(State(sim): State<SimServer>, body: Bytes) -> Response {
    match rules(&body).and_then(|rules| sim.faults().replace(rules)) {
        Ok(()) => Json(sim.faults().rules()).into_response(),
        Err(error) => refuse(&error),
    }
}

async fn clear_faults(State(sim): State<SimServer>) -> StatusCode {
    sim.faults().clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(sim): State<SimServer>) -> Json<Value> {
    Json(json!({ "total": sim.requests().total(), "routes": sim.requests().by_route() }))
}

async fn clear_requests(State(sim): State<SimServer>) -> StatusCode {
    sim.requests().clear();
    StatusCode::NO_CONTENT
}

async fn questions(State(sim): State<SimServer>) -> Json<Value> {
    /// As many as a person reads.
    const SHOWN: usize = 100;
    let questions = sim.forecast_questions();
    let mut often = questions.more_often_than(1);
    often.truncate(SHOWN);
    Json(json!({
        "total": questions.total(),
        "cells": questions.cells(),
        "most_per_cell_and_hour": questions.most_per_cell_and_hour(),
        "left_out": questions.left_out(),
        "more_than_once": often,
    }))
}

async fn clear_questions(State(sim): State<SimServer>) -> StatusCode {
    sim.forecast_questions().clear();
    StatusCode::NO_CONTENT
}

async fn limits(State(sim): State<SimServer>) -> Json<RateLimits> {
    Json(sim.rate_limits())
}

async fn set_limits(State(sim): State<SimServer>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(limits) => {
            sim.set_rate_limits(limits);
            Json(sim.rate_limits()).into_response()
        }
        Err(error) => {
            let message = format!("these are no limits: {error}");
            (StatusCode::BAD_REQUEST, Json(json!({ "code": "InvalidLimits", "message": message })))
                .into_response()
        }
    }
}

async fn clear_limits(State(sim): State<SimServer>) -> StatusCode {
    sim.set_rate_limits(RateLimits::default());
    StatusCode::NO_CONTENT
}

/// Parses one rule or a list of rules.
fn rules(body: &[u8]) -> Result<Vec<FaultRule>, InvalidFault> {
    let value = serde_json::from_slice(body).map_err(|error| InvalidFault::Unreadable(error.to_string()))?;
    match value {
        Value::Array(rules) => rules.into_iter().map(FaultRule::from_json).collect(),
        rule => Ok(vec![FaultRule::from_json(rule)?]),
    }
}
