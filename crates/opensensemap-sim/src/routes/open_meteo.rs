//! `GET` and `POST /v1/forecast`: Open-Meteo.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::answer::{accepts_gzip, streamed};
use crate::fault::ForecastFault;
use crate::fault::body::BodyFaults;
use crate::forecast::open_meteo::{OpenMeteoBody, OpenMeteoQuery};
use crate::handle::SimServer;

type QueryPairs = Vec<(String, String)>;

/// Answers a question in the address.
pub(crate) async fn forecast(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(pairs): Query<QueryPairs>,
) -> Response {
    answer(&sim, &pairs, &faults, &headers)
}

/// Answers a question in the body, as a form or as JSON.
pub(crate) async fn forecast_by_post(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
    Query(mut pairs): Query<QueryPairs>,
    body: Bytes,
) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let given = if kind.starts_with("application/json") { of_json(&body) } else { of_form(&body) };
    match given {
        Some(given) => pairs.extend(given),
        None => return refuse(StatusCode::BAD_REQUEST, "The body is neither a form nor a JSON object."),
    }
    answer(&sim, &pairs, &faults, &headers)
}

fn of_form(body: &[u8]) -> Option<QueryPairs> {
    let text = std::str::from_utf8(body).ok()?;
    // The same reader as for the address.
    let uri = format!("/?{}", text.trim()).parse().ok()?;
    Query::<QueryPairs>::try_from_uri(&uri).ok().map(|Query(pairs)| pairs)
}

fn of_json(body: &[u8]) -> Option<QueryPairs> {
    let given: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let joined = |value: Value| match value {
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        value => text(&value),
    };
    Some(given.into_iter().map(|(name, value)| (name, joined(value))).collect())
}

/// As in the real one, the quota is checked before and charged after; an error costs 1.
fn answer(sim: &SimServer, pairs: &[(String, String)], faults: &BodyFaults, headers: &HeaderMap) -> Response {
    let now = sim.now();
    let query = OpenMeteoQuery::parse(pairs);
    if let Ok(query) = &query {
        for place in &query.places {
            sim.forecast_questions().add(place.latitude, place.longitude, now);
        }
    }
    if let Err(exceeded) = sim.quotas().check_open_meteo(now) {
        return refuse(StatusCode::TOO_MANY_REQUESTS, &exceeded.to_string());
    }
    sim.quotas().charge_open_meteo(now, query.as_ref().map_or(1.0, OpenMeteoQuery::weight));
    let query = match query {
        Ok(query) => query,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let body = OpenMeteoBody::new(Arc::clone(sim.simulation()), query, now, faults.forecast, faults.spoil);
    let mut response = streamed(body, faults, accepts_gzip(headers));
    if faults.forecast == Some(ForecastFault::Deprecated) {
        *response.status_mut() = StatusCode::NON_AUTHORITATIVE_INFORMATION;
    }
    response
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({ "error": true, "reason": reason }))).into_response()
}
