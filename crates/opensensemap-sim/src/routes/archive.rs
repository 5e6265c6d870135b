//! `GET /archive/…`: one file for each sensor and day that is over, as the archive of openSenseMap has them on a host of its own.

use std::iter;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde_json::json;

use crate::answer::{accepts_gzip, streamed};
use crate::error::ApiError;
use crate::fault::body::BodyFaults;
use crate::object_id::ObjectId;
use crate::row::data::time;
use crate::sense_box::{SenseBox, SensorAt};
use crate::server::SimServer;

const DAY: i64 = 86_400_000;

/// Answers with the file of a sensor (`<sensor>-<date>.csv`) or of a box (`<name>-<date>.json`).
///
/// # Errors
/// 404 if there is no such file: because nothing was measured, because the day is not over, or because the box has another name.
pub(crate) async fn file(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path((day, folder, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let missing = || ApiError::ResourceNotFound(format!("/archive/{day}/{folder}/{file}"));
    let now = sim.now();
    let date: Date = day.parse().map_err(|_| missing())?;
    let from = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(|_| missing())?.as_millisecond();
    let id: ObjectId = folder.get(..24).and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let sense_box = sim.simulation().box_with_id(id, now).ok_or_else(missing)?;
    if from + DAY > now.as_millisecond() || folder != format!("{id}-{}", sense_box.archive_name()) {
        return Err(missing());
    }
    let sensors = || sense_box.plain_sensors();
    let measured = |sensor| sense_box.moments(sensor, from, from + DAY).next().is_some();
    let csv = sensors().find(|sensor| file == format!("{}-{day}.csv", sensor.id()));
    let (body, content_type) = if let Some(sensor) = csv.filter(|&sensor| measured(sensor)) {
        (csv_of(&sense_box, sensor, from, &faults), "text/csv")
    } else if file == format!("{}-{day}.json", sense_box.archive_name()) && sensors().any(measured) {
        (json_of(&sense_box).into(), "application/json")
    } else {
        return Err(missing());
    };
    let mut response = streamed(iter::once(Bytes::from(body)), &faults, accepts_gzip(&headers));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(response)
}

/// The rows of a day, the earliest first.
fn csv_of(sense_box: &SenseBox<'_>, sensor: SensorAt<'_>, from: i64, faults: &BodyFaults) -> Vec<u8> {
    let mut measurements: Vec<_> = sense_box.measurements(sensor, from, from + DAY).collect();
    measurements.reverse();
    let mut out = b"createdAt,value\n".to_vec();
    for (nth, measurement) in measurements.into_iter().enumerate() {
        let start = out.len();
        out.extend_from_slice(time(measurement.millis).as_bytes());
        out.push(b',');
        measurement.value.write(&mut out);
        out.push(b'\n');
        if let Some(spoil) = faults.spoil.filter(|spoil| spoil.nth == nth) {
            spoil.apply_to_row(&mut out, start);
        }
    }
    out
}

fn json_of(sense_box: &SenseBox<'_>) -> String {
    let sensors: Vec<_> = sense_box
        .plain_sensors()
        .map(|sensor| {
            json!({
                "id": sensor.id().to_string(),
                "title": sensor.title(),
                "unit": sensor.unit(),
                "sensorType": sensor.sensor_type(),
            })
        })
        .collect();
    json!({
        "id": sense_box.id().to_string(),
        "name": sense_box.name(),
        "exposure": sense_box.exposure().as_str(),
        "model": sense_box.model(),
        "sensors": sensors,
    })
    .to_string()
}
