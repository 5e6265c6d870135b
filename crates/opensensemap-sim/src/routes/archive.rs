//! `GET /archive/…`: past days, which openSenseMap serves from a host of its own.

use std::iter;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

use crate::answer::{accepts_gzip, streamed};
use crate::error::ErrorAnswer;
use crate::fault::body::BodyFaults;
use crate::handle::SimServer;
use crate::object_id::ObjectId;
use crate::row::archive::{box_json, day_csv, listing};
use crate::simulated_box::{SensorAt, SimulatedBox};
use crate::simulation::Simulation;

const HTML: &str = "text/html; charset=utf-8";

const DAY: i64 = 86_400_000;

/// A day of the archive.
#[derive(Clone, Copy, Debug)]
struct ArchiveDay {
    date: Date,
    /// The first millisecond of this day and of the next.
    bounds: (i64, i64),
}

impl ArchiveDay {
    /// The day of this name; `None` if it is malformed or not over.
    fn over(name: &str, now: Timestamp) -> Option<Self> {
        let date: Date = name.parse().ok().filter(|date: &Date| date.to_string() == name)?;
        let from = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_millisecond();
        (from + DAY <= now.as_millisecond()).then_some(Self { date, bounds: (from, from + DAY) })
    }

    fn has(self, sense_box: &SimulatedBox<'_>, sensor: SensorAt<'_>) -> bool {
        sense_box.moments(sensor, self.bounds.0, self.bounds.1).next().is_some()
    }
}

/// Lists the days since the first box was registered, the latest first.
pub(crate) async fn days(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    headers: HeaderMap,
) -> Response {
    let boxes = sim.simulation().boxes_at(sim.now());
    let first = boxes.map(|item| item.id().millis()).min().unwrap_or(i64::MAX);
    let yesterday = Offset::UTC.to_datetime(sim.now()).date().yesterday().ok();
    let days = iter::successors(yesterday, |day| day.checked_sub(1.day()).ok());
    let begun = |day: &Date| {
        Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).is_ok_and(|at| at.as_millisecond() + DAY > first)
    };
    let names = days.take_while(begun).map(|day| format!("{day}/"));
    answer(listing("", names), HTML, &faults, &headers)
}

/// Lists the boxes that measured on a day.
///
/// # Errors
/// 404 if the name is malformed or the day is not over.
pub(crate) async fn boxes(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorAnswer> {
    let now = sim.now();
    let day = ArchiveDay::over(&name, now).ok_or_else(|| missing(&[&name, ""]))?;
    let measured = |item: &SimulatedBox<'_>| item.plain_sensors().any(|sensor| day.has(item, sensor));
    let folders = sim.simulation().boxes_at(now).filter(measured);
    let folders = folders.map(|item| format!("{}/", item.archive_folder()));
    Ok(answer(listing(&name, folders), HTML, &faults, &headers))
}

/// Lists the files of a box.
///
/// # Errors
/// 404 if it measured nothing on that day, the day is not over, or the box has another name.
pub(crate) async fn files(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path((name, folder)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ErrorAnswer> {
    let missing = || missing(&[&name, &folder, ""]);
    let (day, sense_box) = find(sim.simulation(), &name, &folder, sim.now()).ok_or_else(missing)?;
    let sensors: Vec<_> = sense_box.plain_sensors().filter(|&sensor| day.has(&sense_box, sensor)).collect();
    if sensors.is_empty() {
        return Err(missing());
    }
    let csv = sensors.iter().map(|sensor| format!("{}-{name}.csv", sensor.id()));
    let names = iter::once(format!("{folder}-{name}.json")).chain(csv);
    Ok(answer(listing(&format!("{name}/{folder}"), names), HTML, &faults, &headers))
}

/// Returns the file of a sensor (`<sensor>-<date>.csv`) or of a box (`<folder>-<date>.json`).
///
/// # Errors
/// 404 as for the folder, or if that sensor measured nothing.
pub(crate) async fn file(
    State(sim): State<SimServer>,
    Extension(faults): Extension<BodyFaults>,
    Path((name, folder, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ErrorAnswer> {
    let missing = || missing(&[&name, &folder, &file]);
    let (day, sense_box) = find(sim.simulation(), &name, &folder, sim.now()).ok_or_else(missing)?;
    let mut measured = sense_box.plain_sensors().filter(|&sensor| day.has(&sense_box, sensor)).peekable();
    let (body, content_type) = if file == format!("{folder}-{}.json", day.date) && measured.peek().is_some() {
        (box_json(&sense_box), "application/json")
    } else {
        let csv = |sensor: &SensorAt<'_>| file == format!("{}-{}.csv", sensor.id(), day.date);
        let sensor = measured.find(csv).ok_or_else(missing)?;
        (day_csv(sense_box.measurements(sensor, day.bounds.0, day.bounds.1), faults.spoil), "text/csv")
    };
    Ok(answer(body, content_type, &faults, &headers))
}

fn find<'a>(
    simulation: &'a Simulation,
    day: &str,
    folder: &str,
    now: Timestamp,
) -> Option<(ArchiveDay, SimulatedBox<'a>)> {
    let id: ObjectId = folder.get(..24)?.parse().ok()?;
    let sense_box = simulation.box_with_id(id, now).filter(|item| item.archive_folder() == folder)?;
    Some((ArchiveDay::over(day, now)?, sense_box))
}

fn missing(path: &[&str]) -> ErrorAnswer {
    ErrorAnswer::ResourceNotFound(format!("/archive/{}", path.join("/")))
}

/// A file has about 60 kB, so it is made in one piece.
fn answer(body: Vec<u8>, content_type: &'static str, faults: &BodyFaults, headers: &HeaderMap) -> Response {
    let mut response = streamed(iter::once(Bytes::from(body)), faults, accepts_gzip(headers));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
