//! The routes, one file for each resource.

use axum::http::header;
use axum::response::IntoResponse;

pub(crate) mod admin;
pub(crate) mod archive;
pub(crate) mod boxes;
pub(crate) mod data;
pub(crate) mod met_norway;
pub(crate) mod open_meteo;
pub(crate) mod stats;

const INDEX: &str = "This is a simulated openSenseMap API. Its stations are real, its readings are not.

routes (method path):

GET /boxes
GET /boxes/:boxId
GET /boxes/:boxId/data/:sensorId
GET /boxes/data
POST /boxes/data
GET /stats
GET /archive/
GET /archive/:date/
GET /archive/:date/:boxId-:name/
GET /archive/:date/:boxId-:name/:file
GET /v1/forecast (Open-Meteo)
POST /v1/forecast
GET /weatherapi/locationforecast/2.0/compact (MET Norway)

GET /_sim/ explains how to make it fail.
";

/// `GET /`: the list of routes in plain text, as in the real API.
pub(crate) async fn index() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], INDEX)
}
