//! `GET /weatherapi/locationforecast/2.0/compact`: MET Norway.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::answer::{accepts_gzip, streamed};
use crate::fault::ForecastFault;
use crate::fault::body::BodyFaults;
use crate::forecast::met_norway::{BadQuestion, Edition, MetNorwayQuery, compact, has_contact};
use crate::handle::SimServer;

/// Answers a question about one place.
pub(crate) async fn forecast(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    method: Method,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let now = sim.now();
    let mut response = answer(&sim, now, &method, &headers, &pairs, &faults);
    // Clients compare it with `Expires`, so both follow the simulated clock.
    set(&mut response, header::DATE, now);
    response
}

fn answer(
    sim: &SimServer,
    now: Timestamp,
    method: &Method,
    headers: &HeaderMap,
    pairs: &[(String, String)],
    faults: &BodyFaults,
) -> Response {
    if method == Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, "405 Method Not Allowed: use GET\n").into_response();
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !has_contact(text(header::USER_AGENT)) {
        return refuse(&BadQuestion::Forbidden("the User-Agent must say whom to write to"));
    }
    let query = match MetNorwayQuery::parse(pairs) {
        Ok(query) => query,
        Err(error) => return refuse(&error),
    };
    sim.forecast_questions().add(query.latitude, query.longitude, now);
    if !sim.quotas().admit_to_met_norway(now) {
        return (StatusCode::TOO_MANY_REQUESTS, "429 Too Many Requests: you are throttled\n").into_response();
    }
    let mut edition = Edition::at(sim.simulation(), &query, now);
    if faults.forecast == Some(ForecastFault::StuckRun) {
        edition = edition.stuck();
    }
    let is_unchanged = text(header::IF_MODIFIED_SINCE) == http_date(edition.updated_at);
    let mut response = if is_unchanged || faults.forecast == Some(ForecastFault::NotModified) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut body = compact(sim.simulation(), query, edition, faults.forecast).to_string().into_bytes();
        if let Some(spoil) = faults.spoil {
            spoil.apply(&mut body, 0);
        }
        streamed(std::iter::once(Bytes::from(body)), faults, accepts_gzip(headers))
    };
    if faults.forecast == Some(ForecastFault::Deprecated) && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NON_AUTHORITATIVE_INFORMATION;
    }
    set(&mut response, header::LAST_MODIFIED, edition.updated_at);
    set(&mut response, header::EXPIRES, edition.expires_at);
    response
}

fn refuse(error: &BadQuestion) -> Response {
    let status = match error {
        BadQuestion::Forbidden(_) => StatusCode::FORBIDDEN,
        BadQuestion::Malformed(_) => StatusCode::BAD_REQUEST,
    };
    (status, format!("{error}\n")).into_response()
}

fn set(response: &mut Response, name: HeaderName, time: Timestamp) {
    let value = HeaderValue::from_str(&http_date(time)).expect("a date is ASCII");
    response.headers_mut().insert(name, value);
}

/// A time as HTTP writes it. Only years before 0 cannot be written.
fn http_date(time: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default()
}
