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
use crate::handle::SimServer;

const DESCRIPTION: &str = r#"A simulated openSenseMap API. These routes make it fail:

GET    /_sim/faults    the current rules, with the number of requests left
PUT    /_sim/faults    replaces all rules by one rule or a list of rules
DELETE /_sim/faults    removes all rules
GET    /_sim/requests  the number of requests to each route
DELETE /_sim/requests  sets all counts to zero

A rule is {"fault":"status","status":503,"times":3,"path":"/boxes","share":0.5}. Optional are times (default: until cleared),
path (default: all; also a route such as /boxes/{id} or a prefix such as /boxes*) and share (default: 1.0). The faults and their fields:

delay            millis (up to 600000)    the headers are delayed
status           status (400 to 599)      an error of the API
too_many_requests retry_after (60)        429 with Retry-After, in seconds
reset            after_bytes (half)       the connection is closed within the body
truncated        after_bytes (half)       200 with a body that ends in an error text
html_error_page                           502 with the HTML of a proxy
slow_drip        bytes (16), every_millis (100)
gzip_bomb        bytes (1073741824)       a small gzip body that expands to this many bytes
not_json                                  200 with a body that is not JSON
invalid_utf8     nth (0)                  the nth box has a title that is not UTF-8; or the nth measurement is not UTF-8
bad_box          nth (0)                  the nth box is not JSON; or the nth measurement lacks its first column

A single request asks for faults in a header: x-sim-fault: delay=2000,status=503
"#;

/// The routes under `/_sim/`.
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

/// Parses one rule or a list of rules.
fn rules(body: &[u8]) -> Result<Vec<FaultRule>, InvalidFault> {
    let value = serde_json::from_slice(body).map_err(|error| InvalidFault::Unreadable(error.to_string()))?;
    match value {
        Value::Array(rules) => rules.into_iter().map(FaultRule::from_json).collect(),
        rule => Ok(vec![FaultRule::from_json(rule)?]),
    }
}
