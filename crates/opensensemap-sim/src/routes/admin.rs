//! The routes under `/_sim/`, by which a tester in another process makes the server fail and counts what it was asked.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::fault::{FaultRule, InvalidFault};
use crate::server::{SimServer, refuse};

const DESCRIPTION: &str = r#"A simulated openSenseMap API, and how to make it fail.

GET    /_sim/faults    the rules in force, with the times that are left
PUT    /_sim/faults    puts a rule, or a list of rules, in the place of all
DELETE /_sim/faults    ends all faults
GET    /_sim/requests  how often each route was asked
DELETE /_sim/requests  begins to count anew

A rule is {"fault":"status","status":503,"times":3,"path":"/boxes","share":0.5}. times (until cleared), path (all; a route such as
/boxes/{id}; or a beginning such as /boxes*) and share (1.0) may be left out. The faults, with what they take:

delay            millis (up to 600000)    the headers come late
status           status (400 to 599)      an error of the API
too_many_requests retry_after (60)        429 with Retry-After, in seconds
reset            after_bytes (half)       the connection is closed within the body
truncated        after_bytes (half)       200 with a body that ends in an error text
html_error_page                           502 with the HTML of a proxy
slow_drip        bytes (16), every_millis (100)
gzip_bomb        bytes (1073741824)       a small gzip that expands to so many bytes
not_json                                  200 with a body that is no JSON
invalid_utf8     nth (0)                  the nth box has a title that is no UTF-8; or the nth measurement is no UTF-8
bad_box          nth (0)                  the nth box is no JSON; or the nth measurement lacks its first column

One request brings its own faults in a header: x-sim-fault: delay=2000,status=503
"#;

/// The routes below `/_sim/`.
pub(crate) fn router() -> Router<SimServer> {
    Router::new()
        .route("/_sim/", get(description))
        .route("/_sim/faults", get(faults).put(set_faults).delete(clear_faults))
        .route("/_sim/requests", get(requests).delete(clear_requests))
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

/// One rule or a list of them.
fn rules(body: &[u8]) -> Result<Vec<FaultRule>, InvalidFault> {
    let value = serde_json::from_slice(body).map_err(|error| InvalidFault::Unreadable(error.to_string()))?;
    match value {
        Value::Array(rules) => rules.into_iter().map(FaultRule::from_json).collect(),
        rule => Ok(vec![FaultRule::from_json(rule)?]),
    }
}
